/** Content-Type is read strictly enough that two readers cannot differ. */
import { describe, expect, it } from '@jest/globals';
import { parseMediaType } from '../../../gateway/decode/media-type.js';

describe('a media type', () => {
  it.each([
    ['text/plain', 'text/plain', {}],
    [' Text/HTML ; Charset=UTF-8 ', 'text/html', { charset: 'UTF-8' }],
    ['multipart/form-data; boundary="a;b=c"', 'multipart/form-data', { boundary: 'a;b=c' }],
    ['a/b;;c=d;', 'a/b', { c: 'd' }],
    ["multipart/mixed; boundary=a'b_/:=?", 'multipart/mixed', { boundary: "a'b_/:=?" }],
    ["multipart/mixed; boundary=\"a'b(c)_,/:?\"", 'multipart/mixed', { boundary: "a'b(c)_,/:?" }],
    ['text/plain (in short); charset=us-ascii (Plain text)', 'text/plain', { charset: 'us-ascii' }],
    ['multipart/mixed;\n\tboundary="x y"', 'multipart/mixed', { boundary: 'x y' }],
    ['multipart/mixed; boundary = "x"', 'multipart/mixed', { boundary: 'x' }],
    ['application/pdf; name=annual report.pdf', 'application/pdf', { name: 'annual report.pdf' }],
    ['application/pdf; name="a;b\n c.pdf"; x-y=1', 'application/pdf', { name: 'a;b c.pdf', 'x-y': '1' }],
    ['a/b; name="x"; name="y"', 'a/b', { name: 'y' }],
    ['a/b; name*0="x"; name*1*=%31', 'a/b', { 'name*0': 'x', 'name*1*': '%31' }],
  ])('%j is %s with %j', (value, type, parameters) => {
    const media = parseMediaType(value);
    expect([media?.type, Object.fromEntries(media?.parameters ?? []), media?.ambiguous]).toEqual([type, parameters, false]);
  });

  it.each([
    'text/plain; charset=a; CHARSET=b', 'multipart/form-data; boundary="a\\"b"', 'text/plain; charset="a', 'text/plain; charset=a b', 'text/pl ain', 'text/plain; =x', 'text/plain; x',
    'multipart/mixed; (boundary=a;) boundary=b', 'multipart/mixed; boundary=a(b)', 'multipart/mixed; boundary = a', 'multipart/mixed; boundary="a\n b"', 'multipart/mixed; boundary=a, b',
    'multipart/mixed; boundary="a"b', 'multipart/mixed; boundary*=a', 'multipart/mixed; boundary*0=a; boundary*1=b', 'multipart/mixed; boundary=a; boundary=a', 'text/plain (', '"text/plain"', 'text/plain, text/html', 'text/plain; a="b',
    `text/plain; a=${'x'.repeat(5000)}`,
  ])('%j is ambiguous', (value) => {
    expect(parseMediaType(value)?.ambiguous).toBe(true);
  });

  it('is none when nothing is said', () => {
    expect([parseMediaType(undefined), parseMediaType('  ')]).toEqual([undefined, undefined]);
  });
});
