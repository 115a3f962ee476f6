import { describe, expect, it } from '@jest/globals';
import { ISSUER_RANGES } from '../../detectors/data/iins.js';
import { TEST_CARDS } from '../../detectors/data/test-cards.js';
import { CARD_GROUPS } from '../../detectors/card-evidence.js';
import { cardShapes, issuerOf } from '../../detectors/issuers.js';
import { luhnDigit, randomBelow } from '../kit/numbers.js';

describe('issuers', () => {
  it.each([
    ['6222021234567890128', 'unionpay known'],
    ['6299991234567890123', 'unionpay national'],
    ['6299991234567890', 'unionpay national'],
    ['62999912345678901', 'unionpay national'],
    ['8171999927660000', 'unionpay national'],
    ['9558801234567890123', 'unionpay national'],
    ['9559981234567890123', 'unionpay known'],
    ['9551001234567890123', 'unionpay known'],
    ['9400661234567890', 'unionpay national'],
    ['6013821234567890123', 'domestic known'],
    ['1031234567890123456', 'unionpay rare'],
    ['4539578763621486', 'visa usual'],
    ['4000123412341234568', 'visa rare'],
    ['2221001234567890', 'mastercard usual'],
    ['371449635398431', 'amex usual'],
    ['6759649826438453', 'maestro rare'],
    ['1234567890123456', 'nobody'],
    ['8181999927660000', 'nobody'],
  ])('tell of %s: %s', (digits, expected) => {
    const issuer = issuerOf(digits);
    expect(issuer === undefined ? 'nobody' : `${issuer.network} ${issuer.trust}`).toBe(expected);
  });

  it('have shapes for every number they take, and for few others', () => {
    const below = randomBelow(5);
    const shapes = cardShapes(CARD_GROUPS);
    let fitting = 0;
    let taken = 0;
    for (let run = 0; run < 20_000; run++) {
      const range = ISSUER_RANGES[below(ISSUER_RANGES.length)];
      const start = run % 2 === 0 || range === undefined ? String(100_000 + below(900_000)) : String(range.from + below(range.to - range.from + 1));
      const digits = start + Array.from({ length: 7 + below(7) }, () => String(below(10))).join('');
      const fits = shapes.some(({ lengths, starts }) => lengths.includes(digits.length) && starts?.some((one) => digits.startsWith(one)) === true);
      if (issuerOf(digits) !== undefined) {
        taken++;
        expect([digits, fits]).toEqual([digits, true]);
      }
      if (fits) fitting++;
    }
    expect(fitting).toBeLessThan(taken * 1.1);
    expect(shapes.every(({ checksum }) => checksum === 'luhn')).toBe(true);
  });

  it('know every published test number, each with its check digit', () => {
    const strangers = [...TEST_CARDS].filter((digits) => issuerOf(digits) === undefined);
    // Schemes of one country, and lengths that no card in use has.
    expect(strangers.length).toBeLessThan(12);
    for (const digits of TEST_CARDS) expect(luhnDigit(digits.slice(0, -1))).toBe(digits.at(-1));
  });
});
