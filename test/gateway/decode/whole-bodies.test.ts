/** A small body that comes whole is most often proven empty instead of read: whatever hides a number in it, in every type and charset, both ways find the same. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyHead, builtIns, engine } from '../../kit/engine.js';
import type { InspectorFactory } from '../../../gateway/ports.js';
import { runs } from '../../laws/runs.js';

const QUICK = engine();
/** Without the prefilter nothing is proven: every view of every text is decoded. */
const SLOW = engine(builtIns, { prefilter: false });

const mapped = (text: string, of: (digit: string) => string): string => text.replace(/\d/g, of);
const escaped = (text: string, of: (code: number) => string): string => Array.from(text, (one) => of(one.codePointAt(0) ?? 0)).join('');
const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');
const bytewise = (text: string, sign: string): string => Array.from(Buffer.from(text), (byte) => sign + hex(byte, 2).toUpperCase()).join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** How a number may be written, beside as it is. Each may be done to what another has done. */
const DISGUISES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => mapped(text, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (text) => mapped(text, (digit) => '〇一二三四五六七八九'.charAt(Number(digit))),
  (text) => mapped(text, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
  (text) => Array.from(text).join('\u200b'),
  (text) => Array.from(text).join('\u00ad'),
  (text) => escaped(text, (code) => `\\u${hex(code, 4)}`),
  (text) => escaped(text, (code) => `&#${code};`),
  (text) => escaped(text, (code) => `&#x${hex(code, 2)};`),
  (text) => `${text.slice(0, 4)}&#${text.charCodeAt(4)};${text.slice(5)}`,
  (text) => `${text.slice(0, 4)}\\u${hex(text.charCodeAt(4), 4)}${text.slice(5)}`,
  (text) => `${text.slice(0, 4)}%${hex(text.charCodeAt(4), 2)}${text.slice(5)}`,
  (text) => `<b>${text.slice(0, 3)}</b>${text.slice(3)}`,
  (text) => bytewise(text, '%'),
  (text) => bytewise(text, '='),
  base64,
  (text) => base64(base64(text)),
  (text) => `data:text/plain;base64,${base64(text)}`,
  (text) => `=?utf-8?B?${base64(text)}?=`,
  (text) => `%22${text}`,
  (text) => `\\"${text}\\"`,
  (text) => JSON.stringify({ id: text }),
  (text) => `note=${text}&x=1`,
  (text) => `<!--${text}-->`,
  (text) => `${text.slice(0, 5)}\r\n ${text.slice(5)}`,
  (text) => `${text.slice(0, 5)}&nbsp;${text.slice(5)}`,
  (text) => `${text.slice(0, 5)}\\n${text.slice(5)}`,
];
const TYPES = [
  undefined, 'text/plain', 'text/html', 'text/html; charset=gbk', 'application/json', 'application/json; charset=gb18030', 'application/x-www-form-urlencoded', 'text/csv', 'text/plain; charset=gb18030', 'text/plain; charset=big5', 'text/plain; charset=windows-1252',
  'text/plain; charset=utf-16', 'text/plain; format=flowed; delsp=yes', 'application/octet-stream', 'application/xml', 'text/calendar', 'message/rfc822', 'image/png', 'not a type', 'multipart/form-data; boundary=cut', 'multipart/mixed; boundary=cut',
];
const CODED: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text), (text) => Buffer.from(text), (text) => Buffer.from(`\ufeff${text}`), (text) => Buffer.from(text, 'latin1'), (text) => Buffer.from(text, 'utf16le'), (text) => Buffer.from(text, 'utf16le').swap16(), (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
];

