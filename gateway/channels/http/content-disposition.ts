/** File names out of a Content-Disposition field, plain and RFC 5987 forms. */
import { decodeSafely } from './target.js';

/** Every name it states: `filename` and `filename*` may differ, and a sender may hide behind either. */
export function dispositionNames(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const names = new Set<string>();
  for (const [, star, quoted, token] of value.matchAll(/;\s*filename(\*)?\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;]*))/gi)) {
    const text = quoted === undefined ? (token ?? '').trim() : quoted.replace(/\\(.)/g, '$1');
    const name = star === undefined ? fromWire(text) : extended(text);
    if (name !== '') names.add(name);
  }
  return [...names];
}

/** `charset'language'escaped`. */
function extended(text: string): string {
  const [, charset = '', escaped = ''] = /^([^']*)'[^']*'(.*)$/s.exec(text) ?? [];
  const bytes = Buffer.from(escaped.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
  return decode(bytes, charset === '' ? 'utf-8' : charset);
}

/** Header bytes arrive as latin1; browsers send raw UTF-8 there, older ones GBK, some percent-escape. */
function fromWire(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  // Whatever part of it decodes: one stray % must not leave the rest unread.
  return decodeSafely(isUtf8(bytes) ? bytes.toString('utf8') : decode(bytes, 'gb18030'));
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
