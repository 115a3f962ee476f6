/** The rewriter lets go what is judged, with its masks, and nothing else. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rewriter } from '../../../gateway/body/rewriter.js';
import type { Edit } from '../../../gateway/ports.js';
import { runs } from '../../laws/runs.js';
import { costing } from '../../kit/cpu-time.js';

const bytesOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();
const stars = (at: number, length: number): Edit => ({ at, bytes: Buffer.alloc(length, '*') });

describe('the rewriter', () => {
  it('hands out what is settled, and holds the rest', () => {
    const bytes = rewriter();
    bytes.push(Buffer.from('abcdef'));
    expect([bytesOf(bytes.release(4, [])), bytes.waiting]).toEqual(['abcd', 2]);
    bytes.push(Buffer.from('gh'));
    expect([bytesOf(bytes.release(4, [])), bytesOf(bytes.release(8, [])), bytes.waiting]).toEqual(['', 'efgh', 0]);
  });

  it('writes masks across chunks, before what they cover leaves', () => {
    const bytes = rewriter();
    for (const one of ['ab', 'c', '', 'def']) bytes.push(Buffer.from(one));
    expect(bytesOf(bytes.release(3, [stars(1, 4)]))).toBe('a**');
    expect(bytesOf(bytes.release(6, []))).toBe('**f');
  });

  it('lets the later of two masks over the same bytes stand', () => {
    const bytes = rewriter();
    bytes.push(Buffer.from('abcdef'));
    expect(bytesOf(bytes.release(6, [stars(0, 4), { at: 2, bytes: Buffer.from('__') }]))).toBe('**__ef');
  });

  it('settles nothing twice, and nothing that has not come', () => {
    const bytes = rewriter();
    bytes.push(Buffer.from('abc'));
    expect([bytesOf(bytes.release(3, [])), bytesOf(bytes.release(1, [])), bytesOf(bytes.release(99, [])), bytes.waiting]).toEqual(['abc', '', '', 0]);
  });

  it('gives the same bytes for every way of cutting and settling', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(body, fc.array(fc.tuple(fc.nat(79), fc.integer({ min: 1, max: 9 })), { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 12 }), (whole, masks, sizes) => {
        let turn = 0;
        const step = (): number => sizes[turn++ % sizes.length] ?? 1;
        const edits = masks.filter(([at, length]) => at + length <= whole.length).sort(([a], [b]) => a - b).map(([at, length]) => stars(at, length));
        const expected = Buffer.from(whole);
        for (const edit of edits) expected.set(edit.bytes, edit.at);
        const bytes = rewriter();
        const out: Uint8Array[] = [];
        let settled = 0;
        let next = 0;
        for (let at = 0; at < whole.length;) {
          const size = step();
          bytes.push(whole.slice(at, at + size));
          at = Math.min(whole.length, at + size);
          settled = Math.max(settled, at - step());
          const ready: Edit[] = [];
          for (let edit = edits[next]; edit !== undefined && edit.at + edit.bytes.length <= settled; edit = edits[++next]) ready.push(edit);
          // An edit that is not ready holds everything behind its beginning.
          settled = Math.min(settled, edits[next]?.at ?? settled);
          out.push(...bytes.release(settled, ready));
          expect(bytes.waiting).toBe(at - Buffer.concat(out).length);
        }
        out.push(...bytes.release(whole.length, edits.slice(next)));
        expect(Buffer.concat(out).equals(expected)).toBe(true);
      }),
      runs(200),
    );
  });

  it('takes many small chunks that wait in its stride', () => {
    const bytes = rewriter();
    const { result, cpuMs } = costing(() => {
      for (let at = 0; at < 50_000; at++) {
        bytes.push(new Uint8Array(1));
        bytes.release(0, []);
      }
      return bytes.release(50_000, []);
    }, 1500);
    expect(result).toHaveLength(50_000);
    expect(cpuMs).toBeLessThan(1500);
  });
});
