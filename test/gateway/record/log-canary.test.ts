import { PassThrough } from 'node:stream';
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { jsonLog } from '../../../gateway/record/log.js';
import { numberSource } from '../../kit/numbers.js';

const FULL_WIDTH = 0xfee0;
/** Ways in which a library's message or a careless field could carry a number. */
const CARRIERS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => `Unexpected token } in JSON at position 7: {"id":"${value}"}`,
  (value) => `key (card)=(${value}) already exists`,
  (value) => `张三${value}的手机`,
  (value) => value.replace(/(.{4})/g, '$1 '),
  (value) => value.replace(/(.{3})/g, '$1-'),
  (value) => encodeURIComponent(`?q=${value}&n=1`),
  (value) => value.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + FULL_WIDTH)),
  (value) => value.replace(/(?=.)/g, '\u200b'),
  (value) => `x${value}y`,
  (value) => `${'.'.repeat(2_000)}${value}`,
];

describe('the log and a canary', () => {
  it('no number of the built-in kinds can be read from what is written, whatever field it came in and however it was carried', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat({ max: CARRIERS.length - 1 }), (seed, which) => {
        const source = numberSource(seed);
        const stream = new PassThrough();
        const log = jsonLog({ level: 'debug', stream });
        const values = [source.residentId(), source.bankCard(), source.phone()];
        for (const value of values) {
          const carried = CARRIERS[which]?.(value) ?? value;
          log.error('probe', { detail: carried, exchange: carried, policy: carried, client: carried });
          log.info(carried, { [carried]: carried, number: Number(value.replace('X', '0')) });
        }
        const written = String(stream.read() ?? '')
          .normalize('NFKC')
          .replace(/[^0-9A-Za-z]/g, '');
        for (const value of values) expect(written).not.toContain(value);
      }),
      { numRuns: 300, seed: 20_261_105 },
    );
  });
});
