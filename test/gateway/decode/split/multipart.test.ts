/** Multipart bodies: what is split how, what two readers could read differently, and that every byte is in some part. */
import { describe, expect, it } from '@jest/globals';
import { readFields } from '../../../../gateway/decode/split/field-block.js';
import { headerOf } from '../../../../gateway/decode/split/part-header.js';
import { costing } from '../../../kit/cpu-time.js';
import { chunked, engine, inspectBody, type Seen } from '../../../kit/engine.js';

const PHONE = '13800138000';
const MASKED = '138****8000';
const factory = engine();
const inspect = (body: string, boundary = 'b', sizes: readonly number[] = [body.length]): Seen =>
  inspectBody(`multipart/mixed; boundary="${boundary}"`, chunked(Buffer.from(body), sizes), () => true, factory);
const reasons = (seen: Seen): string[] => seen.unscannable.map(({ reason }) => reason);
const places = (seen: Seen): string[] => seen.findings.map(({ part }) => part);
const part = (text: string, header = ''): string => `--b\r\n${header}\r\n${text}\r\n`;

interface Case {
  readonly name: string;
  readonly body: string;
  readonly boundary?: string;
  readonly parts: readonly string[];
  readonly reasons?: readonly string[];
}
const cases: readonly Case[] = [
  { name: 'two parts', body: `${part(PHONE)}${part(`x ${PHONE}`, 'Content-Type: text/plain\r\n')}--b--\r\n`, parts: ['body/1', 'body/2'] },
  { name: 'a part without headers', body: `--b\r\n\r\n${PHONE}\r\n--b--`, parts: ['body/1'] },
  { name: 'empty parts', body: `--b\r\n\r\n\r\n--b\r\n\r\n--b\r\n\r\n${PHONE}\r\n--b--`, parts: ['body/3'] },
  { name: 'preamble and epilogue', body: `to ${PHONE}\r\n${part('x')}--b--\r\nand ${PHONE}`, parts: ['body/preamble', 'body/epilogue'] },
  { name: 'a boundary of characters that expressions know', boundary: "a.b+c?(d)'=/:_-,", body: `--a.b+c?(d)'=/:_-,\r\n\r\n${PHONE}\r\n--aXb+c?(d)'=/:_-,\r\n--a.b+c?(d)'=/:_-,--`, parts: ['body/1'] },
  { name: 'a boundary with a blank inside', boundary: 'a b', body: `--a b\r\n\r\n${PHONE}\r\n--a b--`, parts: ['body/1'] },
  { name: 'blanks behind the boundary', body: `--b \t\r\n\r\n${PHONE}\r\n--b-- \r\n`, parts: ['body/1'] },
  { name: 'a folded header', body: part(PHONE, `Content-Type: text/plain;\r\n charset=utf-8\r\n`) + '--b--', parts: ['body/1'] },
  { name: 'a number in a file name', body: part('x', `Content-Disposition: form-data; name="f"; filename="${PHONE}.txt"\r\n`) + '--b--', parts: ['body/1/header'] },
  { name: 'the boundary in the middle of a line', body: `${part(`x --b ${PHONE}`)}--b--`, parts: ['body/1'] },
  { name: 'a body that ends without its last boundary', body: part(PHONE), parts: ['body/1'], reasons: ['malformed'] },
  { name: 'no boundary at all', body: `to ${PHONE}`, parts: ['body/preamble'], reasons: ['malformed'] },
  { name: 'a header that never ends', body: `--b\r\nContent-Type: text/plain; x=${PHONE}`, parts: ['body/rest'], reasons: ['malformed'] },
  { name: 'a boundary that goes on as another', body: `${part(PHONE)}--b2\r\n\r\n${PHONE}\r\n--b--`, parts: ['body/1', 'body/rest'], reasons: ['malformed'] },
  { name: 'a boundary behind a bare line feed', body: `--b\r\n\r\n${PHONE}\n--b\n\nx\r\n--b--`, parts: ['body/1'], reasons: ['malformed'] },
  { name: 'a part behind the last boundary', body: `${part('x')}--b--\r\n${part(PHONE)}--b--`, parts: ['body/rest'], reasons: ['malformed'] },
  { name: 'a header field twice', body: part(PHONE, 'Content-Type: text/plain\r\nContent-Type: application/zip\r\n') + '--b--', parts: ['body/rest'], reasons: ['malformed'] },
  { name: 'a header line without a colon', body: part(PHONE, 'Content-Type\r\n') + '--b--', parts: ['body/rest'], reasons: ['malformed'] },
  { name: 'a header of more than 16 KiB', body: part(PHONE, `X: ${'y'.repeat(17_000)}\r\n`) + '--b--', parts: ['body/rest'], reasons: ['malformed'] },
  { name: 'more blanks behind a boundary than any transport adds', body: `--b${' '.repeat(300)}\r\n\r\n${PHONE}\r\n--b--`, parts: ['body/rest'], reasons: ['malformed'] },
  { name: 'a part in base64', body: part(Buffer.from(PHONE).toString('base64'), 'Content-Transfer-Encoding: base64\r\n') + part(PHONE) + '--b--', parts: ['body/1', 'body/2'] },
  { name: 'a part that is a zip file', body: part('PK\u0003\u0004') + part(PHONE) + '--b--', parts: ['body/2'], reasons: ['unsupported'] },
  { name: 'multipart in multipart', body: part(`--i\r\n\r\n${PHONE}\r\n--i--\r\n`, 'Content-Type: multipart/mixed; boundary=i\r\n') + part(PHONE) + '--b--', parts: ['body/1/1', 'body/2'] },
];

