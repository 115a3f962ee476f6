/** Text for PostgreSQL, and one text for equal values. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, cleanText, jsonText } from '../../../gateway/ledger/text.js';

describe('text for the database', () => {
  it('has no NUL and no half surrogate, and is otherwise as it was', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => cleanText(text) === text.replaceAll('\0', '\uFFFD')), { seed: 1, numRuns: 100 });
    expect(cleanText('a\0b\ud800c')).toBe('a\uFFFDb\uFFFDc');
    expect(jsonText({ a: ['\0', '\udc00'] })).toBe('{"a":["\uFFFD","\uFFFD"]}');
  });

  it('is the same for equal values in any order of keys, and survives being read back', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(JSON.parse(canonicalJson(value))) === canonicalJson(value)), { seed: 1, numRuns: 100 });
    expect(canonicalJson({ b: 1, a: { d: [2, { f: 1, e: 2 }], c: undefined } })).toBe('{"a":{"d":[2,{"e":2,"f":1}]},"b":1}');
  });
});
