/** The prefilter may be too generous, never too strict. */
import { describe, expect, it } from '@jest/globals';
import { CLASS, IGNORABLE, SEPARATOR, isAnyDigit, standIn } from '../../../detectors/scan/characters.js';
import { prefilter, type Reading } from '../../../detectors/scan/prefilter/prefilter.js';
import { detectorSet, type DetectorSet } from '../../../detectors/scan/scan-units.js';
import { Windows } from '../../../gateway/detect/windows.js';
import { FILLERS, GAPS, HIDDEN, padded } from '../../kit/block-text.js';
import { builtIns, chunked, engine, inspectBody } from '../../kit/engine.js';

const fast = engine();

const any = detectorSet([
  {
    kind: 'number', id: 'any', title: { zh: '', en: '' }, keep: { first: 0, last: 0 }, rank: 1, least: 6, most: 18,
    shapes: [{ lengths: Array.from({ length: 13 }, (_, i) => 6 + i) }], verify: () => undefined, cases: { hit: [], miss: [] },
  },
]);
/** As few digits as the built-in detectors take, so that whole blocks are passed over. */
const eleven = detectorSet([
  {
    kind: 'number', id: 'eleven', title: { zh: '', en: '' }, keep: { first: 0, last: 0 }, rank: 1, least: 11, most: 18,
    shapes: [{ lengths: Array.from({ length: 8 }, (_, i) => 11 + i) }], verify: () => undefined, cases: { hit: [], miss: [] },
  },
]);
/** Nothing but 17 digits and a check character. */
const checked = detectorSet([
  {
    kind: 'number', id: 'checked', title: { zh: '', en: '' }, keep: { first: 0, last: 0 }, rank: 1, least: 18, most: 18,
    shapes: [{ lengths: [18] }], verify: () => undefined, cases: { hit: [], miss: [] },
  },
]);
const windows = new Windows();

/** Start and end of each window, then where more text is needed. */
function look(text: string | Buffer, options: { readonly set?: DetectorSet; readonly from?: number; readonly last?: boolean; readonly reading?: Reading; readonly near?: boolean } = {}): number[] {
  const { set = any, from = 0, last = false, reading = {}, near = false } = options;
  const filter = prefilter();
  filter.load(Buffer.from(text));
  windows.look(filter, set, reading, [], from, last, near);
  return [...Array.from({ length: windows.count }, (_, i) => [windows.start(i), windows.end(i)]).flat(), windows.open];
}

/** Does a run of digits go on behind `between`? */
const joins = (between: Buffer): boolean => look(Buffer.concat([Buffer.from('12345'), between, Buffer.from('6"')]))[0] === 0;

