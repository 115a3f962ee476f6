import { describe, it, expect } from '@jest/globals';
import type { Contender } from './contenders.js';
import { CHUNK, race } from './rounds.js';

const EFFORT = { rounds: 2, least: 0, most: 5, rg: false };

describe('a race', () => {
  it('gives every contender all bytes in order, in chunks, each round once for the compiler and once for the clock', () => {
    const data = Buffer.alloc(CHUNK * 2 + 100, 'weir');
    const passes: Uint8Array[][] = [];
    const contender: Contender = {
      id: 'weir',
      begin: () => {
        const pass: Uint8Array[] = [];
        passes.push(pass);
        return { chunk: (bytes) => void pass.push(bytes), end: () => 7 };
      },
    };
    const [speed] = race([contender], 'text/plain', data, EFFORT, () => undefined);
    expect(passes).toHaveLength(4);
    expect(passes.every((pass) => Buffer.concat(pass).equals(data))).toBe(true);
    expect(passes[0]?.map(({ length }) => length)).toEqual([CHUNK, CHUNK, 100]);
    expect(speed?.rates).toHaveLength(2);
    expect(speed?.found).toBe(7);
  });
  it('leaves out who cannot read the text', () => {
    const nobody: Contender = { id: 'weir', begin: () => undefined };
    expect(race([nobody], 'text/plain', Buffer.alloc(10), EFFORT, () => undefined)).toEqual([]);
  });
  it('stops a slow contender inside a pass and knows no whole count of it', () => {
    const chunks: number[] = [];
    const slow: Contender = { id: 'weir', begin: () => ({ chunk: (bytes) => void chunks.push(bytes.length), end: () => 1 }) };
    const [speed] = race([slow], 'text/plain', Buffer.alloc(CHUNK * 4), { ...EFFORT, rounds: 1, most: -1 }, () => undefined);
    expect(chunks).toEqual([CHUNK, CHUNK]);
    expect(speed?.found).toBeUndefined();
  });
});
