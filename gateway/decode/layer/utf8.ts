/** UTF-8 as a writable view (RFC 3629): units with their bytes; invalid bytes stand one by one as U+FFFD. */
import type { Charset } from './charset.js';
import { put, type UnitBuffer } from './unit-buffer.js';

function decodeUtf8(bytes: Uint8Array, last: boolean, out: UnitBuffer): number {
  const { units, from, to } = out;
  const end = bytes.length;
  let n = out.length;
  let at = 0;
  while (at < end) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      units[n] = lead;
      from[n] = at;
      to[n++] = ++at;
      continue;
    }
    const size = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    let have = 1;
    let point = size === 2 ? lead & 0x1f : size === 3 ? lead & 0x0f : lead & 0x07;
    while (have < size && at + have < end) {
      const next = bytes[at + have] ?? 0;
      if ((next & 0xc0) !== 0x80) break;
      point = (point << 6) | (next & 0x3f);
      have++;
    }
    if (size > 0 && have < size && at + have === end && !last) break;
    const overlong = (size === 3 && point < 0x800) || (size === 4 && point < 0x10000);
    if (size === 0 || have < size || overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
      out.invalid++;
      units[n] = 0xfffd;
      from[n] = at;
      to[n++] = ++at;
      continue;
    }
    n = put(out, n, point, at, size);
    at += size;
  }
  out.length = n;
  return at;
}

function encodeUtf8(unit: number, width: number): readonly number[] {
  if (unit === 0xff0a && width === 3) return [0xef, 0xbc, 0x8a];
  return new Array<number>(width).fill(unit === 0xff0a ? 0x2a : unit);
}

export const utf8: Charset = { name: 'utf-8', reading: {}, decode: decodeUtf8, encode: encodeUtf8 };
