/** Bodies declared as GB18030 or a part of it are scanned and masked in place, through the escapes of their syntax. */
import { describe, expect, it } from '@jest/globals';
import { encodeGb18030 } from '../../kit/gb18030.js';
import { inspectBody, type Seen } from '../../kit/engine.js';

const decode = (bytes: Uint8Array): string => new TextDecoder('gb18030').decode(bytes);
const seen = (type: string, text: string): Seen => inspectBody(type, [encodeGb18030(text)]);
const masked = (type: string, text: string): string => decode(seen(type, text).output);

describe('a body in GB18030', () => {
  it.each([
    ['text/plain; charset=gb18030', '手机13800138000，', '手机138****8000，'],
    ['text/plain; charset=GBK', '手机１３８００１３８０００，', '手机１３８＊＊＊＊８０００，'],
    ['text/plain; charset=cp936', '身份证11010519491231002X，', '身份证1****************X，'],
    ['text/csv; charset=gb2312', '姓名,身份证\r\n张三,11010519491231002X\r\n', '姓名,身份证\r\n张三,1****************X\r\n'],
    ['text/plain; charset=gb18030', '手机一三八零零一三八零零零。', '手机一三八＊＊＊＊八零零零。'],
    ['text/plain; charset=gb18030', '手机138\u200b0013\u200b8000', '手机138\u200b****\u200b8000'],
    ['text/html; charset=gbk', '<p>手机&#49;38<b>0013</b>8000</p>', '<p>手机&#49;38<b>****</b>8000</p>'],
    ['application/x-www-form-urlencoded; charset=gbk', 'a=%CA%D6%BB%FA%A3%B1%A3%B3%A3%B8%A3%B0%A3%B0%A3%B1%A3%B3%A3%B8%A3%B0%A3%B0%A3%B0', 'a=%CA%D6%BB%FA%A3%B1%A3%B3%A3%B8%A3%AA%A3%AA%A3%AA%A3%AA%A3%B8%A3%B0%A3%B0%A3%B0'],
    ['application/json; charset=gbk', '{"誠":"手机\\u0031\\uff13800138000"}', '{"誠":"手机\\u0031\\uff138****8000"}'],
  ])('of type %s: %s becomes %s', (type, text, expected) => {
    expect(masked(type, text)).toBe(expected);
  });

  it('hides a number glued to a character of two bytes no more than in any other charset', () => {
    // The second byte of these is a letter, a backslash or a bar.
    for (const han of ['誠', '億', '丂']) expect(masked('text/plain; charset=gbk', `電話${han}13800138000`)).toBe(`電話${han}138****8000`);
  });

  it('tells a bare number of JSON from a quoted one behind a character that ends in a backslash', () => {
    expect(masked('application/json; charset=gbk', '{"誠":6222021234567890128,"億誠":"4111111111111111","手机":13800138000}'))
      .toBe('{"誠":1000000000000000000,"億誠":"************1111","手机":10000000000}');
  });

  it('of a type whose readers know UTF-8 only is read as that as well', () => {
    const body = Buffer.from('{"手机":"１３８００１３８０００"}');
    expect(inspectBody('application/json; charset=gbk', [body]).output.toString()).toBe('{"手机":"１３８＊＊＊＊８０００"}');
  });

  it('names the charset in its receipt', () => {
    const { receipt, unscannable } = seen('text/plain; charset=gb2312', '手机');
    expect(receipt.parts).toEqual([{ part: 'body', chain: ['text', 'gb18030', 'json', 'markup'], scanned: 4, unscanned: 0 }]);
    expect(unscannable).toEqual([]);
  });

  it('may be one part of a form whose others are in UTF-8', () => {
    const part = (type: string, bytes: Buffer): Buffer => Buffer.concat([Buffer.from(`--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: ${type}\r\n\r\n`), bytes, Buffer.from('\r\n')]);
    const body = (number: string): Buffer =>
      Buffer.concat([part('text/plain; charset=gbk', encodeGb18030(`手机${number}`)), part('text/plain', Buffer.from(`手机${number}`)), Buffer.from('--b--\r\n')]);
    expect(inspectBody('multipart/form-data; boundary=b', [body('１３８００１３８０００')]).output.equals(body('１３８＊＊＊＊８０００'))).toBe(true);
  });

  it('weighs a number by the header of its column, read in its own charset', () => {
    const rows = '姓名,订单号,手机号\r\n张三,13800138000,13800138001\r\n';
    const inUtf8 = inspectBody('text/csv', [Buffer.from(rows)]).findings;
    const inGb18030 = seen('text/csv; charset=gbk', rows).findings;
    expect(inGb18030.map(({ detector, confidence, reasons }) => ({ detector, confidence, reasons }))).toEqual(inUtf8.map(({ detector, confidence, reasons }) => ({ detector, confidence, reasons })));
    expect(inGb18030.length).toBeGreaterThan(0);
  });
});
