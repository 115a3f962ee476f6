/** Masks leave the queue in the order of the text, cut where judgement has got to, the same for every way of asking. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { editQueue } from '../../../gateway/decode/edit-queue.js';
import type { Finding, MaskEdit } from '../../../gateway/ports.js';
import { runs } from '../../laws/runs.js';

const finding: Finding = { detector: 'd', part: 'body', start: 0, end: 1, confidence: 1, reasons: [], fingerprint: 'f', preview: '*', tags: [], maskable: true };
const edit = (at: number, text: string): MaskEdit => ({ at, bytes: Buffer.from(text), finding });
const shown = (edits: readonly MaskEdit[]): [number, string][] => edits.map(({ at, bytes }) => [at, Buffer.from(bytes).toString()]);

describe('the queue of edits', () => {
  it('gives out by place, whatever came first', () => {
    const queue = editQueue();
    queue.add(edit(5, 'bb'));
    queue.add(edit(1, 'aa'));
    expect(shown(queue.before(10))).toEqual([[1, 'aa'], [5, 'bb']]);
    expect(queue.before(10)).toEqual([]);
  });

  it('cuts an edit where judgement has got to', () => {
    const queue = editQueue();
    queue.add(edit(2, 'abcd'));
    expect([shown(queue.before(2)), shown(queue.before(4)), shown(queue.before(5)), shown(queue.before(9))]).toEqual([[], [[2, 'ab']], [[4, 'c']], [[5, 'd']]]);
  });

  it('keeps overlapping edits in one order, so that the same bytes win for every cut', () => {
    const edits = fc.array(fc.tuple(fc.nat(30), fc.constantFrom('a', 'bb', 'ccccc', 'dddddddd')), { maxLength: 8 });
    fc.assert(
      fc.property(edits, fc.array(fc.nat(45), { maxLength: 6 }), (list, stops) => {
        const painted = (places: readonly number[]): string => {
          const queue = editQueue();
          for (const [at, text] of list) queue.add(edit(at, text));
          const text = Buffer.alloc(50, '.');
          for (const place of places) {
            for (const one of queue.before(place)) {
              expect(one.at + one.bytes.length).toBeLessThanOrEqual(place);
              text.set(one.bytes, one.at);
            }
          }
          return text.toString();
        };
        expect(painted([...stops.sort((a, b) => a - b), 50])).toBe(painted([50]));
      }),
      runs(200),
    );
  });
});
