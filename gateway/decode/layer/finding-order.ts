/** Findings of several readers of the same bytes, told in the order of the text: however the bytes were cut, it is the same. */
import type { Finding, PartSink } from '../../ports.js';

export interface Order {
  /** For the readers. */
  readonly sink: PartSink;
  /** No reader will find anything that begins before `place`. */
  settle(place: number): void;
}

function before(a: Finding, b: Finding): number {
  return a.start - b.start || a.end - b.end || (a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : 0);
}

export function inOrder(sink: PartSink): Order {
  let waiting: Finding[] = [];
  return {
    sink: {
      masks: (finding) => sink.masks(finding),
      edit: (edit) => {
        sink.edit(edit);
      },
      found: (finding) => waiting.push(finding),
      child: (range) => {
        sink.child(range);
      },
    },
    settle(place) {
      if (waiting.length === 0) return;
      waiting.sort(before);
      const count = waiting.findIndex(({ start }) => start >= place);
      for (const finding of count < 0 ? waiting : waiting.slice(0, count)) sink.found(finding);
      waiting = count < 0 ? [] : waiting.slice(count);
    },
  };
}
