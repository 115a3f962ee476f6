/** Percent escapes and `+` of application/x-www-form-urlencoded (WHATWG URL, RFC 3986 section 2.1). */
import type { ByteLayer } from './view.js';

const PERCENT = 0x25;
const PLUS = 0x2b;

function hex(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const HEX = '0123456789ABCDEF';

function decode(bytes: Uint8Array, last: boolean, plus: number): ReturnType<ByteLayer['decode']> {
  const inner = new Uint8Array(bytes.length);
  const from = new Int32Array(bytes.length);
  const to = new Int32Array(bytes.length);
  let n = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    let value = byte === PLUS ? plus : byte;
    let size = 1;
    if (byte === PERCENT) {
      if (at + 2 >= bytes.length && !last && (at + 1 >= bytes.length || hex(bytes[at + 1] ?? 0) >= 0)) break;
      const high = hex(bytes[at + 1] ?? 0);
      const low = hex(bytes[at + 2] ?? 0);
      if (at + 2 < bytes.length && high >= 0 && low >= 0) {
        value = high * 16 + low;
        size = 3;
      }
    }
    inner[n] = value;
    from[n] = at;
    at += size;
    to[n++] = at;
  }
  return { bytes: inner.subarray(0, n), from: from.subarray(0, n), to: to.subarray(0, n), consumed: at };
}

function poke(bytes: Uint8Array, from: number, to: number, value: number): void {
  if (to - from === 1) {
    bytes[from] = value;
    return;
  }
  bytes[from] = PERCENT;
  bytes[from + 1] = HEX.charCodeAt(value >> 4);
  bytes[from + 2] = HEX.charCodeAt(value & 15);
}

export const percent: ByteLayer = {
  name: 'percent',
  trigger: [PERCENT, PLUS],
  reading: { percent: true },
  widest: 3,
  decode: (bytes, last) => decode(bytes, last, 0x20),
  poke,
};

/** Percent escapes of addresses in other text, where `+` is itself. */
export const addressEscapes: ByteLayer = {
  name: 'percent',
  trigger: [PERCENT],
  reading: { percent: true, plusStays: true },
  widest: 3,
  decode: (bytes, last) => decode(bytes, last, PLUS),
  poke,
};
