/** What a body is: declared type against first bytes; magic bytes outrank the declaration (HC 1). */
import { describe, expect, it } from '@jest/globals';
import { PREFIX_LENGTH, recognise, type Syntax } from '../../../gateway/decode/syntax.js';

const of = (contentType: string | undefined, bytes: string | Uint8Array, over: { contentEncoding?: string; transferEncoding?: string } = {}): Syntax =>
  recognise({ contentType, contentEncoding: over.contentEncoding, transferEncoding: over.transferEncoding }, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
const summary = (syntax: Syntax): string => {
  switch (syntax.kind) {
    case 'text': return `${syntax.syntax}${syntax.json ? ' json' : ''}${syntax.untyped ? ' untyped' : ''}`;
    case 'multipart': return `multipart ${syntax.boundary}`;
    case 'empty': return 'empty';
    case 'message': return 'message';
    case 'container': return `container ${syntax.format}`;
    case 'unscannable': return `${syntax.reason} ${syntax.name}`;
  }
};

describe('text', () => {
  it.each([
    ['text/plain', 'hello', 'text'],
    ['TEXT/Plain; charset="UTF-8"', 'hello', 'text'],
    ['text/csv', 'a,b', 'text'],
    ['text/plain', '{"a":1}', 'text json'],
    ['text/plain', '\ufeff  [1]', 'text json'],
    ['application/json', '{}', 'json json'],
    ['application/json', '13800138000', 'json json'],
    ['application/problem+json', 'x', 'json json'],
    ['application/x-ndjson', '{}\n{}', 'json json'],
    ['application/x-www-form-urlencoded', 'a=b', 'form'],
    ['application/x-www-form-urlencoded', '{"a":1}', 'form json'],
    ['text/html', '<p>', 'markup'],
    ['image/svg+xml', '<svg>', 'markup'],
    ['application/atom+xml; charset=ascii', '<feed>', 'markup'],
    [undefined, 'hello', 'unknown-text untyped'],
    ['', 'hello', 'unknown-text untyped'],
    ['application/octet-stream', 'hello', 'unknown-text untyped'],
    ['application/x-nobody-knows', '{"a":1}', 'unknown-text json untyped'],
    ['text/plain', '', 'empty'],
    [undefined, '', 'empty'],
  ])('declared as %s with %j is %s', (type, bytes, expected) => {
    expect(summary(of(type, bytes))).toBe(expected);
  });
});

describe('the charsets of a text', () => {
  it.each([
    ['text/plain', 'x', ['utf-8']],
    ['text/plain; charset=utf-8', 'x', ['utf-8']],
    ['text/plain; charset=GBK', 'x', ['gb18030']],
    ['text/html; charset="gb2312"', 'x', ['gb18030']],
    // Readers of these know UTF-8 only, whatever is declared, or go by other signs.
    ['application/json; charset=gb18030', '{}', ['utf-8', 'gb18030']],
    ['application/x-www-form-urlencoded; charset=gbk', 'a=b', ['utf-8', 'gb18030']],
    ['application/octet-stream; charset=gbk', 'x', ['utf-8', 'gb18030']],
    ['text/plain; charset=gbk', '\ufeffx', ['utf-8', 'gb18030']],
  ])('of type %s are those that its readers may take', (type, bytes, expected) => {
    expect(of(type, bytes)).toMatchObject({ kind: 'text', charsets: expected });
  });

  it('do not make text of what is none', () => {
    const gbk = Uint8Array.of(0xd6, 0xd0, 0xce, 0xc4);
    expect(summary(of('text/plain; charset=gbk', gbk))).toBe('text');
    expect(summary(of('application/octet-stream; charset=gbk', Uint8Array.of(0xd6, 0xd0, 1)))).toBe('unsupported binary');
    expect(summary(of('text/plain; charset=gbk', Buffer.from('a\0b')))).toBe('unsupported binary');
  });
});

describe('signatures', () => {
  it.each([
    ['PK\u0003\u0004', 'container zip'],
    ['%PDF-1.7', 'container pdf'],
    ['\n\n%PDF-1.7', 'container pdf'],
    ['{\\rtf1', 'container rtf'],
    ['-----BEGIN PGP MESSAGE-----', 'encrypted pgp'],
    ['SQLite format 3', 'unsupported sqlite'],
    ['7z\u00bc', undefined],
  ])('of %j outrank every declared type', (bytes, expected) => {
    for (const type of ['text/plain', 'application/json', 'text/html; charset=utf-8', 'application/x-www-form-urlencoded', undefined, 'image/png']) {
      if (expected === undefined) expect(of(type, Buffer.from('7z\u00bc')).kind).toBe('text');
      else expect(summary(of(type, bytes))).toBe(expected);
    }
  });

  it.each([
    [[0x1f, 0x8b, 8], 'gzip'], [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'], [[0xff, 0xd8, 0xff, 0xe0], 'jpeg'], [[0x89, 0x50, 0x4e, 0x47], 'png'],
    [[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], 'ole'],
    [[...new Array<number>(257).fill(0x61), ...Buffer.from('ustar')], 'tar'],
  ])('%j are known', (bytes, name) => {
    expect(summary(of('text/plain', Uint8Array.from(bytes)))).toBe(`container ${name}`);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a charset with shifts', 'text/plain; charset=utf-7', 'x', 'unsupported charset'],
    ['an unknown charset', 'text/plain; charset=x-nobody', 'x', 'unsupported charset'],
    ['a NUL', 'text/plain; charset=utf-8', 'a\0b', 'unsupported binary'],
    ['a NUL in what is called JSON', 'application/json', '{\0}', 'unsupported binary'],
    ['mail', 'message/rfc822', 'Subject: x', 'message'],
    ['a type said twice', 'text/plain; charset=utf-8; charset=gbk', 'x', 'malformed content-type'],
    ['a multipart without a boundary', 'multipart/form-data', '--x', 'malformed multipart'],
    ['a boundary of more than 70 characters', `multipart/form-data; boundary=${'x'.repeat(71)}`, '--x', 'malformed multipart'],
    ['a boundary that ends in a blank', 'multipart/form-data; boundary="x "', '--x', 'malformed multipart'],
  ])('%s', (_name, type, bytes, expected) => {
    expect(summary(of(type, bytes))).toBe(expected);
  });

  it('is no text where controls stand in bytes that no type calls text', () => {
    const bytes = Uint8Array.of(0xd6, 0x01, 0xce, 0xc4, 0x02);
    expect([summary(of('text/plain', bytes)), summary(of(undefined, bytes)), summary(of('application/x-data', bytes))]).toEqual(['text', 'unsupported binary', 'unsupported binary']);
  });

  it('does not count a character that the end of the prefix cuts', () => {
    const long = Buffer.from(`${'x'.repeat(PREFIX_LENGTH - 2)}中文`).subarray(0, PREFIX_LENGTH);
    expect(summary(of('text/plain', long))).toBe('text');
    expect(of('text/plain', long)).toMatchObject({ charsets: ['utf-8'] });
  });

  it.each([
    [{ contentEncoding: 'gzip' }, 'unsupported content-encoding'],
    [{ contentEncoding: 'identity, br' }, 'unsupported content-encoding'],
    [{ contentEncoding: ' Identity ' }, 'text'],
    [{ contentEncoding: '' }, 'text'],
    [{ transferEncoding: 'base64' }, 'unsupported content-transfer-encoding'],
    [{ transferEncoding: ' 8BIT ' }, 'text'],
  ])('is what is coded: %j', (over, expected) => {
    expect(summary(of('text/plain', 'x', over))).toBe(expected);
  });
});
