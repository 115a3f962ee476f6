/** How mail programs write Chinese: charsets, transfer encodings, words in header fields and names of files. What is read is decided elsewhere. */
import { encodeGb18030 } from './gb18030.js';

export type MailCharset = 'utf-8' | 'gbk' | 'gb18030' | 'big5';
export type MailCoding = '8bit' | 'base64' | 'quoted-printable';

/** Lines of base64 as RFC 2045 has them. */
const BASE64_LINE = 76;
const QUOTED_LINE = 73;

let big5: Map<string, readonly number[]> | undefined;
/** Node only reads Big5: what its decoder says, turned around. */
function big5Table(): Map<string, readonly number[]> {
  if (big5 !== undefined) return big5;
  big5 = new Map();
  const decoder = new TextDecoder('big5');
  for (let lead = 0xa1; lead <= 0xf9; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if (text.length === 1 && text !== '\ufffd' && !big5.has(text)) big5.set(text, [lead, trail]);
    }
  }
  return big5;
}
function encodeBig5(text: string): Buffer {
  return Buffer.from(
    Array.from(text, (character): readonly number[] => {
      const point = character.charCodeAt(0);
      if (point < 0x80) return [point];
      const bytes = big5Table().get(character);
      if (bytes === undefined) throw new RangeError(`no Big5 for U+${point.toString(16)}`);
      return bytes;
    }).flat(),
  );
}

export function bytesIn(charset: MailCharset, text: string): Buffer {
  if (charset === 'utf-8') return Buffer.from(text);
  return charset === 'big5' ? encodeBig5(text) : encodeGb18030(text);
}

export const base64Lines = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('base64').match(new RegExp(`.{1,${String(BASE64_LINE)}}`, 'g')) ?? []).join('\r\n');

const escaped = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** `cut`: a soft line break is put in front of this many bytes of the text, wherever that is. */
export function quotedLines(bytes: Buffer, cut?: number): string {
  let out = '';
  let width = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x0d && bytes[at + 1] === 0x0a) {
      out += '\r\n';
      width = 0;
      at += 1;
      continue;
    }
    const last = bytes[at + 1] === 0x0d || at + 1 === bytes.length;
    const one = (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || (byte === 0x20 && !last) ? String.fromCharCode(byte) : escaped(byte);
    if (width + one.length > QUOTED_LINE || at === cut) {
      out += '=\r\n';
      width = 0;
    }
    out += one;
    width += one.length;
  }
  return out;
}

/** RFC 2047, one word. */
export const word = (charset: MailCharset, text: string): string => `=?${charset}?B?${bytesIn(charset, text).toString('base64')}?=`;
const percented = (charset: MailCharset, text: string): string => Array.from(bytesIn(charset, text), (byte) => (/[A-Za-z0-9.]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('');

export type NameStyle =
  /** RFC 2047 in quotes, as most programs do. */
  | 'words'
  /** RFC 2231, in two pieces. */
  | 'pieces'
  /** The charset's own bytes in quotes. */
  | 'raw';

/** `Content-Disposition` of an attachment. */
export function attachment(style: NameStyle, charset: MailCharset, name: string): Buffer {
  if (style === 'raw') return Buffer.concat([Buffer.from('Content-Disposition: attachment; filename="'), bytesIn(charset, name), Buffer.from('"')]);
  if (style === 'words') return Buffer.from(`Content-Disposition: attachment;\r\n\tfilename="${word(charset, name)}"`);
  const all = percented(charset, name);
  // Between two characters or escapes, so that it is a name whoever joins it.
  const middle = /^(?:%..|[^%]){1,5}/.exec(all)?.[0].length ?? 0;
  return Buffer.from(`Content-Disposition: attachment;\r\n filename*0*=${charset}''${all.slice(0, middle)};\r\n filename*1*=${all.slice(middle)}`);
}

export interface Entity {
  readonly fields: readonly (string | Buffer)[];
  readonly body: Buffer;
}

const CRLF = Buffer.from('\r\n');
export function written({ fields, body }: Entity): Buffer {
  return Buffer.concat([...fields.flatMap((field) => [Buffer.from(field), CRLF]), CRLF, body]);
}

export function textPart(type: 'plain' | 'html' | 'csv', charset: MailCharset, coding: MailCoding, text: string, more: readonly (string | Buffer)[] = [], cut?: number): Entity {
  const bytes = bytesIn(charset, text);
  const body = coding === '8bit' ? bytes : Buffer.from(coding === 'base64' ? base64Lines(bytes) : quotedLines(bytes, cut));
  return { fields: [`Content-Type: text/${type}; charset=${charset}`, `Content-Transfer-Encoding: ${coding}`, ...more], body };
}

export function filePart(type: string, bytes: Uint8Array, disposition: string | Buffer): Entity {
  return { fields: [`Content-Type: ${type}`, disposition, 'Content-Transfer-Encoding: base64'], body: Buffer.from(base64Lines(bytes)) };
}

export function multipart(type: string, boundary: string, parts: readonly Entity[]): Entity {
  const body = Buffer.concat([...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), written(part), CRLF]), Buffer.from(`--${boundary}--\r\n`)]);
  return { fields: [`Content-Type: multipart/${type};\r\n\tboundary="${boundary}"`], body };
}

export function forwarded(mail: Buffer): Entity {
  return { fields: ['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="forwarded.eml"'], body: mail };
}
