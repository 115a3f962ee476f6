/** The bytes that a mask has written, as changes of bytes in place: units that touch are one change. */
import type { Decoded, Finding, MaskEdit } from '../ports.js';

/** Most masks are nothing but stars: the same few bytes serve for all of them, and nobody writes into a change. */
const STAR = 0x2a;
const ROWS = Array.from({ length: 64 }, (_, length) => new Uint8Array(length).fill(STAR));

function bytesOf(region: Uint8Array, from: number, to: number): Uint8Array {
  const row = ROWS[to - from];
  if (row === undefined) return region.slice(from, to);
  for (let at = from; at < to; at++) if (region[at] !== STAR) return region.slice(from, to);
  return row;
}

const NONE: readonly MaskEdit[] = [];

/** What stands now in the bytes of the units at places[index..behind); `region` begins at wire offset `base`. */
export function editsOf(places: readonly number[], index: number, behind: number, { from, to }: Decoded, region: Uint8Array, base: number, finding: Finding): readonly MaskEdit[] {
  let edits: MaskEdit[] | undefined;
  let first = -1;
  let end = -1;
  for (let i = index; i < behind; i++) {
    const at = places[i] ?? 0;
    const start = from[at] ?? 0;
    if (start !== end) {
      if (first >= 0) (edits ??= []).push({ at: base + first, bytes: bytesOf(region, first, end), finding });
      first = start;
    }
    end = to[at] ?? 0;
  }
  if (first < 0) return NONE;
  const last = { at: base + first, bytes: bytesOf(region, first, end), finding };
  if (edits === undefined) return [last];
  edits.push(last);
  return edits;
}
