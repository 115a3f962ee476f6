/** Where decoders write: units with the bytes of each, in memory that serves again for the next text. */
import { standIn } from '../../../detectors/scan/characters.js';

/** Grows as needed; decoders write into it by index. */
export interface UnitBuffer {
  units: Uint16Array;
  from: Int32Array;
  to: Int32Array;
  length: number;
  invalid: number;
}

export function unitBuffer(room: number): UnitBuffer {
  return { units: new Uint16Array(room), from: new Int32Array(room), to: new Int32Array(room), length: 0, invalid: 0 };
}

/** `buffer` emptied, with room for so many units: decoding is done before the next text is decoded, so its buffers serve again. */
export function emptied(buffer: UnitBuffer, room: number): UnitBuffer {
  if (room > buffer.units.length) {
    const size = 2 * room;
    buffer.units = new Uint16Array(size);
    buffer.from = new Int32Array(size);
    buffer.to = new Int32Array(size);
  }
  buffer.length = 0;
  buffer.invalid = 0;
  return buffer;
}

/** Writes the character `point`, which stands in the bytes [at, at + size), as unit `n`; answers with the next unit's index. */
export function put(out: UnitBuffer, n: number, point: number, at: number, size: number): number {
  const { units, from, to } = out;
  let next = n;
  const stand = point > 0xffff ? standIn(point) : point;
  if (stand === undefined) {
    // Both halves of a pair name the same bytes; no mask ever touches them.
    units[next] = 0xd800 + ((point - 0x10000) >> 10);
    from[next] = at;
    to[next++] = at + size;
    units[next] = 0xdc00 + ((point - 0x10000) & 0x3ff);
  } else {
    units[next] = stand;
  }
  from[next] = at;
  to[next++] = at + size;
  return next;
}
