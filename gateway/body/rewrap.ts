/** Puts the transfer encodings back around a part that was written anew: the same coding, the same length of lines. */
import type { Wrap } from '../ports.js';

/** Every line is shorter than this, whatever was seen around the original (RFC 2045 section 6.7). */
const LONGEST_QUOTED = 76;

/** `wraps` as a child range carries them, innermost first. */
export function rewrapped(bytes: AsyncIterable<Uint8Array>, wraps: readonly Wrap[]): AsyncIterable<Uint8Array> {
  return wraps.reduce<AsyncIterable<Uint8Array>>((inner, wrap) => (wrap.coding === 'base64' ? base64(inner, wrap) : quotedPrintable(inner, wrap)), bytes);
}

async function* base64(bytes: AsyncIterable<Uint8Array>, wrap: Wrap): AsyncGenerator<Uint8Array> {
  const lines = liner(wrap.lineLength, wrap.eol);
  const spelled = (group: Buffer): string => {
    const text = group.toString(wrap.alphabet === 'url' ? 'base64url' : 'base64');
    if (wrap.padded === false) return text.replace(/=+$/, '');
    return wrap.alphabet === 'url' ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
  };
  let carry = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all = carry.length === 0 ? Buffer.from(chunk) : Buffer.concat([carry, chunk]);
    const whole = all.length - (all.length % 3);
    carry = Buffer.from(all.subarray(whole));
    if (whole > 0) yield Buffer.from(lines(spelled(all.subarray(0, whole))), 'latin1');
  }
  if (carry.length > 0) yield Buffer.from(lines(spelled(carry)), 'latin1');
}

/** Breaks text into lines as it comes: none is left open at the end, and none is empty. */
function liner(length: number, eol: string): (text: string) => string {
  let column = 0;
  return (text) => {
    if (length <= 0) return text;
    const out: string[] = [];
    for (let at = 0; at < text.length; ) {
      if (column === length) {
        out.push(eol);
        column = 0;
      }
      const piece = text.slice(at, at + length - column);
      out.push(piece);
      column += piece.length;
      at += piece.length;
    }
    return out.join('');
  };
}

/** Octets as such: line breaks within them are written as escapes too, so that no transport changes them. */
async function* quotedPrintable(bytes: AsyncIterable<Uint8Array>, wrap: Wrap): AsyncGenerator<Uint8Array> {
  const longest = wrap.lineLength > 4 && wrap.lineLength < LONGEST_QUOTED ? wrap.lineLength : LONGEST_QUOTED;
  let column = 0;
  for await (const chunk of bytes) {
    const out: string[] = [];
    for (const byte of chunk) {
      const piece = byte > 0x20 && byte < 0x7f && byte !== 0x3d ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      if (column + piece.length > longest - 1) {
        out.push('=', wrap.eol);
        column = 0;
      }
      out.push(piece);
      column += piece.length;
    }
    yield Buffer.from(out.join(''), 'latin1');
  }
}
