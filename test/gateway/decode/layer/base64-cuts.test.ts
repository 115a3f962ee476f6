/** However a text is cut, the same is found in its strings of base64: what a string is decided by is never how much of it is in sight. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunked, inspectBody } from '../../../kit/engine.js';
import { runs } from '../../../laws/runs.js';

const PHONE = '13800138000';
const b64 = (text: string): string => Buffer.from(text).toString('base64');

const content = fc.constantFrom(
  PHONE,
  `my number is ${PHONE} ok`,
  'nothing in here but words and such',
  '{"alg":"HS256","typ":"JWT"}',
  `{"sub":"${PHONE}","iat":1516239022}`,
  `财务部 ${PHONE} 财务部`,
  `${'words '.repeat(330)}${PHONE}`,
  `${'x'.repeat(2200)} ${PHONE}`,
  b64(`inner ${PHONE} text here so long`),
);
const written = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.replace(/=+$/, ''),
  (text) => text.replace(/.{24,40}/g, '$&\n'),
  (text) => text.replace(/.{64}/g, '$&\r\n    '),
  (text) => text.replaceAll('/', '\\/'),
  (text) => encodeURIComponent(text),
  (text) => text.replace(/.{40}/g, '$&\\n'),
  (text) => text.replace(/[a-z]/, (one) => `&#${String(one.charCodeAt(0))};`),
);
const string = fc.tuple(content, written).map(([text, write]) => write(b64(text)));
const around = fc.constantFrom(
  ...[' ', ', ', '.', '"', '/', '-', '_', '\n', '\r\n', '=', 'data:text/plain;base64,', 'data:image/png;base64,', '%22', '\\n', '\\u003e', '中', 'word', 'AbcDef', 'abcdefghijklmnopqrstuvwxyzabcd'],
  ...['/usr/lib/python/Site_packages/foo', 'x'.repeat(90), 'a'.repeat(2300), 'A1b2C3d4'.repeat(9), '%', '\\', '&#', '0123456789abcdef'.repeat(3), '<p>', PHONE],
);
const text = fc.array(fc.oneof(around, string), { minLength: 3, maxLength: 12 }).map((pieces) => Buffer.from(pieces.join('')));
const type = fc.constantFrom('text/plain', 'application/json', 'text/html', 'application/x-www-form-urlencoded');

function essence(of: string, chunks: readonly Uint8Array[]): unknown {
  const { output, findings, receipt } = inspectBody(of, chunks);
  return { output: output.toString('latin1'), findings, receipt };
}

describe('a text with strings of base64', () => {
  it.each([
    ['a digest', '0123456789abcdef'.repeat(3)],
    ['hexadecimal digits without end', '0123456789abcdef'.repeat(150)],
    ['small letters without end', 'abcdefgh'.repeat(300)],
    ['escaped digits without end', '%30'.repeat(2200)],
  ])('shows what stands behind the escape of a quote in the same stretch as %s, in any cut', (_title, before) => {
    for (const quote of ['%22', '\\u0022', '&#34;']) {
      for (const inner of [`${'words '.repeat(330)}${PHONE}`, `my number is ${PHONE} ok`]) {
        const bytes = Buffer.from(`${before}${quote}${b64(inner)}${quote} and so on`);
        const whole = essence('text/plain', [bytes]);
        expect([quote, inner.length, inspectBody('text/plain', [bytes]).findings.map(({ detector }) => detector)]).toEqual([quote, inner.length, ['cn.phone']]);
        for (const size of [before.length < 3000 ? 1 : 97, 7 * 31, 100, 1000, before.length + 1, before.length + 2]) expect([quote, inner.length, size, essence('text/plain', chunked(bytes, [size]))]).toEqual([quote, inner.length, size, whole]);
      }
    }
  });

  it('shows what stands behind a reference in an endless line of small letters, in any cut', () => {
    const bytes = Buffer.from(`${'a'.repeat(2300)}${b64('my number is ')}LS&#105;5Yqh${b64(`6 ${PHONE} and so on`)} `);
    const whole = essence('text/plain', [bytes]);
    expect(JSON.stringify(whole)).toContain('cn.phone');
    for (const cut of [[1], [7], [100], [1000], [32, 120, 14]]) expect([cut, essence('text/plain', chunked(bytes, cut))]).toEqual([cut, whole]);
  });

  it('shows the same in any cut', () => {
    fc.assert(
      fc.property(type, text, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }), (of, bytes, sizes) => {
        expect(essence(of, chunked(bytes, sizes))).toEqual(essence(of, [bytes]));
      }),
      runs(150),
    );
  });

  it('shows the same for all cuts in two around a string and what stands before it', () => {
    fc.assert(
      fc.property(type, around, around, string, (of, before, next, own) => {
        fc.pre(before.length + next.length + own.length < 200);
        const bytes = Buffer.from(`${before}${next}${own} `);
        const whole = essence(of, [bytes]);
        for (let at = 1; at < bytes.length; at++) expect(essence(of, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
      }),
      runs(15),
    );
  });

  it.each([
    ['behind a data: URI that is cut before its comma', `see data:text/plain;base64,6LSi5Yqh6YOoIDEzODAwMTM4MDAwIOi0ouWKoemDqAword there`, 26],
    ['whose first sign is a reference, behind a path', `\\n/usr/lib/python/Site_packages/foo-%22&#101;Hh4eHh4eHh4eHh4eHh4eHh4IDEzODAwMTM4MDAwIHl5eXl5 `, 43],
    ['that begins without a capital', b64(`${'z'.repeat(3999)} ${PHONE} `), 2500],
    ['that is decided while it goes on', `${b64('words '.repeat(330))}${b64(`and ${PHONE} x`)}&`, 2500],
  ])('%s is read there as well', (_name, body, at) => {
    const bytes = Buffer.from(body);
    const whole = essence('text/plain', [bytes]);
    expect(essence('text/plain', [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    expect(JSON.stringify(whole)).toContain('cn.phone');
  });

  it.each([
    ['small letters', 'a'.repeat(2300)],
    ['letters that no quartet ends with', 'a'.repeat(2301)],
    ['a digest of many', '0123456789abcdef'.repeat(140)],
    ['escapes', '\\u0061'.repeat(400)],
    ['capital digits', '0123456789ABCDEF'.repeat(140)],
  ])('is read behind a long line of %s, which holds nothing', (_name, line) => {
    const bytes = Buffer.from(`${line}\n${b64(`my number is ${PHONE} ok`)}`);
    const whole = essence('application/json', [bytes]);
    expect(JSON.stringify(whole)).toContain('cn.phone');
    for (const size of [1, 7, 100, 2047, 2048, 2049, line.length - 2, line.length]) expect(essence('application/json', chunked(bytes, [size]))).toEqual(whole);
  });
});