describe('a multipart body', () => {
  it.each(cases.map((one) => [one.name, one] as const))('with %s is read part by part', (_name, { body, boundary, parts, reasons: expected = [] }) => {
    const seen = inspect(body, boundary);
    expect([places(seen), reasons(seen)]).toEqual([parts, expected]);
  });

  it.each(cases.map((one) => [one.name, one] as const))('with %s is read the same for every cut, to its last byte', (_name, { body, boundary }) => {
    const whole = inspect(body, boundary);
    for (const sizes of [[1], [2, 3], [7], [64, 1], [5000, 1]]) {
      const cut = inspect(body, boundary, sizes);
      expect({ ...cut, waited: 0 }).toEqual({ ...whole, waited: 0 });
    }
    expect(whole.receipt.scanned + whole.receipt.unscanned).toBe(Buffer.byteLength(body));
    expect(whole.receipt.size).toBe(Buffer.byteLength(body));
    expect(whole.output).toHaveLength(Buffer.byteLength(body));
  });

  it('is masked with stars in its parts, and with underscores where file names stand', () => {
    const body = `${PHONE}\r\n${part(PHONE, `Content-Disposition: form-data; name="f"; filename="${PHONE}.txt"\r\n`)}--b--\r\n`;
    const text = inspect(body).output.toString();
    expect(text).toBe(body.replace(`${PHONE}.txt`, '138____8000.txt').replace(PHONE, '138____8000').replace(`\r\n${PHONE}\r\n--b--`, `\r\n${MASKED}\r\n--b--`));
  });

  it('takes a part as JSON behind a byte order mark, wherever it begins', () => {
    const body = part(`\ufeff{"p":${PHONE}}`, 'Content-Type: application/json\r\n') + '--b--';
    expect(inspect(body).output.toString()).toContain('{"p":10000000000}');
  });

  it('names a part by number and kind, never by its file name', () => {
    const seen = inspect(part(PHONE, 'Content-Disposition: form-data; name="f"; filename="secret report.TXT"\r\n') + '--b--');
    expect(places(seen)).toEqual(['body/1.txt']);
  });
});

describe('limits of multipart', () => {
  const tiny = (count: number): string => '--b\r\n\r\nx\r\n'.repeat(count);

  it('read a thousand parts, and call what is behind them unread, although its text is scanned', () => {
    const inside = inspect(`${tiny(999)}${part(PHONE)}--b--`);
    expect([places(inside), reasons(inside)]).toEqual([['body/1000'], []]);
    const beyond = inspect(`${tiny(1000)}${part(PHONE)}${part(PHONE)}--b--`);
    expect([places(beyond), reasons(beyond)]).toEqual([['body/rest', 'body/rest'], ['too-many-parts']]);
    expect(beyond.receipt.scanned + beyond.receipt.unscanned).toBe(beyond.receipt.size);
  });

  it('keep the books small however many parts there are, in any cut, in bounded time', () => {
    const body = `${tiny(10_000)}--b--`;
    const { result, cpuMs } = costing(() => ({ whole: inspect(body), cut: inspect(body, 'b', [1]) }), 8000);
    const { whole, cut } = result;
    expect(cpuMs).toBeLessThan(8000);
    expect(cut.receipt).toEqual(whole.receipt);
    expect(whole.unscannable).toHaveLength(1);
    expect(whole.receipt.parts.length).toBeLessThanOrEqual(200);
  });

  it.each([[15, [], 1], [16, [], 1], [17, ['too-deep'], 0]] as const)('read a number %i multiparts deep', (depth, expected, found) => {
    let body = PHONE;
    for (let level = depth; level > 0; level--) {
      const type = level === depth ? 'text/plain' : `multipart/mixed; boundary=n${level + 1}.`;
      body = `--n${level}.\r\nContent-Type: ${type}\r\n\r\n${body}\r\n--n${level}.--\r\n`;
    }
    const seen = inspect(body, 'n1.');
    expect([reasons(seen), seen.findings.length]).toEqual([expected, found]);
    expect(inspect(body, 'n1.', [3]).receipt).toEqual(seen.receipt);
  });
});

describe('the header of a part', () => {
  it.each([
    ['', 'text/plain', false],
    ['Content-Type: Text/HTML; charset=utf-8', 'Text/HTML; charset=utf-8', false],
    ['Content-Disposition: form-data; name="f"; filename="a.bin"', 'application/octet-stream', false],
    ['Content-Type: a/b\r\n ;x=y', 'a/b ;x=y', false],
    ['X-Other: 1\r\nX-Other: 2', 'text/plain', false],
    ['Content-Type: a/b\r\ncontent-type: c/d', 'c/d', true],
    ['Content-Type : a/b', 'text/plain', true],
    [': a/b', 'text/plain', true],
    ['Content-Type: a/b\nContent-Type: c/d', 'a/bContent-Type: c/d', true],
  ])('%j says %s (ambiguous: %s)', (text, type, ambiguous) => {
    const { fields, ambiguous: disputed } = readFields(text, 'crlf');
    const header = headerOf(fields, disputed);
    expect([header.declared.contentType, header.ambiguous]).toEqual([type, ambiguous]);
  });
});
