/** What the bytes of UTF-8 tell at once of the characters that runs of digits are made of: by the first three of them, or by the first. */

const encoder = new TextEncoder();
/** Every byte that may follow, by its lower six bits. */
const ANY = Array.from({ length: 64 }, (_, i) => i);

/**
 * A byte for the first three bytes of a character: 1 where one of `points` begins so, whatever follows the shorter ones, and 2 where that is a
 * digit of ASCII. The index is made of the lower six bits of the third, the lower seven of the first and the lower six of the second, with one
 * unused bit between (blocks.as).
 */
export function memberTable(points: Iterable<number>): Uint8Array {
  const table = new Uint8Array(1 << 20);
  for (const point of points) {
    const [first = 0, second, third] = encoder.encode(String.fromCodePoint(point));
    const seconds = second === undefined ? ANY : [second & 63];
    const thirds = third === undefined ? ANY : [third & 63];
    const mark = point >= 0x30 && point <= 0x39 ? 2 : 1;
    for (const two of seconds) for (const three of thirds) table[(two << 14) | ((first & 127) << 6) | three] = mark;
  }
  return table;
}

/** The first bytes of the characters. */
export function firstBytes(points: Iterable<number>): readonly number[] {
  return [...new Set(Array.from(points, (point) => encoder.encode(String.fromCodePoint(point))[0] ?? 0))];
}
