/** XML in UTF-16 (XML 1.0 appendix F): read as UTF-8 within, masks written back as wide as they were. */
import type { Finding, MaskEdit } from '../../../ports.js';
import type { PartContext } from '../../part-readers.js';
import type { PartReader } from '../../part-tree.js';

export type Utf16 = 'utf-16le' | 'utf-16be';

export function utf16Order(prefix: Uint8Array): Utf16 | undefined {
  const [a, b, c, d] = prefix;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c && c === 0 && d !== 0) return 'utf-16be';
  return undefined;
}

/** Where characters begin in both: a new entry wherever the step changes. */
interface Stretch {
  readonly inner: number;
  readonly wire: number;
  readonly innerStep: number;
  readonly wireStep: number;
}

export function utf16Reader(context: PartContext, order: Utf16, make: (context: PartContext) => PartReader): PartReader {
  const decoder = new TextDecoder(order, { ignoreBOM: true });
  let stretches: Stretch[] = [];
  let innerEnd = 0;
  let wireEnd = -1;
  let started = false;

  const indexOf = (inner: number): number => {
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((stretches[middle]?.inner ?? 0) <= inner) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };
  const toWire = (inner: number): number => {
    if (inner >= innerEnd) return wireEnd;
    const one = stretches[indexOf(inner)];
    return one === undefined ? wireEnd : one.wire + Math.floor((inner - one.inner) / one.innerStep) * one.wireStep;
  };
  const translated = new WeakMap<Finding, Finding>();
  const outer = (finding: Finding): Finding => {
    let own = translated.get(finding);
    if (own === undefined) {
      const last = stretches[indexOf(finding.end - 1)];
      own = { ...finding, start: toWire(finding.start), end: toWire(finding.end - 1) + (last?.wireStep ?? 2) };
      translated.set(finding, own);
    }
    return own;
  };
  const write = (edit: MaskEdit): void => {
    const finding = outer(edit.finding);
    for (let at = edit.at; at < edit.at + edit.bytes.length; ) {
      const one = stretches[indexOf(at)];
      const step = one?.innerStep ?? 1;
      const first = edit.bytes[at - edit.at] ?? 0;
      const unit = first === 0xef ? 0xff0a : first;
      const bytes = order === 'utf-16le' ? Uint8Array.of(unit & 0xff, unit >> 8) : Uint8Array.of(unit >> 8, unit & 0xff);
      const width = one?.wireStep ?? 2;
      context.sink.edit({ at: toWire(at), bytes: width === 2 ? bytes : Uint8Array.of(...bytes, ...bytes), finding });
      at += step - (one === undefined ? 0 : (at - one.inner) % step);
    }
  };
  const reader = make({
    ...context,
    sink: {
      masks: (finding) => context.sink.masks(outer(finding)),
      found: (finding) => context.sink.found(outer(finding)),
      edit: write,
      child: (range) => context.sink.child(range),
    },
  });
  const note = (text: string): void => {
    for (const character of text) {
      const point = character.codePointAt(0) ?? 0;
      const innerStep = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      const wireStep = point < 0x10000 ? 2 : 4;
      const before = stretches[stretches.length - 1];
      if (before?.innerStep !== innerStep || before.wireStep !== wireStep) stretches.push({ inner: innerEnd, wire: wireEnd, innerStep, wireStep });
      innerEnd += innerStep;
      wireEnd += wireStep;
    }
  };
  return {
    write(bytes, at, last) {
      if (wireEnd < 0) wireEnd = at;
      let text = decoder.decode(bytes, { stream: !last });
      if (!started && text !== '') {
        started = true;
        // The mark of byte order is no character of the document.
        if (text.startsWith('\ufeff')) {
          text = text.slice(1);
          wireEnd += 2;
        }
      }
      const start = innerEnd;
      note(text);
      const settled = reader.write(Buffer.from(text, 'utf8'), start, last);
      const wire = last ? at + bytes.length : toWire(settled);
      const kept = indexOf(settled);
      if (kept > 64) stretches = stretches.slice(kept);
      return wire;
    },
  };
}
