/** Arbitrary bodies: numbers, near misses and prose planted in every syntax that Weir reads. */
import fc from 'fast-check';
import { encodeGb18030 } from '../kit/gb18030.js';
import { numberSource } from '../kit/numbers.js';

const source = numberSource(20261122);
const NUMBERS = Array.from({ length: 60 }, () => [source.residentId(), source.bankCard(), source.phone(), source.nearMissId(), source.nearMissCard()]).flat();

const VALID = Array.from({ length: 30 }, () => [source.residentId(), source.bankCard(), source.phone()]).flat();

const grouped = (number: string, separator: string): string => number.replace(/(.{4})(?=.)/g, `$1${separator}`);
const numerals = (number: string): string => number.replace(/[0-9]/g, (digit) => '〇一二三四五六七八九'.charAt(Number(digit)));
const wide = (number: string): string => number.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));

/** A number as people write it. */
export const written: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...NUMBERS), fc.constantFrom('plain', 'plain', 'spaces', 'hyphens', 'wide', 'zero-width', 'country', 'numerals', 'half numerals', 'slashes', 'commas', 'singly', 'wrapped'))
  .map(([number, way]) => {
    switch (way) {
      case 'spaces': return grouped(number, ' ');
      case 'hyphens': return grouped(number, '-');
      case 'wide': return wide(number);
      case 'zero-width': return grouped(number, '\u200b');
      case 'numerals': return numerals(number);
      case 'half numerals': return numerals(number.slice(0, 6)) + number.slice(6);
      case 'slashes': return grouped(number, '/');
      case 'commas': return grouped(number, '，');
      case 'singly': return number.split(/(?=.)/).join('、');
      case 'wrapped': return `${number.slice(0, 9)}\r\n${number.slice(9)}`;
      case 'country': return `+86 ${number}`;
      case 'plain': return number;
    }
  });

/** Digits of one to four bytes, some of which are masked by as many stars. */
const DRESSES: readonly string[] = ['0123456789', '零一二三四五六七八九', '〇壹贰叁肆伍陆柒捌玖', '０１２３４５６７８９', '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗', '𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿', '٠١٢٣٤٥٦٧٨٩', '०१२३४५६७८९', '⁰¹²³⁴⁵⁶⁷⁸⁹', '⓪①②③④⑤⑥⑦⑧⑨'];
const dressed = (digits: string, dress: string, between: readonly string[]): string =>
  Array.from(digits, (digit, i) => (i > 0 ? (between[i % between.length] ?? '') : '') + (/\d/.test(digit) ? (Array.from(dress)[Number(digit)] ?? digit) : digit)).join('');

/** Numbers in digits of many kinds that touch, with invisible characters in them. */
export const touching: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', 'u', 'x', '卡', '1 '),
    fc.array(fc.tuple(fc.constantFrom(...VALID), fc.constantFrom(...DRESSES), fc.array(fc.constantFrom('', '', '', '', '', '\u00ad', '\u200b', '\u{e0100}'), { minLength: 1, maxLength: 18 }), fc.constantFrom('', '', '', '', '\u00ad', ' ', ',')), { minLength: 2, maxLength: 5 }),
    // Long enough that one number is settled and read again while the next is not.
    fc.integer({ min: 0, max: 80 }).map((size) => '的'.repeat(size)),
  )
  .map(([before, numbers, after]) => before + numbers.map(([number, dress, between, behind]) => dressed(number, dress, between) + behind).join('') + after);

const escapedTouching = (way: (one: string) => string): fc.Arbitrary<string> => touching.map((value) => value.replace(/[^ -~\n]/gu, way));
const viaJson = (one: string): string => one.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same as they came, and behind escapes. */
export const touchingBody: fc.Arbitrary<Body> = fc.oneof(
  touching.map((value) => ({ type: 'text/plain; charset=utf-8', bytes: Buffer.from(value) })),
  touching.map((value) => ({ type: 'text/csv; charset=utf-8', bytes: Buffer.from(value) })),
  escapedTouching(viaJson).map((value) => ({ type: 'application/json', bytes: Buffer.from(value) })),
  escapedTouching((one) => (one.length > 1 ? viaJson(one) : one)).map((value) => ({ type: 'application/json', bytes: Buffer.from(value) })),
  touching.map((value) => ({ type: 'application/x-www-form-urlencoded', bytes: Buffer.from(encodeURIComponent(value)) })),
  escapedTouching((one) => `&#${one.codePointAt(0) ?? 0};`).map((value) => ({ type: 'text/html; charset=utf-8', bytes: Buffer.from(value) })),
  touching.map((value) => ({ type: 'text/plain; charset=gb18030', bytes: encodeGb18030(value) })),
);

const prose = fc.constantFrom(
  '', ' ', '电话', '身份证号：', 'card ', '，', 'x', 'X', 'a_', '1', '12 ', '2026-11-22', '3.14', '0x', '(010) ', '转8001', '\n', '\r\n', '\t', '*', '**', '****',
  '陆xg', 'order ', 'é', '😀', '“', '-', '.', ' - ', '9', '\\', '%', '%20', '%22', '%2', '&', '+', '"', '一', '①', '三、', ',', '/', '_', ':', '\n\n', '第二', '＊', '中文中文', 'uuid 550e8400-e29b-41d4-a716-446655440000 ',
);

