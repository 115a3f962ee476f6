/** Numbers cut into groups by whatever people and programs put between them, among figures: the prefilter leaves out none that the verifier alone finds. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';
import { detectorSet } from '../../../detectors/scan/scan-units.js';
import { builtIns, chunked, engine, inspectBody } from '../../kit/engine.js';
import { numberSource } from '../../kit/numbers.js';
import { sizes } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const fast = engine();
const slow = engine(builtIns, { prefilter: false });
const source = numberSource(83);

const NUMBERS = [
  ...Array.from({ length: 30 }, () => [source.residentId(), source.bankCard(), source.phone(), source.nearMissCard()]).flat(),
  '4111111111111111', '6222021234567890128', '30569309025904', '01069156699', '861069156699', '0086057187654321', '8613812345678', '013812345678', '110105491231002',
];
const CUTS = [[3, 7], [4, 8, 12, 16], [6, 14], [2, 5, 9], [7], [8], [2, 10], [4, 7, 11], Array.from({ length: 19 }, (_, i) => i + 1)];
const gap = fc.constantFrom('\n', '\n', '\r\n', '.', ' ', '-', '-\n', '\n  ', ',', '、', '\t', '', '\u200b', '\n0.');
const cut = fc
  .tuple(fc.constantFrom(...NUMBERS), fc.oneof(fc.constantFrom<number[]>(...CUTS), fc.array(fc.integer({ min: 1, max: 18 }), { maxLength: 6 })), fc.array(gap, { minLength: 1, maxLength: 3 }))
  .map(([number, places, gaps]) => {
    let count = 0;
    return Array.from(number, (digit, at) => (at > 0 && places.includes(at) ? `${gaps[count++ % gaps.length] ?? ''}${digit}` : digit)).join('');
  });
const figures = fc.array(fc.constantFrom('4.423394\n0\n', '12.429519\n0\n', '0 3.317546\n', '1 ', '7,', '0\n', '2026-01-02 12:00:00 ', '31.2304,121.4737\n'), { maxLength: 40 }).map((all) => all.join(''));
const part = fc
  .tuple(fc.oneof(figures, fc.constantFrom('', '卡号 ', '手机：', 'tel ', '身份证 ', '\n', '1.', 'the card no ')), cut, fc.constantFrom('', ' ', '.', '.5', '.5\n', '.*', '.１', '\n0\n', ',', 'x', '。'))
  .map((all) => all.join(''));

const essence = (type: string, chunks: readonly Uint8Array[], factory: typeof fast): unknown => {
  const { findings, output, unscannable } = inspectBody(type, chunks, () => true, factory);
  return { findings, output: Buffer.from(output).toString('latin1'), unscannable };
};

describe('numbers in groups', () => {
  it.each(['text/plain; charset=utf-8', 'text/csv; charset=utf-8', 'application/json', 'application/x-www-form-urlencoded'])('are found in %s as the verifier alone finds them, however the text is cut', (type) => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), sizes, (parts, size) => {
        const bytes = Buffer.from(parts.join(''));
        expect(essence(type, chunked(bytes, size), fast)).toEqual(essence(type, [bytes], slow));
      }),
      runs(60),
    );
  });
});

describe('figures', () => {
  it('of a drawing, of coordinates and of dates are ruled out by the prefilter alone', () => {
    const filter = prefilter();
    const set = detectorSet(builtIns);
    for (const text of ['3.875451\n0\n2.49065\n0] Tj\n', '31.2304,121.4737 ', '2026-01-02 12:00:00.123 ', '13:81:23,45678x', '550e8400-e29b-41d4-a716-446655440000 ']) {
      filter.load(Buffer.from(text.repeat(200)));
      expect([text, filter.scan(set, {}, 0, true)]).toEqual([text, 0]);
    }
  });
});
