/** Content-Type is read strictly enough that two readers cannot differ. */
import { describe, expect, it } from '@jest/globals';
import { parseMediaType } from '../../../gateway/decode/media-type.js';

describe('a media type', () => {
  it.each([
    ['text/plain', 'text/plain', {}],
    [' Text/HTML ; Charset=UTF-8 ', 'text/html', { charset: 'UTF-8' }],
    ['multipart/form-data; boundary="a;b=c"', 'multipart/form-data', { boundary: 'a;b=c' }],
    ['a/b;;c=d;', 'a/b', { c: 'd' }],
    ["multipart/mixed; boundary=a'b(c)_,/:?", 'multipart/mixed', { boundary: "a'b(c)_,/:?" }],
  ])('%j is %s with %j', (value, type, parameters) => {
    const media = parseMediaType(value);
    expect([media?.type, Object.fromEntries(media?.parameters ?? []), media?.ambiguous]).toEqual([type, parameters, false]);
  });

  it.each([
    'text/plain; charset=a; CHARSET=b', 'multipart/form-data; boundary="a\\"b"', 'text/plain; charset="a', 'text/plain; charset=a b', 'text/pl ain', 'text/plain; =x', 'text/plain; x', `text/plain; a=${'x'.repeat(5000)}`,
  ])('%j is ambiguous', (value) => {
    expect(parseMediaType(value)?.ambiguous).toBe(true);
  });

  it('is none when nothing is said', () => {
    expect([parseMediaType(undefined), parseMediaType('  ')]).toEqual([undefined, undefined]);
  });
});
