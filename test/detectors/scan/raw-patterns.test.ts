/** Looking for patterns in raw bytes loses no match: whatever matches in the decoded text begins in a window. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import RE2 from 're2';
import { patternDetector } from '../../../detectors/pattern.js';
import { plain } from '../../../detectors/scan/characters.js';
import { RawPatterns } from '../../../detectors/scan/raw-patterns.js';
import { unitBuffer } from '../../../gateway/decode/layer/unit-buffer.js';
import { utf8 } from '../../../gateway/decode/layer/utf8.js';
import { runs } from '../../laws/runs.js';

const made = (pattern: string) =>
  patternDetector(
    { id: pattern, title: { zh: '', en: '' }, pattern, checksum: 'none', words: [], confidence: 0.8, confidenceWithWords: 0.9, keep: { first: 0, last: 0 }, cases: { hit: [], miss: [] } },
    RE2,
  );
const POOL = [
  '[Ee]\\d{6}', '(?i)prj-[a-f]{2}', 'x.{0,60}9', '[0-9 -]{6,12}', '\\bab?c\\b', '(?P<n>\\d{2})-\\x41|q[^x]y', '[\\]a-c[:digit:]-]{4}\\.', '\\p{Han}{2,4}号', 'a{2,3}?b',
  '(?i:ab){2,3}c?', '[^\\d]a\\sK', '\\u0041\\x{4e2d}', '(a|b(c|d)){3}', '[]a]b', '(?s)1.2', '\\w{3}@\\W', '(?i)k{3}', '\\D9\\d', '\ufffd1', '\\d{8}', 'é[à-ü]', '😀.', '[^a]😀',
].map(made);
const pieces = fc.oneof(
  fc.constantFrom('E123456', 'Ｅ１２３456', 'PRJ-Ｆf', 'ＰＲＪ－ab', 'abc', 'ａｂｃ', '工号', '12-A', 'qay', 'q😀y', 'q，y', '😀', 'aab', 'ABabc', 'ca K', '，a\u3000K', 'A中', 'acbdbc', ']ａb', '1\n2', 'KkＫ', '٣٤٥٦٧٨٩١', '𝟏𝟐-A', 'E𝟏𝟐𝟑𝟒𝟓𝟔', '１2345678', 'éé', 'ab1@!', '\ufffd1', '1a-].', '\u00a0'),
  fc.constantFrom(' ', '-', '\n', 'x', '9', 'z'.repeat(700), '中文'.repeat(300), 'E123456 '.repeat(40)),
).map((text) => Buffer.from(text));
const invalid = fc.constantFrom([0xff], [0xc3], [0xe4, 0xb8], [0x80], [0xed, 0xa0, 0x80]).map((bytes) => Buffer.from(bytes));
const bodies = fc.array(fc.oneof({ weight: 12, arbitrary: pieces }, { weight: 1, arbitrary: invalid }), { maxLength: 20 }).map((all) => Buffer.concat(all));

/** Byte offsets at which `detector` matches in the decoded text. */
function begins(bytes: Uint8Array, detector: ReturnType<typeof made>): number[] {
  const out = unitBuffer(bytes.length + 1);
  utf8.decode(bytes, true, out);
  let text = '';
  for (let at = 0; at < out.length; at++) text += String.fromCharCode(plain(out.units[at] ?? 0));
  const found: number[] = [];
  for (let next = detector.next(text, 0); next !== undefined; next = detector.next(text, next.start + 1)) found.push(out.from[next.start] ?? 0);
  return found;
}
const lookedFor = (bytes: Uint8Array, last: boolean, detectors = POOL): { windows: number[]; until: number } => {
  const windows: number[] = [];
  const until = new RawPatterns(detectors, 'plain').find(bytes, 0, last, (start, end) => windows.push(start, end));
  return { windows, until };
};
const covers = (windows: readonly number[], at: number): boolean => windows.some((start, i) => i % 2 === 0 && start <= at && at < (windows[i + 1] ?? 0));

describe('patterns in raw bytes', () => {
  it('can be looked for, all of them', () => {
    for (const one of POOL) expect([one.id, new RawPatterns([one], 'plain').able, new RawPatterns([one], 'json').able]).toEqual([one.id, true, true]);
  });

  it('begin in a window wherever the decoded text has a match', () => {
    fc.assert(
      fc.property(bodies, fc.subarray(POOL.slice(), { minLength: 1, maxLength: 6 }), fc.boolean(), (bytes, detectors, last) => {
        const { windows, until } = lookedFor(bytes, last, detectors);
        const missed = detectors.flatMap((one) => begins(bytes, one).filter((at) => at < until && !covers(windows, at)).map((at) => [one.id, at]));
        expect(missed).toEqual([]);
      }),
      runs(250),
    );
  });

  it('open few windows in text that has none, Chinese punctuation included', () => {
    const text = Buffer.from('张三，您好！请查收（附件）：合同、发票；谢谢。 The quick brown fox jumps. '.repeat(500));
    expect(lookedFor(text, true, [made('PRJ-\\d{4}'), made('工号\\d{6}'), made('[A-Z]{2}\\d{6}')]).windows).toEqual([]);
  });

  it('are certain to the end of the text, else as far as a match can be seen', () => {
    expect(lookedFor(Buffer.from('x'.repeat(5000)), true, [made('ab\\d{8}')]).until).toBe(5000);
    expect(lookedFor(Buffer.from('x'.repeat(5000)), false, [made('ab\\d{8}')]).until).toBe(5000 - 3 * 10);
    expect(lookedFor(Buffer.from('x'), false, [made('ab\\d{8}')]).until).toBe(0);
  });

  it('stand anywhere when one of them says nothing of itself', () => {
    const { expression: _, ...mute } = made('abc');
    expect(new RawPatterns([mute, made('abc')], 'plain').able).toBe(false);
  });
});