const number = fc.constantFrom('13800138000', '手机 13800138000', '11010519491231002X', '4111111111111111', '138 0013 8000', '+86-138-0013-8000', 'order 12345');
const hidden = fc.tuple(number, fc.array(fc.constantFrom(...DISGUISES), { maxLength: 3 })).map(([text, disguises]) => disguises.reduce<string>((so, disguise) => disguise(so), text));
const around = fc.constantFrom('', ' ', 'hello world ', '{"a":"b"} ', '中文，', '50% of it\\n', '&copy; <p>', 'a=b&c=d&', '\n', '2026-11-23 ', 'id:123e4567-e89b-12d3-a456-426614174000 ', '\0', 'begin ', 'x'.repeat(61), 'lorem ipsum '.repeat(90));
const FIELDS: readonly ((text: string) => string)[] = [
  () => 'Content-Disposition: form-data; name="a"',
  (text) => `Content-Disposition: form-data; name="${text}"`, (text) => `Content-Disposition: form-data; name="a"; filename="${text}.txt"`, (text) => `Content-Disposition: attachment; filename*=UTF-8''${text}`, (text) => `X-Note: ${text}`,
  (text) => `Content-Disposition: attachment; filename="${text.replace(/./g, '\\$&')}"`, (text) => `Content-Disposition: attachment; filename="${text.slice(0, 6)}\r\n ${text.slice(6)}"`, (text) => `Content-Type: text/plain; name=${text}`, () => 'Content-Transfer-Encoding: base64', () => 'Content-Transfer-Encoding: quoted-printable',
];
const part = fc.tuple(fc.array(fc.tuple(fc.nat(FIELDS.length - 1), hidden), { maxLength: 3 }), fc.boolean(), hidden).map(([fields, coded, text]) => `--cut\r\n${fields.map(([at, of]) => `${FIELDS[at]?.(of) ?? ''}\r\n`).join('')}\r\n${coded ? base64(text) : text}\r\n`);

const body = fc.constantFrom(...TYPES).chain((type) => {
  const text = fc.tuple(around, hidden, around).map((all) => all.join(''));
  const content = type?.startsWith('multipart') === true ? fc.tuple(around, fc.array(part, { minLength: 1, maxLength: 3 }), fc.constantFrom('--cut--\r\n', '')).map(([before, parts, after]) => `${before}\r\n${parts.join('')}${after}`) : text;
  return fc.tuple(fc.constant(type), content, fc.constantFrom(...CODED)).map(([, written, coded]) => ({ type, bytes: coded(written) }));
});

function seen(factory: InspectorFactory, type: string | undefined, bytes: Buffer, whole: boolean): unknown {
  const inspector = factory.inspect(bodyHead(type), bytes.subarray(0, factory.prefixLength), () => true, { defers: true });
  const masked = Buffer.from(bytes);
  for (const { edits } of [inspector.write(bytes, whole), inspector.end(true)]) for (const edit of edits) masked.set(edit.bytes, edit.at);
  const { findings, unscannable } = { findings: inspector.findings(), unscannable: inspector.unscannable.map((one) => JSON.stringify(one)).sort() };
  return { findings, unscannable, masked: masked.toString('latin1'), children: inspector.children.map(({ part: name, format }) => [name, format]), scanned: inspector.receipt().scanned };
}

describe('a body that comes whole', () => {
  it('shows what it shows to those who decode all of it, however a number is hidden', () => {
    fc.assert(
      fc.property(body, ({ type, bytes }) => {
        expect(seen(QUICK, type, bytes, true)).toEqual(seen(SLOW, type, bytes, false));
      }),
      runs(700),
    );
  });

  it('shows the names in its fields as their readers do', () => {
    for (const field of ['filename="1\\38001\\38000.txt"', 'filename="138001\r\n 38000.txt"', "filename*=UTF-8''138001%338000", 'filename*0="138001"; filename*1="38000"']) {
      const bytes = Buffer.from(`--cut\r\nContent-Disposition: form-data; name="a"; ${field}\r\n\r\nhello\r\n--cut--\r\n`);
      expect(seen(QUICK, 'multipart/form-data; boundary=cut', bytes, true)).toMatchObject({ findings: [{ detector: 'cn.phone' }] });
    }
  });
});
