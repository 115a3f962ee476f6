/** What the bytes of UTF-8 tell at once of the characters that runs of digits are made of: by the first three of them, or by the first. */

const encoder = new TextEncoder();

/** Bits by first byte and by the lower six bits of the next two: set where one of the characters begins so, whatever follows the shorter ones. */
export function memberBits(points: Iterable<number>): Uint8Array {
  const bits = new Uint8Array(1 << 17);
  for (const point of points) {
    const [first = 0, second, third] = encoder.encode(String.fromCodePoint(point));
    const from = (first << 12) | (((second ?? 0) & 63) << 6) | ((third ?? 0) & 63);
    const until = from + (second === undefined ? 4096 : third === undefined ? 64 : 1);
    for (let index = from; index < until; index++) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bits;
}

/** The first bytes of the characters. */
export function firstBytes(points: Iterable<number>): readonly number[] {
  return [...new Set(Array.from(points, (point) => encoder.encode(String.fromCodePoint(point))[0] ?? 0))];
}
