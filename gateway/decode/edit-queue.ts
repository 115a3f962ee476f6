/** Puts masks in the order in which they are applied: by place, cut where judgement has got to, the same for every chunking. */
import type { MaskEdit } from '../ports.js';

interface Queued extends MaskEdit {
  /** Where the whole edit began, before any cut: keeps overlapping edits in one order. */
  readonly origin: number;
  readonly turn: number;
}

export interface EditQueue {
  readonly add: (edit: MaskEdit) => void;
  /** Takes out everything before `settled`. */
  before(settled: number): MaskEdit[];
}

export function editQueue(): EditQueue {
  let queue: Queued[] = [];
  let turn = 0;
  return {
    add: (edit) => queue.push({ ...edit, origin: edit.at, turn: turn++ }),
    before(settled) {
      if (queue.length === 0) return [];
      queue.sort((a, b) => a.origin - b.origin || a.turn - b.turn);
      const out: MaskEdit[] = [];
      const rest: Queued[] = [];
      for (const edit of queue) {
        const room = settled - edit.at;
        if (room >= edit.bytes.length) {
          out.push({ at: edit.at, bytes: edit.bytes, finding: edit.finding });
        } else if (room <= 0) {
          rest.push(edit);
        } else {
          out.push({ at: edit.at, bytes: edit.bytes.subarray(0, room), finding: edit.finding });
          rest.push({ ...edit, at: settled, bytes: edit.bytes.subarray(room) });
        }
      }
      queue = rest;
      return out;
    },
  };
}
