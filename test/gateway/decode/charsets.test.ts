/** Text in the charsets that offices write is read and masked in its own bytes, declared or not; where what is said and what stands there disagree, it is read in each. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { recognise, type Syntax } from '../../../gateway/decode/syntax.js';
import { chunked, inspectBody } from '../../kit/engine.js';
import { encodeGb18030 } from '../../kit/gb18030.js';
import { numberSource } from '../../kit/numbers.js';
import { runs } from '../../laws/runs.js';

/** As the program of that name writes it. */
const iconv = (text: string, charset: string): Buffer => execFileSync('iconv', ['-f', 'utf-8', '-t', charset], { input: text });
const wide = (text: string, big = false): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};
const decode = (bytes: Uint8Array, charset: string): string => new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);
const charsets = (type: string | undefined, bytes: Uint8Array): Syntax | readonly string[] => {
  const syntax = recognise({ contentType: type, contentEncoding: undefined }, bytes.subarray(0, 4096));
  return syntax.kind === 'text' ? syntax.charsets : syntax;
};

const TABLE = '姓名,身份证,手机\r\n张三,11010519491231002X,１３８００１３８０００\r\n李四,无,13800138001\r\n';
const MASKED = '姓名,身份证,手机\r\n张三,1****************X,１３８＊＊＊＊８０００\r\n李四,无,138****8001\r\n';

describe('a text that nobody declares', () => {
  it.each([
    ['GB18030', undefined, (text: string) => encodeGb18030(text), 'gb18030'],
    ['GB18030 as CSV', 'text/csv', (text: string) => encodeGb18030(text), 'gb18030'],
    ['GB18030 as an unknown file', 'application/octet-stream', (text: string) => encodeGb18030(text), 'gb18030'],
    ['UTF-16 as Excel writes it', 'text/plain', (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), wide(text)]), 'utf-16le'],
    ['UTF-16 with the other order', undefined, (text: string) => Buffer.concat([Buffer.from([0xfe, 0xff]), wide(text, true)]), 'utf-16be'],
    ['UTF-16 without a mark', undefined, (text: string) => wide(text), 'utf-16le'],
    ['UTF-16 without a mark, the other order', 'text/csv', (text: string) => wide(text, true), 'utf-16be'],
  ])('in %s is read and masked', (_, type, encode, charset) => {
    const bytes = encode(TABLE);
    for (const chunks of [[bytes], chunked(bytes, [1]), chunked(bytes, [3, 7])]) {
      const seen = inspectBody(type, chunks);
      expect(seen.unscannable).toEqual([]);
      expect(decode(seen.output, charset).replace('\ufeff', '')).toBe(MASKED);
      expect(seen.output).toHaveLength(bytes.length);
      expect(seen.receipt.scanned).toBe(bytes.length);
    }
  });

  it('in Big5 is read and masked', () => {
    const text = '姓名,身分證,手機\r\n張三,11010519491231002X,１３８００１３８０００\r\n';
    const bytes = iconv(text, 'big5');
    const seen = inspectBody(undefined, [bytes]);
    expect(decode(seen.output, 'big5')).toBe('姓名,身分證,手機\r\n張三,1****************X,１３８＊＊＊＊８０００\r\n');
    expect(inspectBody(undefined, chunked(bytes, [1])).output.equals(seen.output)).toBe(true);
  });

  it.each(['電話 １３８００１３８０００', '１３８００１３８０００'])('in Big5 is read in it, though its few characters would do for GB18030: %s', (text) => {
    const seen = inspectBody('text/plain', [iconv(text, 'big5')]);
    expect([seen.findings.map(({ detector }) => detector), decode(seen.output, 'big5')]).toEqual([['cn.phone'], text.replace('００１３', '＊＊＊＊')]);
  });

  it('weighs a column of UTF-16 by its header', () => {
    const rows = '姓名\t订单号\t手机号\r\n张三\t13800138000\t13800138001\r\n';
    const facts = (bytes: Buffer): unknown => inspectBody('text/plain', [bytes]).findings.map(({ detector, confidence, reasons }) => ({ detector, confidence, reasons }));
    expect(facts(wide(rows))).toEqual(facts(Buffer.from(rows)));
  });

  it.each([
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x31, 0, 0, 0])],
    ['a zero among bytes of ASCII', Buffer.from('手机 13800138000\0\0 13800138000')],
    ['zeros here and there', Buffer.from('ab\0cdefghij13800138000kl\0mn')],
  ])('is none with %s', (_, bytes) => {
    expect(inspectBody(undefined, [bytes]).unscannable.map(({ reason }) => reason)).toEqual(['unsupported']);
  });
});

