/** What stands for other bytes, read piece by piece: each decoded byte knows the bytes that it was read from, and can be written over them. */
import type { UnscannableReason, Wrap } from '../../ports.js';

/** Decoded bytes with their places in `wire`. What shares bytes with its neighbour (a quartet of base64) or is one character lies in one piece. */
export interface Unwrapped {
  readonly bytes: Uint8Array;
  readonly from: Int32Array;
  /** Where the last of the bytes begins that a decoded byte was read from: those of base64 are two characters, maybe far apart. */
  readonly mid: Int32Array;
  readonly to: Int32Array;
  /** Wire bytes read; the rest is the beginning of something that more bytes will complete. */
  readonly consumed: number;
  /** Behind the last of them that is more than a blank or a break; 0 for none. */
  readonly end: number;
}

export interface Piece extends Unwrapped {
  /** A copy of its own, into which masks are written. */
  readonly wire: Uint8Array;
  /** Place of its first wire byte, and of its first decoded byte. */
  readonly at: number;
  readonly start: number;
  /** The decoded bytes with their masks, once there are any. */
  changed?: Uint8Array;
}

/** One run of coded bytes. */
export interface Coding {
  /** As receipts call it. */
  readonly name: string;
  /** With `last` nothing is left over. What was left over comes again, in front of what follows it. */
  decode(wire: Uint8Array, last: boolean): Unwrapped;
  /** Writes byte `index` of `piece.changed` over its wire bytes, whose number stays. */
  poke(piece: Piece, index: number): void;
  /** Set once readers may differ: what was decoded is one reading, and the part counts as unread. */
  readonly problem: UnscannableReason | undefined;
  /** How it was written, so far; absent where other bytes cannot take its place. */
  wrap?(): Wrap;
}

/** Room for what one decoding finds. */
export interface Places {
  bytes: Uint8Array;
  from: Int32Array;
  mid: Int32Array;
  to: Int32Array;
}

export function places(room: number): Places {
  return { bytes: new Uint8Array(room), from: new Int32Array(room), mid: new Int32Array(room), to: new Int32Array(room) };
}

export function unwrapped(out: Places, count: number, consumed: number, end: number): Unwrapped {
  return { bytes: out.bytes.subarray(0, count), from: out.from.subarray(0, count), mid: out.mid.subarray(0, count), to: out.to.subarray(0, count), consumed, end };
}