describe('a window', () => {
  it('goes on behind every separator and invisible character that there is', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      if (CLASS[unit] !== SEPARATOR && CLASS[unit] !== IGNORABLE) continue;
      expect([unit.toString(16), joins(Buffer.from(String.fromCharCode(unit)))]).toEqual([unit.toString(16), true]);
    }
  });

  it('counts every digit that there is, in each script and plane', () => {
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const digit = point < 0x10000 ? isAnyDigit(CLASS[point]) : (standIn(point) ?? 0) >= 0xff10;
      if (!digit) continue;
      const bytes = Buffer.from(`é"${String.fromCodePoint(point).repeat(11)}"`);
      expect([point.toString(16), look(bytes)]).toEqual([point.toString(16), [3, bytes.length - 1, bytes.length]]);
    }
  });

  it('goes on behind every character beyond the basic plane that stands for an invisible one', () => {
    for (let point = 0x10000; point <= 0x10ffff; point++) {
      if (standIn(point) !== undefined && (standIn(point) ?? 0) < 0xff10 && !joins(Buffer.from(String.fromCodePoint(point)))) expect(point.toString(16)).toBe('joined');
    }
  });

  it('ends at letters and quotes', () => {
    for (const one of ['a', '"', '*', '=', '中', '😀', '\xff']) expect(joins(Buffer.from(one, one === '\xff' ? 'latin1' : 'utf8'))).toBe(false);
  });

  it('is open when it touches the end, however short, and nowhere else', () => {
    expect(look('ab 1')).toEqual([3]);
    expect(look('1a2', { from: 1 })).toEqual([2]);
    expect(look('1234567 x" ')).toEqual([0, 7, 11]);
    expect(look('abc')).toEqual([3]);
    expect(look('abc\n')).toEqual([4]);
    expect(look('ab 1', { last: true })).toEqual([4]);
    // Too many digits: what follows completes nothing.
    expect(look('1'.repeat(40))).toEqual([40]);
    expect(look(Buffer.from('ab中').subarray(0, 4))).toEqual([2]);
    expect(look(Buffer.from('ab１').subarray(0, 4))).toEqual([2]);
  });

  it('is found wherever the blocks of 64 bytes part its digits, and whatever stands between these', () => {
    const gaps = ['', ' ', ' - ', '\x01', '\x7f', '\x1b', '\x19'.repeat(6), '\x08\x0e', '\u00ad', '\u3000', '\u200b\u200b', '，'];
    for (const gap of gaps) {
      const number = `1${`${gap}1`.repeat(10)}`;
      for (let pad = 0; pad < 132; pad++) {
        const before = 'x'.repeat(pad);
        expect([gap, pad, look(`${before}${number}x`, { set: eleven })]).toEqual([gap, pad, [pad, pad + Buffer.byteLength(number), pad + Buffer.byteLength(number) + 1]]);
        expect([gap, pad, look(`${before}1${gap}1${gap}1x`, { set: eleven }).length]).toEqual([gap, pad, 1]);
      }
    }
  });

  it('is found where one digit has more behind it than may be ignored, and another one, wherever the blocks begin', () => {
    for (const hidden of ['\x01', '\x7f', '\u00ad']) {
      for (let pad = 0; pad < 132; pad++) expect([hidden, pad, look(`${'x'.repeat(pad)}1${hidden.repeat(65)}1x`, { set: eleven })[0]]).toEqual([hidden, pad, pad]);
    }
  });

  it('begins where a mask in it may complete an earlier number, and ends with what its digits allow', () => {
    expect(look('1, 1234567 1a')).toEqual([0, 12, 13]);
    expect(look('1111111111111111111111, 1234567a')).toEqual([24, 31, 32]);
  });

  it('is none where no shape is fulfilled', () => {
    const set = detectorSet(builtIns);
    expect(look('call 138-1234-5678a', { set })).toEqual([5, 18, 19]);
    expect(look('call 238-1234-5678a', { set })).toEqual([19]);
    expect(look('a 11010519491231002Xa', { set })).toEqual([2, 20, 21]);
    expect(look('a 11010519491231003Xa', { set })).toEqual([21]);
    expect(look('a 11010519491331002Xa', { set })).toEqual([21]);
  });

  it('tells of a percent sign only where it begins an escape or is cut off', () => {
    const percent = prefilter().bitOf(0x25);
    const seen = (text: string): boolean => {
      look(text);
      return (prefilter().seen & percent) !== 0;
    };
    for (let pad = 0; pad < 70; pad++) {
      const before = 'x'.repeat(pad);
      for (const text of ['%', '%3', '%31', '%aF', 'x%3', '5% %31 ']) expect([pad, text, seen(before + text)]).toEqual([pad, text, true]);
      for (const text of ['%  ', '5%. ', '%3x', '%x3', '%%x ', '中%文']) expect([pad, text, seen(before + text)]).toEqual([pad, text, false]);
    }
  });

  it('is told only near to escapes where another view speaks for the rest, unless one reaches further', () => {
    const far = 'x'.repeat(3000);
    const near = (text: string): number[] => look(`${far}${text}${far}`, { reading: { json: true }, near: true, last: true }).slice(0, -1);
    expect(near('1234567')).toEqual([]);
    expect(near(`1234567${far}\\n`)).toEqual([]);
    expect(near('123\\u0034567')).toEqual([3000, 3012]);
    expect(near('1234567"\\n')).toEqual([3000, 3007]);
    expect(near(`1234567${'x'.repeat(200)}\\n`)).toEqual([3000, 3007]);
    // A whole context of the widest characters lies between.
    const wide = '😀'.repeat(64);
    for (const number of ['1234567', '１２３４５６７', '一二三四五六七', '1２3４5６7']) {
      const size = Buffer.byteLength(number);
      expect(near(`${number}${wide}\\n`)).toEqual([3000, 3000 + size]);
      expect(near(`\\n${wide}${number}`)).toEqual([3258, 3258 + size]);
    }
    // The first can be seen from the second, and the second from the escape.
    expect(near(`1234567${'x'.repeat(200)}1234567${'x'.repeat(200)}\\n`)).toEqual([3000, 3007, 3207, 3214]);
    // No escape, and one of another kind.
    expect(near('1234567"\\q%20&lt;')).toEqual([]);
  });

  it('is one too where invisible characters make the text malformed', () => {
    for (const hidden of ['\u200b', '\u00ad', '\u0001', '\u0301', '\ufe0f']) {
      const text = Buffer.from(`a 1${hidden.repeat(70)}b`);
      const whole = inspectBody('text/plain; charset=utf-8', [text], () => true, fast);
      expect(whole.unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
      expect(inspectBody('text/plain; charset=utf-8', chunked(text, [1]), () => true, fast).receipt).toEqual(whole.receipt);
    }
  });
});

