/** What lies behind a transfer encoding is found and masked as if it lay open: for every cut and nesting, in characters that stay where they are. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sniffingReader, type PartContext } from '../../../../gateway/decode/part-readers.js';
import type { PartReader } from '../../../../gateway/decode/part-tree.js';
import { transferFor, transferReader, type TransferCoding } from '../../../../gateway/decode/layer/transfer.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { inspectBody, chunked } from '../../../kit/engine.js';
import { numberSource } from '../../../kit/numbers.js';
import { readWith, type Read } from '../../../kit/reading.js';
import { runs } from '../../../laws/runs.js';

const text = (contentType: string) => (context: PartContext): PartReader => sniffingReader(context, { contentType, contentEncoding: undefined });
const behind = (codings: readonly TransferCoding[], contentType: string) =>
  codings.reduceRight<(context: PartContext) => PartReader>((inner, coding) => (context) => transferReader(context, coding, inner), text(contentType));

interface Style { readonly line: number; readonly eol: string; readonly pad: boolean }
function toBase64(bytes: Uint8Array, { line, eol, pad }: Style): Buffer {
  const all = Buffer.from(bytes).toString('base64');
  const signs = pad ? all : all.replace(/=+$/, '');
  return Buffer.from(line === 0 ? signs : (signs.match(new RegExp(`.{1,${line}}`, 'g')) ?? []).join(eol));
}
/** `hard`: every how many bytes an escape stands that is not needed. */
function toQuoted(bytes: Uint8Array, line: number, hard: number, eol: string): Buffer {
  let out = '';
  let width = 0;
  bytes.forEach((byte, i) => {
    const one = byte === 0x3d || byte < 0x20 || byte > 0x7e || i % hard === 0 ? `=${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte);
    if (width + one.length > line) {
      out += `=${i % 3 === 0 ? ' \t' : ''}${eol}`;
      width = 0;
    }
    out += one;
    width += one.length;
  });
  return Buffer.from(out, 'latin1');
}
function fromQuoted(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/=[ \t]*(\r\n|\n|$)/g, '').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
}

const numbers = numberSource(6);
const values = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? numbers.phone() : i % 3 === 1 ? numbers.bankCard() : numbers.residentId()));
const documents = fc.tuple(
  fc.array(fc.oneof(fc.constantFrom(...values), fc.constantFrom('手机', ' 电话：', '\r\n', ',', '=', ' ', '姓名 张三 ', 'x'.repeat(70), '１３８００１３８０００', '"', '+', '/')), { minLength: 1, maxLength: 12 }).map((all) => all.join('')),
  fc.constantFrom('text/plain', 'text/plain; charset=gb18030', 'application/json', 'text/html'),
).map(([content, type]) => ({ type, bytes: type.includes('gb18030') ? encodeGb18030(content) : Buffer.from(type === 'application/json' ? JSON.stringify({ a: content, n: 13800138000 }) : content) }));
const styles = fc.record({ line: fc.constantFrom(0, 4, 7, 60, 76), eol: fc.constantFrom('\r\n', '\n'), pad: fc.boolean() });
const wrappings = fc.array(fc.oneof(fc.record({ coding: fc.constant('base64' as const), style: styles }), fc.record({ coding: fc.constant('quoted-printable' as const), style: fc.record({ line: fc.constantFrom(20, 76, 500), hard: fc.constantFrom(2, 5, 1000), eol: fc.constantFrom('\r\n', '\n') }) })), { minLength: 1, maxLength: 3 });
type Wrapping = (typeof wrappings extends fc.Arbitrary<infer T> ? T : never)[number];

const wrap = (bytes: Buffer, one: Wrapping): Buffer => (one.coding === 'base64' ? toBase64(bytes, one.style) : toQuoted(bytes, one.style.line, one.style.hard, one.style.eol));
const unwrap = (bytes: Buffer, one: Wrapping): Buffer => (one.coding === 'base64' ? Buffer.from(bytes.toString('latin1'), 'base64') : fromQuoted(bytes));
const facts = ({ output, findings, unscannable, lines }: Read): unknown => ({ output: output.toString('latin1'), findings, unscannable, lines });
const about = (all: readonly { readonly detector: string; readonly fingerprint: string; readonly confidence: number }[]): unknown => all.map(({ detector, fingerprint, confidence }) => ({ detector, fingerprint, confidence }));

describe('behind transfer encodings', () => {
  it('the same is found as in the open, masked the same, and nothing moves', () => {
    fc.assert(
      fc.property(documents, wrappings, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }), ({ type, bytes }, layers, sizes) => {
        const open = inspectBody(type, [bytes]);
        // The list is outermost first.
        const wire = layers.reduceRight<Buffer>((inner, one) => wrap(inner, one), Buffer.from(bytes));
        const reader = behind(layers.map(({ coding }) => coding), type);
        const whole = readWith(reader, [wire]);
        expect(whole.unscannable).toEqual(open.unscannable);
        expect(about(whole.findings)).toEqual(about(open.findings));
        expect(whole.output).toHaveLength(wire.length);
        expect(layers.reduce<Buffer>((inner, one) => unwrap(inner, one), whole.output).toString('latin1')).toBe(open.output.toString('latin1'));
        expect(facts(readWith(reader, chunked(wire, sizes)))).toEqual(facts(whole));
        expect(facts(readWith(reader, chunked(wire, [1])))).toEqual(facts(whole));
        // Law 4, and law 2.
        expect(readWith(reader, [whole.output]).findings).toEqual(inspectBody(type, [open.output]).findings.map(() => expect.anything()));
        expect(readWith(reader, [wire], { masks: () => false }).output.equals(wire)).toBe(true);
      }),
      runs(120),
    );
  });

  it('whichever findings are chosen, the others stay as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...values), { minLength: 2, maxLength: 5 }), fc.nat(7), styles, fc.constantFrom('a', '中', ''), (all, chosen, style, before) => {
        const bytes = Buffer.from(before + all.join(','));
        const wire = toBase64(bytes, style);
        const kinds = ['cn.resident-id', 'bank-card', 'cn.phone'].filter((_, i) => (chosen >> i) & 1);
        const wanted = ({ detector }: { readonly detector: string }): boolean => kinds.includes(detector);
        // Told as if all were masked, and only some applied: as a held body is replayed.
        const edits: { at: number; bytes: Uint8Array }[] = [];
        const reader = behind(['base64'], 'text/plain');
        readWith((context) => reader({ ...context, sink: { ...context.sink, edit: (edit) => { if (wanted(edit.finding)) edits.push(edit); context.sink.edit(edit); } } }), [wire]);
        const replayed = Buffer.from(wire);
        for (const { at, bytes: put } of edits) replayed.set(put, at);
        const open = inspectBody('text/plain', [bytes], wanted).output;
        expect(Buffer.from(replayed.toString(), 'base64').toString()).toBe(open.toString());
      }),
      runs(100),
    );
  });

  it.each([
    ['an unpadded end', 'MTM4MDAxMzgwMDA', '138****8000', []],
    ['more padding than any', 'MTM4MDAxMzgwMDA====', '138****8000', []],
    ['several padded runs', 'MQ==Mw==ODAwMTM4MDAw', '138****8000', []],
    ['strays that readers skip', 'MTM4!MDAx\0Mzgw MDA=', '138****8000', []],
    ['the alphabet of addresses', 'MTM4MDAxMzgwMDAgPj8-', '138****8000 >?>', ['malformed']],
    ['text behind half a padding', 'MQ=Mw==ODAwMTM4MDAw', undefined, ['malformed']],
  ])('base64 with %s is read', (_, wire, expected, reasons) => {
    const seen = readWith(behind(['base64'], 'text/plain'), [Buffer.from(wire)]);
    expect(seen.unscannable.map(({ reason }) => reason)).toEqual(reasons);
    if (expected === undefined) return;
    expect(seen.output).toHaveLength(wire.length);
    const back = wire.startsWith('MQ==') ? (seen.output.toString().match(/[^=]+/g) ?? []).map((run) => Buffer.from(run, 'base64').toString()).join('') : Buffer.from(seen.output.toString().replace(/[!\0]/g, ''), 'base64').toString();
    expect(back).toBe(expected);
  });

  it.each([
    ['=31=33=38=30=30=31=33=38=30=30=30', '=31=33=38=2A=2A=2A=2A=38=30=30=30'],
    ['138=\r\n0013=  \t\n8000', '138=\r\n****=  \t\n8000'],
    ['=EF=bc=911380013=EF=BC=988000 13800138000=', '=EF=bc=911380013=EF=BC=988000 138****8000='],
    ['1=zz 13800138000 =3', '1=zz 138****8000 =3'],
  ])('quoted-printable %s becomes %s', (wire, expected) => {
    const seen = readWith(behind(['quoted-printable'], 'text/plain'), [Buffer.from(wire)]);
    expect(seen.output.toString()).toBe(expected);
    expect(seen.unscannable).toEqual([]);
  });

  it('a quartet that never ends is unread, and keeps nothing waiting', () => {
    const wire = Buffer.concat([Buffer.from('MTM4MD'), Buffer.alloc(5000, 0x20), Buffer.from('AxMzgwMDA=')]);
    for (const chunks of [[wire], chunked(wire, [100])]) expect(readWith(behind(['base64'], 'text/plain'), chunks).unscannable.map(({ reason, bytes }) => [reason, bytes])).toEqual([['malformed', wire.length]]);
  });

  it('a container is put aside, with the manner in which it was written', () => {
    const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(200, 7)]);
    const wire = Buffer.concat([Buffer.from('\r\n'), toBase64(zip, { line: 64, eol: '\n', pad: true }), Buffer.from('\n\n')]);
    for (const chunks of [[wire], chunked(wire, [1])]) {
      const seen = readWith(behind(['base64'], 'application/octet-stream'), chunks);
      expect(seen.aside[0]?.equals(zip)).toBe(true);
      expect(seen.ranges).toEqual([{ child: 0, from: 2, to: wire.length - 2, replaceable: true, wraps: [{ coding: 'base64', lineLength: 64, eol: '\n', padded: true }] }]);
      expect(seen.lines.map(({ chain, inside, scanned, unscanned }) => ({ chain, inside, size: scanned + unscanned }))).toEqual([{ chain: ['base64'], inside: undefined, size: wire.length }, { chain: ['zip'], inside: 'body', size: zip.length }]);
    }
  });

  it('names are told as mails write them', () => {
    expect([' Base64 ', undefined, '8BIT', 'Quoted-Printable', 'x-uuencode'].map(transferFor)).toEqual(['base64', 'identity', 'identity', 'quoted-printable', undefined]);
  });
});
