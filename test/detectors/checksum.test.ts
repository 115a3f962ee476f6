import { describe, expect, it } from '@jest/globals';
import { luhn, mod11Two } from '../../detectors/checksum.js';
import { numberSource } from '../kit/numbers.js';

describe('check digits', () => {
  it('agree with an implementation that shares no code with them', () => {
    const source = numberSource(11);
    for (let run = 0; run < 500; run++) {
      expect(luhn(source.bankCard())).toBe(true);
      expect(luhn(source.nearMissCard())).toBe(false);
      expect(mod11Two(source.residentId())).toBe(true);
      expect(mod11Two(source.nearMissId())).toBe(false);
    }
  });

  it('refuse what is no number', () => {
    for (const text of ['', '0', 'X', '12a4', 'X1', '１１']) {
      expect(luhn(text)).toBe(false);
      expect(mod11Two(text)).toBe(false);
    }
  });

  it.each(['11010519491231002X', '440524188001010014', '932682198501010017'])('know the published ID %s', (id) => {
    expect(mod11Two(id)).toBe(true);
  });
});
