/** A text is read in all its views: what two of them see in the same bytes is one finding; what hides itself is never called scanned. */
import { describe, expect, it } from '@jest/globals';
import RE2 from 're2';
import { patternDetector } from '../../../detectors/pattern.js';
import type { Finding } from '../../../gateway/ports.js';
import { builtIns, chunked, engine, inspectBody, type Seen } from '../../kit/engine.js';

const factory = engine();
const inspect = (text: string | Buffer, type = 'text/plain; charset=utf-8', sizes: readonly number[] = [1e6], masks: (finding: Finding) => boolean = () => true): Seen =>
  inspectBody(type, chunked(Buffer.from(text), sizes), masks, factory);

describe('views of one text', () => {
  it.each([
    ['a percent-encoded number in a form', 'application/x-www-form-urlencoded', 'p=%31%33%38%30%30%31%33%38%30%30%30', 'p=%31%33%38%2A%2A%2A%2A%38%30%30%30'],
    ['a plain number in a form', 'application/x-www-form-urlencoded', 'p=13800138000&q=%20', 'p=138****8000&q=%20'],
    ['JSON sent as a form', 'application/x-www-form-urlencoded', '{"p":"\\u0031\\u0033\\u0038\\u0030\\u0030138000"}', '{"p":"\\u0031\\u0033\\u0038\\u002a\\u002a**8000"}'],
    ['JSON in a form field', 'application/x-www-form-urlencoded', 'd=%7B%22p%22%3A%22%5Cu0031380%30138000%22%7D', 'd=%7B%22p%22%3A%22%5Cu003138*%2A**8000%22%7D'],
    ['escapes in JSON', 'application/json', '{"p":"\\u0031380013800\\u0030"}', '{"p":"\\u003138****800\\u0030"}'],
    ['entities in markup', 'text/html', '<b>&#49;38&#x30;0138000</b>', '<b>&#49;38&#x2a;***8000</b>'],
  ])('find %s once', (_name, type, text, expected) => {
    for (const sizes of [[1e6], [1], [4, 9]]) {
      const seen = inspect(text, type, sizes);
      expect(seen.findings).toHaveLength(1);
      expect(seen.output.toString()).toBe(expected);
    }
  });

  it('count what policy does not want masked, and leave it', () => {
    const seen = inspect('手机 13800138000', 'text/plain', [5], () => false);
    expect([seen.findings.length, seen.output.toString()]).toEqual([1, '手机 13800138000']);
  });
});

describe('text that hides digits', () => {
  const hidden = `手机 13800138000 then 1${'\u200b'.repeat(65)}2 then {"x":"\\u0031\\u0033912345678"} and 13812345678`;

  it('is malformed behind more invisible characters than anyone writes', () => {
    expect(inspect(hidden).unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
  });

  it.each([
    ['invisible characters', Buffer.from(hidden)],
    ['a NUL', Buffer.concat([Buffer.from(`${'x'.repeat(5000)} 13800138000 {"p":"\\u0031\\u0033912345678"} `), Buffer.from([0]), Buffer.from('手机 13812345678')])],
  ])('and %s give the same findings and receipt for every cut, and are unread as a whole', (_name, bytes) => {
    const whole = inspect(bytes);
    expect(whole.findings.length).toBeGreaterThan(1);
    expect(whole.receipt.scanned).toBe(0);
    for (const sizes of [[1], [7], [100, 3], [5100]]) expect({ ...inspect(bytes, undefined, sizes), waited: 0 }).toEqual({ ...whole, waited: 0 });
  });
});

describe('a chain of claims without end', () => {
  const any = patternDetector(
    { id: 'six', title: { zh: '', en: '' }, pattern: '\\d{6}', checksum: 'none', words: [], confidence: 0.8, confidenceWithWords: 0.9, keep: { first: 1, last: 1 }, cases: { hit: [], miss: [] } },
    RE2,
  );
  const own = engine([...builtIns, any]);

  it('is malformed, masked all the same, and read the same for every cut', () => {
    const bytes = Buffer.from(`a ${'123456789'.repeat(60)} b`);
    const whole = inspectBody('text/plain', [bytes], () => true, own);
    expect(whole.unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
    expect(whole.output.toString()).not.toMatch(/\d{6}/);
    for (const sizes of [[1], [50], [200, 7]]) expect({ ...inspectBody('text/plain', chunked(bytes, sizes), () => true, own), waited: 0 }).toEqual({ ...whole, waited: 0 });
  });

  it('is none where claims only stand beside each other', () => {
    const seen = inspectBody('text/plain', [Buffer.from('123456 '.repeat(200))], () => true, own);
    expect([seen.unscannable.length, seen.findings.length]).toEqual([0, 200]);
  });

  it('masks a bare number for a pattern of digits, once', () => {
    const seen = inspectBody('application/json', [Buffer.from('{"staff":123456}')], () => true, own);
    expect([seen.output.toString(), seen.findings.length]).toEqual(['{"staff":100000}', 1]);
    expect(inspectBody('application/json', [seen.output], () => true, own).findings).toEqual([]);
  });
});
