/** What stands in strings of base64 in any text is found and masked where it stands; what is none costs nothing and is left alone. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readerFor } from '../../../../gateway/decode/part-readers.js';
import { recognise } from '../../../../gateway/decode/syntax.js';
import { chunked, inspectBody } from '../../../kit/engine.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { numberSource } from '../../../kit/numbers.js';
import { readWith, type Read, type ReadOptions } from '../../../kit/reading.js';
import { runs } from '../../../laws/runs.js';

const b64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const read = (type: string, chunks: readonly Uint8Array[], options?: ReadOptions): Read => {
  const declared = { contentType: type, contentEncoding: undefined };
  return readWith((context) => readerFor(context, recognise(declared, Buffer.concat(chunks).subarray(0, 4096)), declared), chunks, options);
};
const SECRET = '{"手机":"13800138000","id":"11010519491231002X"}';
const OPEN = '{"手机":"138****8000","id":"1****************X"}';

/** Bytes of the string that `around` has between its marks. */
function inside(text: string, around: (value: string) => string): string {
  const [before = '', behind = ''] = around('\0').split('\0');
  return text.slice(before.length, text.length - behind.length);
}

describe('a string of base64', () => {
  it.each([
    ['text/plain', (value: string) => `see ${value} there`],
    ['application/json', (value: string) => `{"file":"${value}","n":1}`],
    ['application/json', (value: string) => `{"file":"${value.replaceAll('/', '\\/')}"}`],
    ['application/xml', (value: string) => `<a>\r\n${value}\r\n</a>`],
    ['text/html', (value: string) => `<a href="data:text/plain;charset=utf-8;base64,${value}">x</a>`],
    ['application/x-www-form-urlencoded', (value: string) => `a=b&file=${encodeURIComponent(value)}`],
    ['text/csv', (value: string) => `name,file\r\nx,${value}\r\n`],
    ['text/plain; charset=gbk', (value: string) => `/download/${value}`],
    ['text/plain; charset=utf-16', (value: string) => `\ufeff ${value} `],
    ['application/json', (value: string) => `{"file":"${(value.match(/.{1,76}/g) ?? []).join('\\r\\n')}"}`],
    ['text/plain', (value: string) => `${(value.match(/.{1,64}/g) ?? []).join('\n')}\n`],
  ])('in %s is read and masked in place', (type, around) => {
    const encode = (text: string): Buffer => (type.includes('16') ? Buffer.from(text, 'utf16le') : Buffer.from(text));
    const decode = (bytes: Buffer): string => bytes.toString(type.includes('16') ? 'utf16le' : 'utf8');
    const bytes = encode(around(b64(SECRET)));
    const seen = read(type, [bytes]);
    expect(seen.findings.map(({ detector, maskable }) => [detector, maskable])).toEqual([['cn.phone', true], ['cn.resident-id', true]]);
    expect(seen.output).toHaveLength(bytes.length);
    const value = decode(seen.output).replaceAll('\\r\\n', '').replaceAll('\\/', '/').replace(/\n/g, type === 'text/plain' ? '' : '\n');
    expect(value).toContain(type.includes('form') ? encodeURIComponent(b64(OPEN)) : b64(OPEN));
    expect(seen.unscannable).toEqual([]);
    expect(read(type, [seen.output]).findings).toEqual([]);
    for (const sizes of [[1], [7], [30, 2]]) {
      const cut = read(type, chunked(bytes, sizes));
      expect(cut.output.equals(seen.output)).toBe(true);
      expect(cut.findings).toEqual(seen.findings);
    }
  });

  const lines = (value: string): string[] => value.match(/.{1,36}/g) ?? [];
  it.each([
    ['indented lines of markup', 'application/xml', (value: string) => `<a>\n    ${lines(value).join('\n    ')}\n</a>`],
    ['indented lines of YAML', 'text/plain', (value: string) => `a: |\r\n\t${lines(value).join('\r\n\t')}\r\n`],
    ['a line behind an escaped line feed', 'application/json', (value: string) => `{"mail":"x\\n${value}\\ny"}`],
    ['behind an escaped bracket', 'application/json', (value: string) => `{"html":"\\u003cb\\u003e${value}\\u003c/b\\u003e"}`],
    ['an escaped letter', 'application/json', (value: string) => `{"a":"${value.slice(0, 10)}\\u00${value.charCodeAt(10).toString(16)}${value.slice(11)}"}`],
    ['a letter behind a percent sign', 'text/html', (value: string) => `<a href="data:text/plain;base64,${value.slice(0, 10)}%${value.charCodeAt(10).toString(16)}${value.slice(11)}">`],
  ])('is read in %s', (_, type, around) => {
    const bytes = Buffer.from(around(b64(SECRET)));
    const seen = read(type, [bytes]);
    expect([seen.findings.map(({ detector, maskable }) => [detector, maskable]), seen.output.length]).toEqual([[['cn.phone', true], ['cn.resident-id', true]], bytes.length]);
    expect(read(type, [seen.output]).findings).toEqual([]);
    for (const sizes of [[1], [7], [30, 2]]) expect(read(type, chunked(bytes, sizes)).output.equals(seen.output)).toBe(true);
  });

  it('in references that have no room for a mask fails, and does not leave half masked', () => {
    const value = b64(`0123456789abcdefgh${SECRET}`);
    const written = value.slice(0, 24) + Array.from(value.slice(24), (one) => `&#${one.charCodeAt(0)};`).join('');
    expect(() => read('text/html', [Buffer.from(`<p>${written}</p>`)])).toThrow('no room');
    expect(read('text/html', [Buffer.from(`<p>${written}</p>`)], { masks: () => false }).findings).toHaveLength(2);
  });

  it.each([
    ['GB18030', encodeGb18030('客户手机１３８００１３８０００。'), encodeGb18030('客户手机１３８＊＊＊＊８０００。')],
    ['UTF-16', Buffer.from('tel 13800138000', 'utf16le'), Buffer.from('tel 138****8000', 'utf16le')],
    ['base64 again', Buffer.from(b64('mobile: 13800138000 now')), Buffer.from(b64('mobile: 138****8000 now'))],
    ['markup', Buffer.from('<p>1&#51;8<b>0013</b>8000</p>'), Buffer.from('<p>1&#51;8<b>****</b>8000</p>')],
    ['JSON with a bare number', Buffer.from('{"phone": 13800138000, "x": 1}'), Buffer.from('{"phone": 10000000000, "x": 1}')],
  ])('may hold %s', (_, plain, masked) => {
    const seen = read('application/json', [Buffer.from(`{"a":"${b64(plain)}"}`)]);
    expect(seen.output.toString()).toBe(`{"a":"${b64(masked)}"}`);
  });

  it('is read to a depth of two', () => {
    const deep = b64(b64(b64('mobile: 13800138000 now')));
    expect(read('text/plain', [Buffer.from(deep)]).findings).toEqual([]);
  });

  it('in the charset that a data: URI names', () => {
    const seen = read('text/html', [Buffer.from(`<a href="data:text/html;charset=gbk;base64,${b64(encodeGb18030('<p>电话１３８&#48;０１３８０００</p>'))}">`)]);
    expect(seen.findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
  });

  it('is not changed in a web token', () => {
    const url = (text: string): string => Buffer.from(text).toString('base64url');
    const token = `${url('{"alg":"HS256","typ":"JWT"}')}.${url('{"sub":"x","phone":"13800138000"}')}.${url('signature of 32 bytes or so \x01\x02')}`;
    const bytes = Buffer.from(`{"token":"${token}"}`);
    for (const sizes of [[bytes.length], [1], [9]]) {
      const seen = read('application/json', chunked(bytes, sizes));
      expect(seen.findings.map(({ detector, maskable }) => [detector, maskable])).toEqual([['cn.phone', false]]);
      expect(seen.output.equals(bytes)).toBe(true);
    }
  });

  it('may be a container, which is put aside', () => {
    const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(5000, 9)]);
    const bytes = Buffer.from(`{"file":"data:application/zip;base64,${b64(zip)}","n":13800138000}`);
    for (const sizes of [[bytes.length], [1000], [1]]) {
      const seen = read('application/json', chunked(bytes, sizes));
      expect(seen.aside.map((one) => one.equals(zip))).toEqual([true]);
      const [range] = seen.ranges;
      expect(bytes.toString('latin1', range?.from, range?.to)).toBe(b64(zip));
      expect(range).toMatchObject({ replaceable: true, wraps: [{ coding: 'base64', lineLength: 0 }] });
      expect(seen.findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
    }
    expect(read('application/json', [bytes], { defers: false }).unscannable.map(({ reason }) => reason)).toEqual(['unsupported']);
  });

  it.each([
    'a UUID 123e4567-e89b-12d3-a456-426614174000 and a digest da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'a path /usr/share/javascript/something/very/long/indeed/and/more, getElementsByClassNameAndOthers',
    `${'-'.repeat(80)}\n${'_'.repeat(50)}\n${'='.repeat(60)}`,
    `%41%42${'%'.repeat(5000)}`,
    'a&b'.repeat(4000),
    '\\n\\n'.repeat(4000),
  ])('is none, and nothing is found: %#', (text) => {
    const seen = read('text/plain', [Buffer.from(text)]);
    expect(seen.unscannable).toEqual([]);
    expect(seen.output.toString()).toBe(text);
  });

  const numbers = numberSource(11);
  const texts = fc.array(fc.oneof(fc.constantFrom('手机', ' ', '姓名张三，', 'a=b', '\n', '>>>???'), fc.constantFrom(numbers.phone(), numbers.bankCard(), numbers.residentId())), { minLength: 6, maxLength: 20 }).map((all) => `text ${all.join(' ')} end of it`);
  const frames = fc.constantFrom<readonly [string, (value: string) => string]>(
    ['application/json', (value) => `{"a":13800138000,"b":"${value}"}`],
    ['text/plain', (value) => `call 13800138000 or ${value}.`],
    ['text/csv', (value) => `a,b\r\n"${value}",13800138000\r\n`],
  );

  it('hides nothing, in any cut, and keeps its length', () => {
    fc.assert(
      fc.property(texts, frames, fc.boolean(), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }), (text, [type, around], url, sizes) => {
        const bytes = Buffer.from(around(Buffer.from(text).toString(url ? 'base64url' : 'base64')));
        const seen = read(type, [bytes]);
        const plain = inspectBody('text/plain', [Buffer.from(text)]);
        expect(seen.output).toHaveLength(bytes.length);
        expect(seen.findings.length).toBe(plain.findings.length + 1);
        expect(Buffer.from(inside(seen.output.toString(), (value) => around(value).replace('13800138000', type === 'application/json' ? '10000000000' : '138****8000')), 'base64').toString()).toBe(plain.output.toString());
        const cut = read(type, chunked(bytes, sizes));
        expect(cut.findings).toEqual(seen.findings);
        expect(cut.output.equals(seen.output)).toBe(true);
        expect(read(type, [bytes], { masks: () => false }).output.equals(bytes)).toBe(true);
      }),
      runs(100),
    );
  });
});
