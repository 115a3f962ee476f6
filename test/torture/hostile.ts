/** What a hostile file is to the torture: how it is made, and how it may end. */
import type { Input } from '../fuzz/examine.js';

export interface Hostile {
  readonly name: string;
  /** Of its reasons, each `reason detail`: one of them must fit. */
  readonly ends: RegExp;
  /** Values found in it all the same. */
  readonly finds?: number;
  /** Ends by its time alone: it is given little of it. */
  readonly slow?: boolean;
  readonly make: () => Input | Promise<Input>;
}

/** Read to its end, or not: either way it ended. */
export const ANYHOW = /(?:)/;

export const times = (count: number, piece: Buffer | string): Buffer => Buffer.alloc(Buffer.from(piece).length * count, piece);
export const u16 = (value: number): Buffer => Buffer.from([value & 0xff, (value >>> 8) & 0xff]);
export const u32 = (value: number): Buffer => Buffer.concat([u16(value), u16(value >>> 16)]);
