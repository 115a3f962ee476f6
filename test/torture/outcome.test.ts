/** What one try of a hostile body did wrong is told of, however well the next one ended. */
import { describe, expect, it } from '@jest/globals';
import { faultsOf, looksDear, type Outcome } from './outcome.js';

const WELL: Outcome = { took: 24_000, lasted: 110_000, stall: 240, grew: 190, reasons: ['too-deep zip'], findings: 0, lawful: true, crashed: [] };
const DEAR: Outcome = { ...WELL, stall: 400, grew: 300 };

describe('a body that was opened again', () => {
  it.each<[string, Partial<Outcome>, readonly string[]]>([
    ['took too long', { took: 25_001 }, ['took 25001 ms']],
    ['waited too long', { lasted: 120_001 }, ['ended after 120001 ms by the clock']],
    ['lost count', { lawful: false }, ['scanned and unscanned bytes are not the body']],
    ['crashed', { crashed: ['crashed', 'memory'] }, ['crashed: crashed', 'crashed: memory']],
    ['failed', { reasons: ['too-deep zip', 'failed zip'] }, ['failed zip']],
    ['ended by its time', { reasons: ['timeout zip'] }, ['timeout zip']],
  ])('is told of when it %s in any try', (_, wrong, faults) => {
    expect(faultsOf([{ ...DEAR, ...wrong }, WELL])).toEqual(faults);
    expect(faultsOf([DEAR, { ...WELL, ...wrong }])).toEqual(faults);
  });

  it('costs others what the cheapest try did, of either kind', () => {
    expect(looksDear([{ ...WELL, stall: 250 }])).toBe(true);
    expect(looksDear([{ ...WELL, grew: 200 }])).toBe(true);
    expect(looksDear([{ ...DEAR, stall: 10 }, { ...DEAR, grew: 10 }])).toBe(false);
    expect(faultsOf([DEAR, { ...DEAR, stall: 250, grew: 200 }])).toEqual(['stalled for 250 ms', 'grew by 200 MiB']);
    expect(faultsOf([{ ...DEAR, stall: 10 }, { ...DEAR, grew: 10 }])).toEqual([]);
  });

  it('may end by its time where it has nothing else to end by', () => {
    expect(faultsOf([{ ...WELL, reasons: ['timeout zip'] }], true)).toEqual([]);
    expect(faultsOf([{ ...WELL, reasons: ['failed zip'] }], true)).toEqual(['failed zip']);
  });
});
