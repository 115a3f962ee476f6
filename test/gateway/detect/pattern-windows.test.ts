/** Declared patterns are found through the windows of raw text as they are without: same findings, same bytes, for every cut and syntax. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import RE2 from 're2';
import { patternDetector, type PatternDefinition } from '../../../detectors/pattern.js';
import { builtIns, chunked, engine, inspectBody } from '../../kit/engine.js';
import { body } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const pattern = (id: string, source: string, over: Partial<PatternDefinition> = {}) =>
  patternDetector(
    { id, title: { zh: id, en: id }, pattern: source, checksum: 'none', words: [], confidence: 0.8, confidenceWithWords: 0.9, keep: { first: 1, last: 1 }, cases: { hit: [], miss: [] }, ...over },
    RE2,
  );
const sets = [
  [...builtIns, pattern('staff', '[Ee]\\d{6}', { notBefore: '[A-Za-z0-9]', notAfter: '[A-Za-z0-9]', words: ['工号'] }), pattern('project', '(?i:prj)-[a-f]{2}\\d{2}')],
  [...builtIns, pattern('eight', '\\d{8}', { confidence: 0.5 }), pattern('named', '张三.{1,9}号')],
  [pattern('staff', 'E\\d{6}'), pattern('far', 'x.{0,60}9', { confidence: 0.4 }), pattern('long', '[a-z]{40}', { confidence: 0.75 })],
];
const planted = fc.constantFrom('E123456', ' e654321,', 'ＰＲＪ－ab12', 'prj-cd34', '张三的号', '张三的手机号', 'x 12 9', 'x'.repeat(60), 'z'.repeat(1500), '，'.repeat(400), '工号：E１２３４５６', '12345678', '\\u0045123456', '\\u0065\\u003654321', 'PRJ\\u002dab1\\u0032', '\\u5f20\\u4e09\\u7684\\u53f7', 'x\\n\\t\\u0020\\u0039', '\\uff2512345\\uff16', 'E\\u0661\\ud835\\udfce3456', '\\u0031234567\\u0038', '%45123456', '&#69;123456', '٣٤٥٦٧٨٩١');
const mixed = fc.tuple(body, fc.array(fc.tuple(planted, fc.nat(400)), { maxLength: 6 })).map(([{ type, bytes }, plants]) => {
  let out = Buffer.from(bytes);
  for (const [text, at] of plants) {
    const place = at % (out.length + 1);
    out = Buffer.concat([out.subarray(0, place), Buffer.from(text), out.subarray(place)]);
  }
  return { type, bytes: out };
});

describe('patterns found through windows', () => {
  it.each(sets.map((set, index) => [index, set] as const))('are found as without them (set %i)', (_, set) => {
    const filtered = engine(set);
    const whole = engine(set, { prefilter: false });
    const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(mixed, sizes, fc.boolean(), ({ type, bytes }, cuts, masks) => {
        const expected = inspectBody(type, [bytes], () => masks, whole);
        expect({ ...inspectBody(type, [bytes], () => masks, filtered), waited: 0 }).toEqual({ ...expected, waited: 0 });
        expect({ ...inspectBody(type, chunked(bytes, cuts), () => masks, filtered), waited: 0 }).toEqual({ ...expected, waited: 0 });
      }),
      runs(60),
    );
  });

  it('make numbers of bare numbers of JSON where several stand in one, in any cut', () => {
    for (const prefilter of [true, false]) {
      for (const size of [1, 3, 9, 1000]) {
        const seen = inspectBody('application/json', chunked(Buffer.from('{"k0":120101201106189351, "k1":110105200306231063}'), [size]), () => true, engine(sets[1], { prefilter }));
        expect([prefilter, size, seen.output.toString(), seen.findings.map(({ detector, start }) => `${detector} ${String(start)}`)]).toEqual([
          prefilter, size, '{"k0":100000001000000051, "k1":100000001000000000}', ['eight 6', 'eight 14', 'cn.resident-id 31', 'eight 39'],
        ]);
      }
    }
  });

  it('are not passed over by a number that is judged before them', () => {
    const bytes = Buffer.from('12345678{"k0":110105200306231063}');
    const seen = inspectBody('text/plain', [bytes], () => false, engine(sets[1]));
    expect(seen.findings.map(({ detector, start }) => [detector, start])).toEqual([
      ['eight', 0],
      ['cn.resident-id', 14],
    ]);
  });
});
