/** Heads of answers as text, for a front that writes them itself. */
import { STATUS_CODES } from 'node:http';
import { WeirError } from '../../../errors.js';
import type { Field } from '../../../ports.js';

const SAFE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Names that are known to be tokens: upstreams use a few dozen, and a hostile one fills no more than this. */
const NAMES_MOST = 512;
const names = new Set<string>();

function isToken(name: string): boolean {
  if (names.has(name)) return true;
  if (!TOKEN.test(name)) return false;
  // A name cut out of a head would keep that whole head in memory.
  if (names.size < NAMES_MOST) names.add(Buffer.from(name).toString());
  return true;
}

/** `lines` goes behind the fields. Throws where a head could not be told apart from what follows it. */
export function headText(status: number, reason: string, fields: readonly Field[], lines: string): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) throw new WeirError('upstream-invalid');
  return `HTTP/1.1 ${status} ${reason === '' ? (STATUS_CODES[status] ?? '') : reason}\r\n${fieldLines(fields)}${lines}\r\n`;
}

export function fieldLines(fields: readonly Field[]): string {
  let text = '';
  for (const [name, value] of fields) {
    if (!isToken(name) || !SAFE_VALUE.test(value)) throw new WeirError('upstream-invalid');
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

let dateAt = 0;
let dateText = '';

/** Written anew once a second. */
export function dateLine(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== dateAt) {
    dateAt = second;
    dateText = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateText;
}

/** A head and the bytes behind it in one buffer. */
export function joined(head: string, bytes: Uint8Array, tail = ''): Buffer {
  const out = Buffer.allocUnsafe(head.length + bytes.length + tail.length);
  out.write(head, 0, 'latin1');
  out.set(bytes, head.length);
  if (tail !== '') out.write(tail, head.length + bytes.length, 'latin1');
  return out;
}
