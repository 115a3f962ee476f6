/** Where decoders write: units with the bytes of each, in memory that serves again for the next text. */

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