describe('a declared charset', () => {
  it.each([
    ['text/plain; charset=big5', '電話１３８００１３８０００', 'big5', '電話１３８＊＊＊＊８０００'],
    ['text/plain; charset=big5', '許功蓋13800138000', 'big5', '許功蓋138****8000'],
    ['text/plain; charset=shift_jis', '電話１３８００１３８０００、ソ13800138000', 'shift_jis', '電話１３８＊＊＊＊８０００、ソ138****8000'],
    ['text/plain; charset=euc-jp', '電話１３８００１３８０００', 'euc-jp', '電話１３８＊＊＊＊８０００'],
    ['text/plain; charset=euc-kr', '전화１３８００１３８０００', 'euc-kr', '전화１３８＊＊＊＊８０００'],
    ['text/plain; charset=iso-8859-1', 'Téléphone: 138\u00a00013\u00a08000', 'iso-8859-1', 'Téléphone: 138\u00a0****\u00a08000'],
    ['text/plain; charset=windows-1251', 'телефон 13800138000', 'windows-1251', 'телефон 138****8000'],
    ['text/html; charset=utf-16', '<p>1380013&#56;000</p>', 'utf-16le', '<p>138****&#56;000</p>'],
    ['application/json; charset=utf-16le', '{"手机":13800138000,"a":"\\u0031380013８000"}', 'utf-16le', '{"手机":10000000000,"a":"\\u003138****８000"}'],
  ])('%s: %s', (type, text, charset, expected) => {
    const bytes = charset === 'utf-16le' ? wide(text) : iconv(text, charset);
    const seen = inspectBody(type, [bytes]);
    expect(seen.unscannable).toEqual([]);
    expect(seen.output).toHaveLength(bytes.length);
    expect(decode(seen.output, charset)).toBe(expected);
    expect(inspectBody(type, chunked(bytes, [1])).output.equals(seen.output)).toBe(true);
    expect(inspectBody(type, [seen.output]).findings).toEqual([]);
  });

  it('does not keep a text of another charset from being read', () => {
    const gbk = encodeGb18030('手机１３８００１３８０００');
    for (const type of ['text/plain; charset=utf-8', 'text/plain; charset=us-ascii', 'text/html; charset=utf-8']) expect(decode(inspectBody(type, [gbk]).output, 'gb18030')).toBe('手机１３８＊＊＊＊８０００');
    // The name that programs give where they know nothing.
    for (const type of ['text/plain; charset=iso-8859-1', 'text/html; charset=windows-1252']) expect(decode(inspectBody(type, [gbk]).output, 'gb18030')).toBe('手机１３８＊＊＊＊８０００');
    expect(charsets('text/plain; charset=iso-8859-1', iconv('Voilà un été à Besançon', 'iso-8859-1'))).toEqual(['windows-1252']);
    const utf8 = Buffer.from('手机１３８００１３８０００');
    for (const type of ['text/plain; charset=gbk', 'text/plain; charset=iso-8859-1', 'text/html; charset=big5']) expect(inspectBody(type, [utf8]).output.toString()).toBe('手机１３８＊＊＊＊８０００');
  });

  it.each([
    ['text/html', '<meta charset=gb2312>x', ['gb18030']],
    ['text/html; charset=utf-8', '<html><meta http-equiv="Content-Type" content="text/html; charset=big5">x', ['utf-8', 'big5']],
    ['application/xml', '<?xml version="1.0" encoding="GBK"?><a/>', ['gb18030']],
    ['application/xml', '<?xml version="1.0" encoding="utf-16"?><a/>', ['utf-8']],
    ['text/plain; charset=utf-16', 'plain', ['utf-8', 'utf-16le', 'utf-16be']],
    ['text/plain; charset=utf-16be', Buffer.concat([Buffer.from([0xff, 0xfe]), wide('ab')]), ['utf-16le', 'utf-16be']],
    ['text/plain', '\ufeffx', ['utf-8']],
  ])('%s of %j is read as %j', (type, text, expected) => {
    expect(charsets(type, Buffer.from(text))).toEqual(expected);
  });

  it.each(['<meta charset=utf-7>+ADE-', '<?xml version="1.0" encoding="utf-7"?>'])('that nobody reads is unread in %s too', (text) => {
    expect(charsets('text/html', Buffer.from(text))).toMatchObject({ kind: 'unscannable', reason: 'unsupported', name: 'charset' });
  });

  it('stands in the receipt with each it was read in', () => {
    const { receipt } = inspectBody('text/plain; charset=big5', [Buffer.from('手机')]);
    expect(receipt.parts).toHaveLength(1);
    expect(receipt.parts[0]?.chain).toEqual(expect.arrayContaining(['utf-8', 'big5']));
  });
});

describe('UTF-16', () => {
  const numbers = numberSource(16);
  const pieces = fc.array(fc.oneof(fc.constantFrom('手机', ' ', '\r\n', '1', '１', '😀', '\u0663', '\ud835\udfcf', '"', '<b>', '&#49;', '三', 'é'), fc.constantFrom(numbers.phone(), numbers.bankCard(), numbers.residentId(), '１３８００１３８０００', '一三八零零一三八零零零')), { minLength: 1, maxLength: 15 }).map((all) => all.join(''));

  it('hides and shows what UTF-8 does, in every cut', () => {
    fc.assert(
      fc.property(pieces, fc.boolean(), fc.constantFrom('text/plain; charset=utf-16', 'text/html; charset=utf-16', 'application/json; charset=utf-16'), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }), (text, big, type, sizes) => {
        const bytes = Buffer.concat([Buffer.from(big ? [0xfe, 0xff] : [0xff, 0xfe]), wide(`a ${text}`, big)]);
        const seen = inspectBody(type, [bytes]);
        const plain = inspectBody(type.replace('utf-16', 'utf-8'), [Buffer.from(`\ufeffa ${text}`)]);
        expect(seen.findings.map(({ detector, fingerprint }) => [detector, fingerprint])).toEqual(plain.findings.map(({ detector, fingerprint }) => [detector, fingerprint]));
        expect(seen.output).toHaveLength(bytes.length);
        // Digits of two bytes in UTF-8 are masked by two stars there, by one here; those of four by four, and two here.
        const stars = (one: string): string => one.replace(/[*＊]+/g, '*');
        expect(stars(decode(seen.output, big ? 'utf-16be' : 'utf-16le'))).toBe(stars(plain.output.toString()));
        expect(inspectBody(type, chunked(bytes, sizes)).output.equals(seen.output)).toBe(true);
        expect(inspectBody(type, chunked(bytes, sizes)).findings).toEqual(seen.findings);
      }),
      runs(100),
    );
  });
});
