/** Bytes that wait for the rest of something: put together once for many small pieces. */

const LEAST = 4096;

export interface Gathered {
  readonly size: number;
  add(bytes: Uint8Array): void;
  /** Good until the next `add`. */
  readonly bytes: Buffer;
}

export function gathered(): Gathered {
  let room = Buffer.alloc(0);
  let size = 0;
  return {
    get size() {
      return size;
    },
    get bytes() {
      return room.subarray(0, size);
    },
    add(bytes) {
      if (size + bytes.length > room.length) {
        const grown = Buffer.alloc(Math.max(LEAST, 2 * room.length, size + bytes.length));
        grown.set(room.subarray(0, size));
        room = grown;
      }
      room.set(bytes, size);
      size += bytes.length;
    },
  };
}
