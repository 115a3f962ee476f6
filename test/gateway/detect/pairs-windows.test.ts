/** The prefilter reads GB18030 as its decoder does: it may be too generous, never too strict, however the text is cut. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLASS, IGNORABLE, SEPARATOR, isAnyDigit, standIn } from '../../../detectors/scan/characters.js';
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';
import { detectorSet } from '../../../detectors/scan/scan-units.js';
import { gb18030 } from '../../../gateway/decode/layer/gb18030.js';
import { unitBuffer } from '../../../gateway/decode/layer/unit-buffer.js';
import { Windows } from '../../../gateway/detect/windows.js';
import { builtIns, chunked, engine, inspectBody } from '../../kit/engine.js';
import { encodeGb18030 } from '../../kit/gb18030.js';
import { gb18030Body, sizes, written } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const fast = engine();
const slow = engine(builtIns, { prefilter: false });
const any = detectorSet([
  {
    kind: 'number', id: 'any', title: { zh: '', en: '' }, keep: { first: 0, last: 0 }, rank: 1, least: 6, most: 18,
    shapes: [{ lengths: Array.from({ length: 13 }, (_, i) => 6 + i) }], verify: () => undefined, cases: { hit: [], miss: [] },
  },
]);
const windows = new Windows();
const filter = prefilter();

function look(bytes: Buffer, last = false): number[] {
  filter.load(bytes);
  windows.look(filter, any, gb18030.reading ?? {}, [], 0, last);
  return [...Array.from({ length: windows.count }, (_, i) => [windows.start(i), windows.end(i)]).flat(), windows.open];
}
const lookAt = (text: string): number[] => look(encodeGb18030(text));

describe('a window in GB18030', () => {
  it('counts every digit that there is', () => {
    for (let point = 0; point <= 0x1ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const digit = point < 0x10000 ? isAnyDigit(CLASS[point]) : (standIn(point) ?? 0) >= 0xff10;
      if (!digit) continue;
      const bytes = encodeGb18030(`誠"${String.fromCodePoint(point).repeat(11)}"`);
      expect([point.toString(16), look(bytes)]).toEqual([point.toString(16), [3, bytes.length - 1, bytes.length]]);
    }
  });

  it('goes on behind every separator and invisible character', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      if (CLASS[unit] !== SEPARATOR && CLASS[unit] !== IGNORABLE) continue;
      expect([unit.toString(16), lookAt(`12345${String.fromCharCode(unit)}6"`)[0]]).toEqual([unit.toString(16), 0]);
    }
  });

  it('ends at letters and at bytes that are no character', () => {
    for (const between of [[0x61], [0xd6, 0xd0], [0xd5, 0x5c], [0xff], [0xd6, 0x20], [0x80], [0x81, 0x30, 0x81, 0x41]]) {
      const [start] = look(Buffer.from([...Buffer.from('12345'), ...between, ...Buffer.from('6"')]));
      expect([between, start === 0]).toEqual([between, false]);
    }
  });

  it('is open where a character is cut', () => {
    const text = encodeGb18030('中文１');
    for (let cut = 1; cut < text.length; cut++) expect(look(text.subarray(0, cut))).toEqual([cut - (cut % 2)]);
    const four = encodeGb18030('ab\u0663');
    for (let cut = 3; cut < four.length; cut++) expect(look(four.subarray(0, cut))).toEqual([2]);
  });
});

describe('the context of a place', () => {
  it('begins with a character, and holds all that there is to hold', () => {
    const piece = fc.oneof(written, fc.constantFrom('中', '誠', '，', 'a', '１', '\u0663', '😀', '1', '12 ').map((one) => one.repeat(40)), fc.constantFrom('文', '0', '\n'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), (pieces, place) => {
        const bytes = encodeGb18030(pieces.join(''));
        look(bytes);
        const out = unitBuffer(bytes.length + 1);
        gb18030.decode(bytes, true, out);
        if (out.length === 0) return;
        const at = place % out.length;
        const low = filter.contextBefore(out.from[at] ?? 0);
        const first = out.from.subarray(0, out.length).indexOf(low);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first).toBeLessThanOrEqual(Math.max(0, at - 64));
        // Near, or what is decoded for a number would grow with the text.
        expect((out.from[at] ?? 0) - low).toBeLessThanOrEqual(64 * 4 + 128 + 4);
      }),
      runs(200),
    );
  });
});

describe('an inspector with the prefilter', () => {
  it('finds and masks in GB18030 exactly what one without it does, for every cut', () => {
    fc.assert(
      fc.property(gb18030Body, sizes, ({ type, bytes }, cut) => {
        const own = inspectBody(type, chunked(bytes, cut), () => true, fast);
        const other = inspectBody(type, [bytes], () => true, slow);
        expect({ output: own.output.toString('latin1'), findings: own.findings, unscannable: own.unscannable }).toEqual({ output: other.output.toString('latin1'), findings: other.findings, unscannable: other.unscannable });
      }),
      runs(300),
    );
  });

  it.each(['application/json; charset=gbk', 'text/html; charset=gbk', 'text/plain; charset=gbk', 'application/x-www-form-urlencoded; charset=gbk'])('does so among escapes and broken bytes in %s', (type) => {
    const escape = fc.constantFrom(
      '\\u0031', '\\u4e00', '\\uff11', '\\u200b', '\\ud835\\udfcf', '\\ud835', '\\\\', '\\n', '\\"', '\\u00', '%A3%B1', '%A3', '%95A', '+', '&#49;', '&#x31;', '&#49', '&nbsp;', '&nbsp', '&', '&#',
      `&#${'0'.repeat(70)}49;`, '<b>', '</b>', '<span id="誠">', '<td>', '<!-- 誠 -->', '<!--', `<i title="${'億'.repeat(300)}">`, '<b', '誠', '億', '中文'.repeat(40), '\u0663', '138', '1234', '手机',
    );
    const broken = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 3 }).map((one) => Buffer.from(one)), fc.constantFrom([0x81], [0xd5], [0x84, 0x31, 0xa5, 0x30], [0x81, 0x30]).map((one) => Buffer.from(one)));
    const mixed = fc
      .array(fc.oneof({ weight: 4, arbitrary: written.map(encodeGb18030) }, { weight: 8, arbitrary: escape.map(encodeGb18030) }, { weight: 1, arbitrary: broken }), { maxLength: 20 })
      .map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(mixed, sizes, (bytes, cut) => {
        const own = inspectBody(type, chunked(bytes, cut), () => true, fast);
        const other = inspectBody(type, [bytes], () => true, slow);
        expect({ output: own.output.toString('latin1'), findings: own.findings, unscannable: own.unscannable }).toEqual({ output: other.output.toString('latin1'), findings: other.findings, unscannable: other.unscannable });
      }),
      runs(80),
    );
  });

  it('does so in long texts of two-byte characters without a break', () => {
    const long = fc.array(fc.oneof(written, fc.constantFrom('中', '誠', '１', '一', '，', '\u0663', '1').chain((one) => fc.integer({ min: 1, max: 300 }).map((count) => one.repeat(count)))), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(long, fc.integer({ min: 50, max: 700 }), (pieces, cut) => {
        const bytes = encodeGb18030(pieces.join(''));
        const type = 'text/plain; charset=gbk';
        const own = inspectBody(type, chunked(bytes, [cut]), () => true, fast);
        const other = inspectBody(type, [bytes], () => true, slow);
        expect({ output: own.output.toString('latin1'), findings: own.findings }).toEqual({ output: other.output.toString('latin1'), findings: other.findings });
      }),
      runs(60),
    );
  });
});