/** Digits of all widths. */
const DIGITS = ['1', '\u00b2', '\u0663', '\u07c3', '\u096a', '\u2074', '①', '一', '零', '玖', '５', '𝟏', '𑁧'];

describe('a run of digits', () => {
  const found = (text: string, run: string, set = eleven): boolean => {
    const bytes = Buffer.from(text);
    const start = bytes.indexOf(run);
    const seen = look(bytes, { set, last: true });
    for (let i = 0; i + 1 < seen.length; i += 2) if ((seen[i] ?? 0) <= start && (seen[i + 1] ?? 0) >= start + Buffer.byteLength(run)) return true;
    return false;
  };

  it('is found wherever it begins, in every dress and between all kinds of text', () => {
    const plain = DIGITS.map((digit) => digit.repeat(11));
    const gapped = DIGITS.flatMap((digit) => GAPS.map((gap) => Array.from({ length: 11 }, () => digit).join(gap)));
    const hidden = DIGITS.flatMap((digit) => HIDDEN.map((one) => digit + one.repeat(40) + digit.repeat(10)));
    const oneOther = ['一', '５', '\u0663', '𝟏'].flatMap((digit) => Array.from({ length: 11 }, (_, i) => `${digit.repeat(i)}1${digit.repeat(10 - i)}`));
    const missed: unknown[] = [];
    for (const [kind, list] of Object.entries({ plain, gapped, hidden, oneOther })) {
      for (const [i, run] of list.entries()) {
        for (let pad = 0; pad < 66; pad++) {
          const filler = FILLERS[(pad + i) % FILLERS.length] ?? 'a';
          // No filler that would join the run.
          const text = `${padded(filler, pad)}"${run}"${padded(filler, 70)}`;
          if (!found(text, run)) missed.push([kind, run, pad, filler]);
        }
      }
    }
    expect(missed).toEqual([]);
  });

  it('is found when plain digits and others take turns in it, close together or far apart, wherever blocks of the text begin', () => {
    const turns = [1, 2, 3, 5, 7, 9, 10].flatMap((every) => ['一', '５', '\u0663', '𝟏'].map((other) => Array.from({ length: 11 }, (_, i) => (i % every === 0 ? '1' : other))));
    const runs = turns.flatMap((digits) => ['', ' ', '，', '\u3000（', ' - ', '\u200b', '\u0001\u0001', '\ufe0f\u0301'].map((gap) => digits.join(gap)));
    const missed: unknown[] = [];
    for (const [i, run] of runs.entries()) {
      for (let pad = 0; pad < 66; pad++) {
        const filler = FILLERS[(pad + i) % FILLERS.length] ?? 'a';
        if (!found(`${padded(filler, pad)}"${run}"${padded(filler, 70)}`, run)) missed.push([run, pad, filler]);
        if (!found(`${padded('中', pad)}第${run}条${padded('文', 70)}`, run)) missed.push([run, pad]);
      }
    }
    expect(missed).toEqual([]);
  });

  it('is found between short ones in the same block of the text', () => {
    const missed: unknown[] = [];
    for (const short of ['12a', 'a1 2b', '2019年3月', '（3）', 'v1.2.3 ', '1,234.56元', '²', '一2三x']) {
      for (const run of ['13800138000', '138 0013 8000', '138-00138-000', '1３8０0一38００0', '1 ３ 8 ０ 0 一 3 8 ０ 0 0']) {
        for (let pad = 0; pad < 66; pad++) {
          for (const touch of ['x', '人']) {
            const text = `${padded('中a', pad)}${short}${touch}${run}${touch}${short}${padded('文', 70)}`;
            if (!found(text, run)) missed.push([short, run, pad, touch]);
          }
        }
      }
    }
    expect(missed).toEqual([]);
  });

  it('is found when a check character stands behind too few digits', () => {
    const missed: unknown[] = [];
    for (const digit of ['1', '一', '５', '𝟏']) {
      for (const check of ['X', 'x', ' X', 'Ｘ']) {
        for (let pad = 0; pad < 66; pad++) {
          for (const filler of ['a', '中']) if (!found(`${padded(filler, pad)}"${digit.repeat(17)}${check}"${padded(filler, 70)}`, digit.repeat(17) + check, checked)) missed.push([digit, check, pad, filler]);
        }
      }
    }
    expect(missed).toEqual([]);
  });

  it('makes text malformed when what it hides fills a block and more', () => {
    const hidden = '\u0001';
    for (const between of [60, 61, 62, 63]) {
      for (const behind of [0, 1, 2, 3, 4, 5]) {
        if (between + behind <= 64) continue;
        const run = `1${hidden.repeat(between)}1${hidden.repeat(behind)}`;
        for (let pad = 0; pad < 130; pad++) expect([between, behind, pad, found(`${padded('中', pad)}文${run}文${padded('文', 70)}`, '1')]).toEqual([between, behind, pad, true]);
      }
    }
  });

  it('is found between ideographs that touch it', () => {
    const missed: unknown[] = [];
    for (const digit of DIGITS) {
      for (let pad = 0; pad < 130; pad++) {
        const run = digit.repeat(11);
        if (!found(`${padded('中', pad)}的${run}元${padded('文', 70)}`, run)) missed.push([digit, pad]);
      }
    }
    expect(missed).toEqual([]);
  });

  it('makes text malformed wherever one digit is followed by more invisible characters than a number has', () => {
    for (const digit of ['1', '一', '\u0663']) {
      for (const one of HIDDEN) {
        for (let pad = 0; pad < 66; pad++) expect([digit, one, pad, found(`${padded('中', pad)}"${digit}${one.repeat(66)}中${padded('文', 70)}`, digit)]).toEqual([digit, one, pad, true]);
      }
    }
  });

  it('ends somewhere where all of the text is digits, separators or invisible', () => {
    for (const one of ['一', '，', '\u200b', '\u3000 ', '一，', '１\u200b', '\u00b2']) {
      const bytes = Buffer.from(one.repeat(20_000));
      for (const last of [true, false]) expect(look(bytes, { set: eleven, last }).length).toBeGreaterThan(0);
    }
  });
});
