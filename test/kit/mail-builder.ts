/** Mails built from the inside out: texts, files, mails and multiparts nested as chance wants it, in every charset, encoding and way of writing a name. */
import fc from 'fast-check';
import { encodeGb18030 } from './gb18030.js';

interface Entity {
  /** Fields, without the empty line behind them. */
  readonly fields: readonly string[];
  readonly body: Buffer;
}

type Charset = 'utf-8' | 'gb18030';
type Coding = '8bit' | 'base64' | 'quoted-printable';

const encoded = (text: string, charset: Charset): Buffer => (charset === 'utf-8' ? Buffer.from(text) : Buffer.from(encodeGb18030(text)));

function quotedBytes(bytes: Buffer, width: number): string {
  let out = '';
  let column = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x0d && bytes[at + 1] === 0x0a) {
      out += '\r\n';
      column = 0;
      at++;
      continue;
    }
    const endsLine = at + 1 === bytes.length || bytes[at + 1] === 0x0d;
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x3d;
    const one = plain || (byte === 0x20 && !endsLine) ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (column + one.length > width - 1) {
      out += '=\r\n';
      column = 0;
    }
    out += one;
    column += one.length;
  }
  return out;
}

function coded(bytes: Buffer, coding: Coding, width: number): Buffer {
  if (coding === '8bit') return bytes;
  if (coding === 'quoted-printable') return Buffer.from(quotedBytes(bytes, width));
  return Buffer.from((bytes.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\r\n'));
}

function nameFields(form: number, charset: Charset): readonly string[] {
  const name = '名单.txt';
  const word = `=?${charset}?B?${encoded(name, charset).toString('base64')}?=`;
  const escaped = Array.from(encoded(name, charset), (byte) => `%${byte.toString(16).toUpperCase()}`).join('');
  switch (form) {
    case 0:
      return ['Content-Disposition: attachment; filename="list.txt"'];
    case 1:
      return [`Content-Disposition: attachment;\r\n\tfilename="${word}"`];
    case 2:
      return [`Content-Disposition: attachment; filename*=${charset}''${escaped}`];
    case 3:
      return [`Content-Disposition: attachment;\r\n filename*0*=${charset}''${escaped.slice(0, 9)};\r\n filename*1*=${escaped.slice(9)}`];
    default:
      return [];
  }
}

export interface BuilderOptions {
  /** Words that texts are made of, numbers among them. */
  readonly words: readonly string[];
}

const MARKS = [' ', '. ', '\r\n', '，'];

function textEntity({ words }: BuilderOptions): fc.Arbitrary<Entity> {
  return fc
    .record({
      pieces: fc.array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...MARKS)), { maxLength: 25 }),
      charset: fc.constantFrom<Charset>('utf-8', 'gb18030'),
      coding: fc.constantFrom<Coding>('8bit', 'base64', 'quoted-printable'),
      html: fc.boolean(),
      form: fc.integer({ min: 0, max: 5 }),
      width: fc.constantFrom(8, 60, 76),
      swapped: fc.boolean(),
    })
    .map(({ pieces, charset, coding, html, form, width, swapped }) => {
      const inside = pieces.flat().join('');
      const text = html ? `<html><body><p>${inside}</p></body></html>` : inside;
      const bytes = encoded(text, charset);
      const fields = [`Content-Type: text/${html ? 'html' : 'plain'};\r\n charset="${charset}"`, `Content-Transfer-Encoding: ${coding}`, ...nameFields(form, charset)];
      return { fields: swapped ? fields.reverse() : fields, body: coded(bytes, coding, width) };
    });
}

/** Bytes that are no text: whatever else happens to a mail, they stay. */
const binaryEntity: fc.Arbitrary<Entity> = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => ({
  fields: ['Content-Type: application/octet-stream', 'Content-Transfer-Encoding: base64', 'Content-Disposition: attachment; filename="x.bin"'],
  body: coded(Buffer.concat([Buffer.from([0, 1, 2, 0xff]), bytes]), 'base64', 76),
}));

function asBytes({ fields, body }: Entity, head: readonly string[] = []): Buffer {
  return Buffer.concat([Buffer.from(`${[...head, ...fields].join('\r\n')}\r\n\r\n`), body]);
}

const HEAD = ['From: =?utf-8?B?5byg5LiJ?= <zhang@example.cn>', 'To: li@example.com', 'Subject: =?gb2312?B?suLK1A==?=', 'Message-ID: <1@example.cn>', 'MIME-Version: 1.0'];

let boundaries = 0;
function multipart(parts: readonly Entity[], subtype: string, style: number, preamble: string): Entity {
  const boundary = [`----=_Part_${++boundaries}_x`, `b'(${++boundaries})+_,-./:=?`, `=_${++boundaries} inside`, `0000000000${++boundaries}z`][style] ?? 'b';
  const around: Buffer[] = [Buffer.from(preamble === '' ? '' : `${preamble}\r\n`)];
  for (const part of parts) around.push(Buffer.from(`--${boundary}\r\n`), asBytes(part), Buffer.from('\r\n'));
  around.push(Buffer.from(`--${boundary}--\r\n`));
  return { fields: [`Content-Type: multipart/${subtype};\r\n\tboundary="${boundary}"`], body: Buffer.concat(around) };
}

/** A whole mail. */
export function mails(options: BuilderOptions): fc.Arbitrary<Buffer> {
  const { entity } = fc.letrec<{ entity: Entity }>((tie) => ({
    entity: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: textEntity(options) },
      { weight: 1, arbitrary: binaryEntity },
      {
        weight: 3,
        arbitrary: fc
          .record({ parts: fc.array(tie('entity'), { minLength: 1, maxLength: 4 }), subtype: fc.constantFrom('mixed', 'related', 'alternative', 'x-own'), style: fc.nat(3), preamble: fc.constantFrom('', 'This is MIME.', options.words[0] ?? '') })
          .map(({ parts, subtype, style, preamble }) => multipart(parts, subtype, style, preamble)),
      },
      {
        weight: 1,
        arbitrary: fc.record({ inner: tie('entity'), wrapped: fc.boolean() }).map(({ inner, wrapped }) => {
          const mail = asBytes(inner, HEAD);
          return wrapped
            ? { fields: ['Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', 'Content-Disposition: attachment; filename="a.eml"'], body: coded(mail, 'base64', 76) }
            : { fields: ['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="a.eml"'], body: mail };
        }),
      },
    ),
  }));
  return entity.map((inner) => asBytes(inner, HEAD));
}
