/** The prefilter's memory says how far it may grow: V8 reserves that much of a bounded address space, and without a bound all that it gets, which left processes that open files too little to read a PDF. */
import { describe, expect, it } from '@jest/globals';
import { instantiate } from '../../../detectors/scan/prefilter/load.js';

const PAGE = 65_536;
const MIB = 2 ** 20;

describe("the prefilter's memory", () => {
  it('grows to 64 MiB and no further', () => {
    const { memory } = instantiate();
    const room = (64 * MIB - memory.buffer.byteLength) / PAGE;
    expect(() => memory.grow(room + 1)).toThrow(RangeError);
    memory.grow(room);
    expect(memory.buffer.byteLength).toBe(64 * MIB);
  });
});
