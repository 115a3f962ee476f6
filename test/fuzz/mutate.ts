/** Damages bytes as a seed wants it: flips, cuts, splices, lengths that lie. */
import { randomBelow } from '../kit/numbers.js';

/** Values that parsers stumble over. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff];
const WIDE_EDGES = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fff0, 0x1_0000, 0x00ff_ffff];
const MOST_AT_ONCE = 6;

type Step = (bytes: Buffer, below: (limit: number) => number, others: readonly Buffer[]) => Buffer;

const STEPS: readonly Step[] = [
  (bytes, below) => {
    const at = below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    return bytes;
  },
  (bytes, below) => {
    bytes[below(bytes.length)] = EDGES[below(EDGES.length)] ?? 0;
    return bytes;
  },
  (bytes, below) => {
    bytes[below(bytes.length)] = below(256);
    return bytes;
  },
  (bytes, below) => {
    if (bytes.length < 4) return bytes;
    const value = WIDE_EDGES[below(WIDE_EDGES.length)] ?? 0;
    const at = below(bytes.length - 3);
    if (below(2) === 0) bytes.writeUInt32LE(value, at);
    else bytes.writeUInt32BE(value, at);
    return bytes;
  },
  // A stretch is left out, stands twice, or is put somewhere else.
  (bytes, below) => {
    const at = below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(64))]);
  },
  (bytes, below) => {
    const at = below(bytes.length);
    const piece = bytes.subarray(at, at + 1 + below(200));
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  },
  (bytes, below) => {
    const at = below(bytes.length);
    const piece = Buffer.from(bytes.subarray(at, at + 1 + below(100)));
    piece.copy(bytes, below(bytes.length));
    return bytes;
  },
  (bytes, below) => bytes.subarray(0, below(bytes.length)),
  // The beginning of this, the end of another.
  (bytes, below, others) => {
    const other = others[below(others.length)] ?? bytes;
    return Buffer.concat([bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length))]);
  },
];

/** The same for the same seed; `others` are sound files of other kinds. */
export function mutated(sound: Buffer, seed: number, others: readonly Buffer[]): Buffer {
  const below = randomBelow(seed);
  let bytes: Buffer = Buffer.from(sound);
  for (let left = 1 + below(MOST_AT_ONCE); left > 0 && bytes.length > 0; left--) bytes = Buffer.from(STEPS[below(STEPS.length)]?.(bytes, below, others) ?? bytes);
  return bytes;
}
