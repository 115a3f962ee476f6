/** Exchange ids sort by time, cannot be guessed, and are never mistaken for a number. */
import { describe, expect, it } from '@jest/globals';
import { builtInDetectors } from '../../../detectors/registry.js';
import { findAllWith } from '../../../detectors/scan/find.js';
import { exchangeIds } from '../../../gateway/wiring/ids.js';
import { manualClock } from '../../kit/clock.js';

describe('an exchange id', () => {
  it('is w and 26 characters that can be read over the phone', () => {
    const id = exchangeIds(manualClock())();
    expect(id).toMatch(/^w[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it('sorts by the time it was made, for centuries', () => {
    const clock = manualClock(0);
    const newId = exchangeIds(clock);
    const ids = [0, 1, 31, 32, 1e6, 1.8e12, 1.8e12 + 1, 4e12, 3e13].map((time) => {
      clock.set(time);
      return newId();
    });
    expect([...ids].sort()).toEqual(ids);
  });

  it('is another one each time', () => {
    const newId = exchangeIds(manualClock());
    expect(new Set(Array.from({ length: 2000 }, newId)).size).toBe(2000);
  });

  it('is drawn again when it would hold eleven digits in a row', () => {
    const draws = [new Uint8Array(16), Uint8Array.from({ length: 16 }, (_, at) => (at === 4 ? 10 : 3)), Uint8Array.from({ length: 16 }, (_, at) => (at % 4 === 0 ? 17 : at % 10))];
    const id = exchangeIds(manualClock(), () => draws.shift() ?? new Uint8Array(16).fill(31))();
    expect([draws.length, /[0-9]{11}/.test(id)]).toEqual([0, false]);
  });

  it('can be drawn even where the time itself is all digits', () => {
    const clock = manualClock(Array.from('0123456789').reduce((sum, digit) => sum * 32 + Number(digit), 0));
    for (let i = 0; i < 200; i++) expect(exchangeIds(clock)()).not.toMatch(/[0-9]{11}/);
  });

  it('is nothing that a detector finds', () => {
    const newId = exchangeIds(manualClock());
    expect(findAllWith(Array.from({ length: 3000 }, newId).join(' 手机 '), builtInDetectors)).toEqual([]);
  });
});