/** Text with numbers in it, some touching. */
export const text: fc.Arbitrary<string> = fc.array(fc.oneof(prose, prose, written), { maxLength: 24 }).map((pieces) => pieces.join(''));

const escapeJson = (value: string, dense: boolean): string =>
  dense ? value.replace(/[^:-\u2fff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : JSON.stringify(value).slice(1, -1);

const json: fc.Arbitrary<string> = fc
  .array(fc.oneof(text.map((value) => JSON.stringify(value)), text.map((value) => `"${escapeJson(JSON.stringify(value).slice(1, -1).replace(/\\./g, ' '), true)}"`), fc.constantFrom(...NUMBERS.filter((one) => /^[1-9]\d*$/.test(one)))), { minLength: 1, maxLength: 6 })
  .map((values) => `{${values.map((value, i) => `"k${i}":${value}`).join(', ')}}`);

const percentAll = (value: string): string => [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const form: fc.Arbitrary<string> = fc
  .array(fc.oneof(text.map(encodeURIComponent), text.map(percentAll), json.map(encodeURIComponent)), { minLength: 1, maxLength: 4 })
  .map((values) => values.map((value, i) => `f${i}=${value}`).join('&'));

const markup: fc.Arbitrary<string> = fc
  .array(fc.oneof(text.map((value) => value.replace(/[<&]/g, ' ')), written.map((value) => Array.from(value, (one) => `&#${one.charCodeAt(0)};`).join('')), written.map((value) => Array.from(value, (one) => `&#x${one.charCodeAt(0).toString(16)};`).join(''))), { maxLength: 5 })
  .map((values) => `<p>${values.join('</p><p title="x">')}</p>`);

const cell = fc.oneof(prose.map((value) => value.replace(/[",\r\n]/g, '')), fc.constantFrom(...NUMBERS), written.map((value) => `"${value.replace(/["\r\n]/g, '')}"`));
const csv: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('序号,姓名,手机号', '编号,订单号,卡号', 'a,b,c', '身份证,x'), fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }), fc.constantFrom('\n', '\r\n'))
  .map(([header, rows, end]) => [header, ...rows.map((cells) => cells.join(','))].join(end));

const BOUNDARY = 'weir-boundary-7';
const multipart: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom('text/plain', 'application/json', 'text/html', undefined), text, fc.constantFrom('note.txt', '13800138000.txt', undefined)), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts.map(([type, value, file], i) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f${i}"${file === undefined ? '' : `; filename="${file}"`}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n${value}\r\n`).join('') + `--${BOUNDARY}--\r\n`,
  );

export interface Body {
  readonly type: string | undefined;
  readonly bytes: Buffer;
}

const of = (type: string | undefined, bodies: fc.Arbitrary<string>): fc.Arbitrary<Body> => bodies.map((value) => ({ type, bytes: Buffer.from(value) }));

const utf8Body: fc.Arbitrary<Body> = fc.oneof(
  of('text/plain; charset=utf-8', text),
  of('application/json', json),
  of('application/x-www-form-urlencoded', form),
  of('application/x-www-form-urlencoded', json),
  of('text/html; charset=utf-8', markup),
  of(`multipart/form-data; boundary=${BOUNDARY}`, multipart),
  of('text/csv; charset=utf-8', csv),
  of(undefined, text),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ type: 'text/plain; charset=utf-8', bytes: Buffer.from(bytes) })),
);

const gb18030 = (type: string, bodies: fc.Arbitrary<string>): fc.Arbitrary<Body> => bodies.map((value) => ({ type, bytes: encodeGb18030(value) }));
const escapedGb18030 = (value: string): string => Array.from(encodeGb18030(value), (byte) => (byte >= 0x61 && byte <= 0x7a ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`)).join('');
/** Characters whose second byte is a backslash, a bar or a letter, and some of four bytes. */
const rare = fc.constantFrom('誠', '億', '丂', '乗', '㐀', 'ü', '\u{20000}');
const rareText = fc.array(fc.oneof(rare, text), { maxLength: 3 }).map((pieces) => pieces.join(''));
const rareJson = fc.tuple(rareText, fc.constantFrom(...NUMBERS.filter((one) => /^[1-9]\d*$/.test(one)))).map(([value, number]) => `{"${JSON.stringify(value).slice(1, -1)}":${number}}`);

/** The same in GB18030, a few of each. */
export const gb18030Body: fc.Arbitrary<Body> = fc.oneof(
  gb18030('text/plain; charset=gb18030', rareText),
  gb18030('application/json; charset=gbk', rareJson),
  gb18030('text/csv; charset=gb2312', csv),
  gb18030('text/html; charset=gbk', markup),
  fc.array(rareText.map(escapedGb18030), { maxLength: 2 }).map((values) => ({ type: 'application/x-www-form-urlencoded; charset=gbk', bytes: Buffer.from(values.map((value, i) => `f${i}=${value}`).join('&')) })),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => ({ type: 'text/plain; charset=gb18030', bytes: Buffer.from(bytes) })),
);

export const body: fc.Arbitrary<Body> = fc.oneof(
  { weight: 7, arbitrary: utf8Body },
  { weight: 3, arbitrary: gb18030Body },
);

export const sizes: fc.Arbitrary<readonly number[]> = fc.oneof(fc.constant([1]), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }));
