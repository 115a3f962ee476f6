/** Patterns that share one pass find what each finds alone: over random texts, cuts, masks and everything a definition may say. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import RE2 from 're2';
import type { Detector, PatternDetector } from '../../../detectors/contract.js';
import { patternDetector, type PatternDefinition } from '../../../detectors/pattern.js';
import { plain } from '../../../detectors/scan/characters.js';
import { PatternSet } from '../../../detectors/scan/pattern-set.js';
import { PatternSearch } from '../../../detectors/scan/patterns.js';
import { builtIns } from '../../kit/engine.js';
import { scanInPieces } from '../../kit/scan-text.js';
import { runs } from '../../laws/runs.js';

const pattern = (id: string, source: string, over: Partial<PatternDefinition> = {}): PatternDetector =>
  patternDetector(
    { id, title: { zh: id, en: id }, pattern: source, checksum: 'none', words: [], confidence: 0.8, confidenceWithWords: 0.9, keep: { first: 1, last: 1 }, cases: { hit: [], miss: [] }, ...over },
    RE2,
  );
const POOL: readonly PatternDetector[] = [
  pattern('staff', '[Ee]\\d{6}', { notBefore: '[A-Za-z0-9]', notAfter: '[A-Za-z0-9]', words: ['工号', 'staff'] }),
  pattern('six', '\\d{6}', { notBefore: '\\d', notAfter: '\\d', confidence: 0.95 }),
  pattern('luhn', '\\d{4}[ -]?\\d{4}', { checksum: 'luhn', confidence: 0.5 }),
  pattern('check', '\\d{17}[0-9Xx]', { checksum: 'mod11-2' }),
  pattern('some', '[0-9 -]{6,12}', { digits: 5, confidence: 0.3 }),
  pattern('fold', '(?i)prj-[a-f]{2}', { words: ['K'] }),
  pattern('word', '\\bab?c\\b', { keep: { first: 0, last: 0 } }),
  pattern('far', 'x.{0,60}9', { confidence: 0.4 }),
  pattern('long', '[a-z]{40}|E12', { confidence: 0.75 }),
  pattern('han', '\\p{Han}{2,4}号', { confidence: 0.6 }),
  pattern('stars', '[0-9*]{4}', { confidence: 0.2 }),
  pattern('other', 'q[^x]y', { notAfter: '1' }),
  pattern('wide', '.E\\d', { notBefore: 'a|工' }),
];
const piece = fc.oneof(
  fc.constantFrom('E123456', 'e654321', 'prj-ab', 'PRJ-Ｆf', 'ＰＲＪ－ab', 'abc', 'ac', '工号', '编号', 'staff ', 'x', '9', 'qay', 'q😀y', '😀', '\ud800', 'E１２３４５６', '4111 1111', '11010519491231002X', '123456', '٣٤٥٦', ' ', '-', '\n', '，', 'K', '𝟏𝟐'),
  fc.stringMatching(/^[0-9a-fExq* -]{0,12}$/),
  fc.integer({ min: 30, max: 1200 }).map((count) => 'z'.repeat(count)),
  fc.integer({ min: 3, max: 90 }).map((count) => 'E123456 '.repeat(count)),
);
const texts = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
const chosen = fc.subarray(POOL.slice(), { minLength: 1 });
/** One that takes the fill of a mask for a value is masked without end at its edges, and need not be the same for every cut. */
const maskable = fc.subarray(POOL.filter(({ id }) => id !== 'stars'), { minLength: 1 });

/** All that one detector says of a whole text that it is shown at once. */
function aloneIn(text: string, detector: PatternDetector): string[] {
  const shown = Array.from({ length: text.length }, (_, at) => String.fromCharCode(plain(text.charCodeAt(at)))).join('');
  const out: string[] = [];
  for (let from = 0; ; ) {
    const next = detector.next(shown, from);
    if (next === undefined) return out;
    out.push(`${next.start}-${next.end} ${detector.id} ${next.confidence} ${next.reasons.join(' ')} ${shown.slice(next.start, next.end)}`);
    from = next.start + 1;
  }
}

function togetherIn(text: string, detectors: readonly PatternDetector[]): string[] {
  const units = Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const search = new PatternSearch({ units, length: units.length, last: true }, new PatternSet(detectors));
  const out: string[] = [];
  for (let at = 0; ; ) {
    const begin = search.earliest(at, units.length);
    if (begin === undefined) return out;
    for (const { detector, start, end, confidence, reasons, value } of search.beginning(begin)) out.push(`${start}-${end} ${detector.id} ${confidence} ${reasons.join(' ')} ${value}`);
    at = begin + 1;
  }
}

/** The same detectors, each searched by itself. */
const apart = (detectors: readonly Detector[]): Detector[] =>
  detectors.map((detector) => (detector.kind === 'number' ? detector : (({ expression: _, ...rest }) => rest)(detector)));

const scanned = (text: string, sizes: readonly number[], detectors: readonly Detector[], least: number): unknown =>
  scanInPieces(text, sizes, detectors, ({ confidence }) => confidence >= least);

describe('patterns that share one pass', () => {
  it('match where each matches alone in the whole text', () => {
    fc.assert(
      fc.property(texts, chosen, (text, detectors) => {
        expect(togetherIn(text, detectors).sort()).toEqual(detectors.flatMap((detector) => aloneIn(text, detector)).sort());
      }),
      runs(120),
    );
  });

  it('give the findings and masks of patterns searched one by one, for every cut', () => {
    const sizes = fc.array(fc.integer({ min: 15, max: 700 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(texts, maskable, sizes, fc.boolean(), fc.constantFrom(0, 0.5, 0.7, 2), (text, detectors, cuts, numbers, masks) => {
        const all = numbers ? [...builtIns, ...detectors] : detectors;
        const whole = scanned(text, [text.length + 1], apart(all), masks);
        expect(scanned(text, [text.length + 1], all, masks)).toEqual(whole);
        expect(scanned(text, cuts, all, masks)).toEqual(whole);
      }),
      runs(60),
    );
  });

  it('are searched one by one where no pass can speak for them', () => {
    const Failing = class {
      constructor(sources: readonly string[]) {
        if (sources.length > 1) throw new Error('too large');
      }
      test(): boolean {
        throw new Error('out of memory');
      }
      match(): number[] {
        return [];
      }
    };
    const poor = POOL.map((one): PatternDetector => ({ ...one, expression: { source: one.id, Set: Failing } }));
    const text = '工号 E123456 prj-ab 编号 9 4111 1111';
    expect(togetherIn(text, poor).sort()).toEqual(POOL.flatMap((detector) => aloneIn(text, detector)).sort());
  });
});
