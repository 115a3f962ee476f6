/** Figures made ready for pictures. */
import { describe, expect, it } from '@jest/globals';
import { everyDay, shareOf, stacked, strip, total } from '../../../../../../gateway/console/web/pages/overview/series.js';

const row = (day: string, released: number, masked = 0, rejected = 0, expired = 0): { day: string; released: number; masked: number; rejected: number; expired: number } => ({ day, released, masked, rejected, expired });

describe('the pictures of the overview', () => {
  it('have every day of the span, over the end of a month too', () => {
    const days = everyDay([row('2026-03-01', 5)], 3, '2026-03-02');
    expect(days.map(({ day }) => day)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
    expect(days.map(total)).toEqual([0, 5, 0]);
  });
  it('stack each kind on those below it', () => {
    expect(stacked([row('2026-03-01', 5, 2, 1, 3)]).heights).toEqual({ released: [5], masked: [7], rejected: [8], expired: [11] });
  });
  it('keep small shares visible and say nothing of what is not there', () => {
    expect(shareOf(1, 100_000)).toBe(1.5);
    expect(shareOf(0, 10)).toBe(0);
    const parts = strip([{ key: 'a', count: 1 }, { key: 'b', count: 0 }, { key: 'c', count: 3 }]);
    expect(parts.map(({ key, from, width }) => [key, from, width])).toEqual([['a', 0, 25], ['c', 25, 75]]);
    expect(strip([{ key: 'a', count: 0 }])).toEqual([]);
  });
});
