/** Big5, Shift_JIS, EUC-KR and EUC-JP as views: pairs of bytes as Node's tables have them. No byte of a pair is a digit's; of what is no character the first byte stands as U+FFFD. */
import type { MultiByteName } from '../charset-name.js';
import type { Charset } from './charset.js';
import { put, type UnitBuffer } from './unit-buffer.js';

interface Form {
  isLead(byte: number): boolean;
  isTrail(byte: number): boolean;
  /** Three bytes: this one and two trails. */
  readonly triple?: number;
}

const inside = (byte: number, from: number, to: number): boolean => byte >= from && byte <= to;

const FORMS: Readonly<Record<MultiByteName, Form>> = {
  big5: { isLead: (byte) => inside(byte, 0x81, 0xfe), isTrail: (byte) => inside(byte, 0x40, 0x7e) || inside(byte, 0xa1, 0xfe) },
  shift_jis: { isLead: (byte) => inside(byte, 0x81, 0x9f) || inside(byte, 0xe0, 0xfc), isTrail: (byte) => inside(byte, 0x40, 0x7e) || inside(byte, 0x80, 0xfc) },
  'euc-kr': { isLead: (byte) => inside(byte, 0x81, 0xfe), isTrail: (byte) => inside(byte, 0x41, 0x5a) || inside(byte, 0x61, 0x7a) || inside(byte, 0x81, 0xfe) },
  'euc-jp': { isLead: (byte) => byte === 0x8e || inside(byte, 0xa1, 0xfe), isTrail: (byte) => inside(byte, 0xa1, 0xfe), triple: 0x8f },
};

/** Node has these of HKSCS as characters for private use: ringed and bracketed digits, ten of each. */
const RINGED_BIG5 = [[0xc6, 0xa1, 0x2460], [0xc6, 0xab, 0x2474]] as const;
const RINGED = 10;
/** Stands for a pair that is a character no table here has: one that is no digit, as wide as the others. */
const OTHER = 0x3013;

interface Table {
  /** Units of single bytes; 0 for leads. */
  readonly single: Uint16Array;
  /** Units by lead and trail; 0 where there is no character. */
  readonly pairs: Uint16Array;
  readonly star: readonly number[] | undefined;
}

function tableOf(name: MultiByteName, form: Form): Table {
  const decoder = new TextDecoder(name);
  const single = Uint16Array.from({ length: 256 }, (_, byte) => (form.isLead(byte) || byte === form.triple ? 0 : decoder.decode(Uint8Array.of(byte)).charCodeAt(0)));
  const pairs = new Uint16Array(65536);
  let star: readonly number[] | undefined;
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    if (!form.isLead(lead)) continue;
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (!form.isTrail(trail)) continue;
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if (text.includes('\ufffd')) continue;
      pairs[(lead << 8) | trail] = text.length === 1 ? text.charCodeAt(0) : OTHER;
      if (text === '\uff0a') star ??= [lead, trail];
    }
  }
  if (name === 'big5') for (const [lead, trail, unit] of RINGED_BIG5) for (let i = 0; i < RINGED; i++) pairs[(lead << 8) | (trail + i)] = unit + i;
  return { single, pairs, star };
}

export function multiByte(name: MultiByteName): Charset {
  const form = FORMS[name];
  let known: Table | undefined;
  const table = (): Table => (known ??= tableOf(name, form));

  /** Bytes of the character at `at`: 0 when not all are in sight, -1 when there is none. */
  function sizeAt(bytes: Uint8Array, at: number): number {
    const lead = bytes[at] ?? 0;
    if (lead === form.triple) {
      if (at + 1 >= bytes.length) return 0;
      if (!form.isTrail(bytes[at + 1] ?? 0)) return -1;
      if (at + 2 >= bytes.length) return 0;
      return form.isTrail(bytes[at + 2] ?? 0) ? 3 : -1;
    }
    if (!form.isLead(lead)) return table().single[lead] === 0xfffd ? -1 : 1;
    if (at + 1 >= bytes.length) return 0;
    return (table().pairs[(lead << 8) | (bytes[at + 1] ?? 0)] ?? 0) === 0 ? -1 : 2;
  }

  return {
    name,
    reading: undefined,
    decode(bytes: Uint8Array, last: boolean, out: UnitBuffer): number {
      const { single, pairs } = table();
      let n = out.length;
      let at = 0;
      while (at < bytes.length) {
        const lead = bytes[at] ?? 0;
        const size = lead < 0x80 ? 1 : sizeAt(bytes, at);
        if (size === 0 && !last) break;
        const unit = size === 1 ? (single[lead] ?? 0xfffd) : size === 2 ? (pairs[(lead << 8) | (bytes[at + 1] ?? 0)] ?? 0xfffd) : size === 3 ? OTHER : 0xfffd;
        if (size < 1) out.invalid++;
        n = put(out, n, unit, at, Math.max(1, size));
        at += Math.max(1, size);
      }
      out.length = n;
      return at;
    },
    encode(unit, width) {
      if (unit === 0xff0a && width === 2) return table().star ?? [0x2a, 0x2a];
      return new Array<number>(width).fill(unit === 0xff0a ? 0x2a : unit);
    },
    widthAt: (bytes, at) => Math.abs(sizeAt(bytes, at)),
  };
}

/** Are these bytes characters of `name` alone, but for one that the end may cut? */
export function isMultiByte(name: MultiByteName, bytes: Uint8Array, cut: boolean): boolean {
  const { widthAt } = multiByteCharset(name);
  const form = FORMS[name];
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const size = lead < 0x80 ? 1 : (widthAt?.(bytes, at) ?? 1);
    if (size === 0) return cut;
    if (size === 1 && lead >= 0x80 && (form.isLead(lead) || lead === form.triple || lead === 0x80 || lead === 0xff)) return false;
    at += size;
  }
  return true;
}

const made = new Map<MultiByteName, Charset>();

/** Made once: its table serves all texts. */
export function multiByteCharset(name: MultiByteName): Charset {
  let charset = made.get(name);
  if (charset === undefined) made.set(name, (charset = multiByte(name)));
  return charset;
}
