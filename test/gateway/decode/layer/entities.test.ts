/** A mask over a character reference is one of the same length. */
import { describe, expect, it } from '@jest/globals';
import { CLASS, isAnyDigit, star } from '../../../../detectors/scan/characters.js';
import { entities } from '../../../../gateway/decode/layer/entities.js';

describe('a star written over a reference', () => {
  it('is as long as the reference, for every digit that there is', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      if (!isAnyDigit(CLASS[unit])) continue;
      for (const original of [`&#${unit}`, `&#${unit};`, `&#0${unit};`, `&#x${unit.toString(16)}`, `&#X${unit.toString(16)};`]) {
        const units = Uint16Array.from(`${original} `, (one) => one.charCodeAt(0));
        const size = original.length;
        expect(entities.read(units, 0, units.length)).toEqual({ unit, size });
        const written = entities.write(star(unit), size, original);
        expect([original, written.length]).toEqual([original, size]);
        const stars = entities.read(Uint16Array.from(`${written} `, (one) => one.charCodeAt(0)), 0, size + 1);
        expect([{ unit: 0x2a, size }, { unit: 0xff0a, size }]).toContainEqual(stars);
      }
    }
  });
});
