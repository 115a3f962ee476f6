/**
 * GB18030 as a writable view, and with it GBK and GB 2312, which are parts of it: units with their bytes. Of bytes that form no
 * character the first stands as U+FFFD, and reading goes on with the next one.
 */
import type { Charset } from './charset.js';
import { put, type UnitBuffer } from './unit-buffer.js';

/** Two bytes: 126 leads, and trails 40 to FE without 7F. Four bytes: lead, digit, lead, digit, counted through without gaps. */
const FIRST_LEAD = 0x81;
const LAST_LEAD = 0xfe;
const LEADS = LAST_LEAD - FIRST_LEAD + 1;
/** 84 31 A4 39 stands for U+FFFF. */
const BMP_FOURS = 39_420;
/** 90 30 81 30 stands for U+10000. */
const SUPPLEMENTARY = 189_000;
/** Code page 936 and the WHATWG have the euro sign here. */
const EURO_BYTE = 0x80;

const isLead = (byte: number | undefined): boolean => byte !== undefined && byte >= FIRST_LEAD && byte <= LAST_LEAD;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const isTrail = (byte: number): boolean => byte >= 0x40 && byte !== 0x7f && byte !== 0xff;

function unitsOf(bytes: readonly number[], count: number): Uint16Array {
  const text = new TextDecoder('gb18030').decode(Uint8Array.from(bytes));
  if (text.length !== count) throw new RangeError('this Node.js reads GB18030 in another way');
  return Uint16Array.from({ length: count }, (_, i) => text.charCodeAt(i));
}

let twoBytes: Uint16Array | undefined;
let fourBytes: Uint16Array | undefined;

/** Units by lead (from 81 on) and trail, 256 trails to a lead. */
function twoByteUnits(): Uint16Array {
  if (twoBytes) return twoBytes;
  const pairs: number[] = [];
  for (let lead = FIRST_LEAD; lead <= LAST_LEAD; lead++) for (let trail = 0; trail < 256; trail++) if (isTrail(trail)) pairs.push(lead, trail);
  const units = unitsOf(pairs, pairs.length / 2);
  twoBytes = new Uint16Array(LEADS * 256);
  for (const [i, unit] of units.entries()) twoBytes[((pairs[i * 2] ?? 0) - FIRST_LEAD) * 256 + (pairs[i * 2 + 1] ?? 0)] = unit;
  return twoBytes;
}

/** Units of the four-byte characters up to U+FFFF, by their number. */
function fourByteUnits(): Uint16Array {
  return (fourBytes ??= unitsOf(
    Array.from({ length: BMP_FOURS }, (_, i) => [FIRST_LEAD + Math.floor(i / 12_600), 0x30 + (Math.floor(i / 1260) % 10), FIRST_LEAD + (Math.floor(i / 10) % LEADS), 0x30 + (i % 10)]).flat(),
    BMP_FOURS,
  ));
}

/** The code point of four bytes that begin with a lead and a digit; -1 when they are no character, `more` when they are not in sight. */
function pointOfFour(bytes: Uint8Array, at: number): number | 'more' {
  const third = bytes[at + 2];
  const fourth = bytes[at + 3];
  if (third === undefined) return 'more';
  if (!isLead(third)) return -1;
  if (fourth === undefined) return 'more';
  if (!isDigit(fourth)) return -1;
  const linear = (((bytes[at] ?? 0) - FIRST_LEAD) * 10 + (bytes[at + 1] ?? 0) - 0x30) * 1260 + (third - FIRST_LEAD) * 10 + fourth - 0x30;
  if (linear < BMP_FOURS) return fourByteUnits()[linear] ?? -1;
  const point = linear - SUPPLEMENTARY + 0x10000;
  return point >= 0x10000 && point <= 0x10ffff ? point : -1;
}

function decode(bytes: Uint8Array, last: boolean, out: UnitBuffer): number {
  const pairs = twoByteUnits();
  const end = bytes.length;
  let n = out.length;
  let at = 0;
  while (at < end) {
    const lead = bytes[at] ?? 0;
    let point = -1;
    let size = 1;
    if (lead <= EURO_BYTE) {
      point = lead < EURO_BYTE ? lead : 0x20ac;
    } else if (lead <= LAST_LEAD) {
      const second = bytes[at + 1];
      if (second === undefined) {
        if (!last) break;
      } else if (isTrail(second)) {
        point = pairs[(lead - FIRST_LEAD) * 256 + second] ?? -1;
        size = 2;
      } else if (isDigit(second)) {
        const four = pointOfFour(bytes, at);
        if (four === 'more') {
          if (!last) break;
        } else if (four >= 0) {
          point = four;
          size = 4;
        }
      }
    }
    if (point < 0) {
      out.invalid++;
      point = 0xfffd;
    }
    n = put(out, n, point, at, size);
    at += size;
  }
  out.length = n;
  return at;
}

function encode(unit: number, width: number): readonly number[] {
  if (unit === 0xff0a && width === 2) return [0xa3, 0xaa];
  return new Array<number>(width).fill(unit === 0xff0a ? 0x2a : unit);
}

function widthAt(bytes: Uint8Array, at: number): number {
  if (!isLead(bytes[at])) return 1;
  const second = bytes[at + 1];
  if (second === undefined) return 0;
  if (!isDigit(second)) return isTrail(second) ? 2 : 1;
  const four = pointOfFour(bytes, at);
  return four === 'more' ? 0 : four < 0 ? 1 : 4;
}

export const gb18030: Charset = { name: 'gb18030', reading: { pairs: { twoBytes: twoByteUnits, fourBytes: fourByteUnits } }, decode, encode, widthAt };
