/** Character references of HTML and XML: decimal, hexadecimal, and the named ones that can stand inside a number (HTML section 13.5). */
import { standIn } from '../../../detectors/scan/characters.js';
import type { EscapeLayer } from './view.js';

/** Digits of one numeric reference, leading zeros included: no writer comes near; more only hide what they stand for. */
const LONGEST = 64;
/** Letters of the longest name below. */
const LONGEST_NAME = 24;
const STAR = 0x2a;

export const NAMED = new Map<string, number>([
  ['nbsp', 0xa0], ['NonBreakingSpace', 0xa0], ['ensp', 0x2002], ['emsp', 0x2003], ['emsp13', 0x2004], ['emsp14', 0x2005], ['numsp', 0x2007],
  ['puncsp', 0x2008], ['thinsp', 0x2009], ['ThinSpace', 0x2009], ['hairsp', 0x200a], ['VeryThinSpace', 0x200a], ['MediumSpace', 0x205f],
  ['zwnj', 0x200c], ['zwj', 0x200d], ['shy', 0xad], ['lrm', 0x200e], ['rlm', 0x200f], ['NoBreak', 0x2060], ['ZeroWidthSpace', 0x200b],
  ['NegativeThinSpace', 0x200b], ['NegativeMediumSpace', 0x200b], ['NegativeThickSpace', 0x200b], ['NegativeVeryThinSpace', 0x200b],
  ['af', 0x2061], ['ApplyFunction', 0x2061], ['it', 0x2062], ['InvisibleTimes', 0x2062], ['ic', 0x2063], ['InvisibleComma', 0x2063],
  ['hyphen', 0x2010], ['dash', 0x2010], ['ndash', 0x2013], ['mdash', 0x2014], ['horbar', 0x2015], ['minus', 0x2212],
  ['middot', 0xb7], ['centerdot', 0xb7], ['CenterDot', 0xb7], ['period', 0x2e], ['lpar', 0x28], ['rpar', 0x29], ['plus', 0x2b], ['comma', 0x2c],
  ['colon', 0x3a], ['num', 0x23], ['amp', 0x26], ['lt', 0x3c], ['gt', 0x3e], ['quot', 0x22], ['apos', 0x27], ['Tab', 0x09], ['NewLine', 0x0a],
]);
/** Names that browsers also read without a semicolon, whatever follows. */
export const UNCLOSED: readonly string[] = ['nbsp', 'shy', 'middot', 'amp', 'lt', 'gt', 'quot'];

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
const isLetter = (unit: number): boolean => (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
const isHex = (unit: number): boolean => isDigit(unit) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66);

function numbered(point: number): number {
  // HTML reads these two of the C1 range as windows-1252 does: dashes.
  if (point === 0x96 || point === 0x97) return point + 0x1f7d;
  return point > 0 && point <= 0xffff ? point : (standIn(point) ?? 0xfffd);
}

function numeric(units: Uint16Array, at: number, length: number): ReturnType<EscapeLayer['read']> {
  const hexadecimal = ((units[at + 2] ?? 0) | 0x20) === 0x78;
  const first = at + (hexadecimal ? 3 : 2);
  let value = 0;
  for (let i = first; ; i++) {
    if (i >= length) return 'more';
    const unit = units[i] ?? 0;
    if (!(hexadecimal ? isHex(unit) : isDigit(unit))) {
      if (i === first) return undefined;
      // Browsers read a numeric reference without its semicolon too: `&#49&#50`.
      return { unit: numbered(value), size: i - at + (unit === 0x3b ? 1 : 0) };
    }
    if (i - first >= LONGEST) return 'endless';
    value = Math.min(0x110000, value * (hexadecimal ? 16 : 10) + Number.parseInt(String.fromCharCode(unit), 16));
  }
}

function named(units: Uint16Array, at: number, length: number): ReturnType<EscapeLayer['read']> {
  let name = '';
  for (let i = at + 1; ; i++) {
    if (i >= length) return 'more';
    const unit = units[i] ?? 0;
    if (unit === 0x3b) {
      const found = NAMED.get(name);
      if (found !== undefined) return { unit: found, size: i - at + 1 };
    }
    if (!(isLetter(unit) || isDigit(unit)) || name.length === LONGEST_NAME) break;
    name += String.fromCharCode(unit);
  }
  const start = UNCLOSED.find((one) => name.startsWith(one));
  return start === undefined ? undefined : { unit: NAMED.get(start) ?? 0xfffd, size: start.length + 1 };
}

export const entities: EscapeLayer = {
  name: 'entities',
  trigger: [0x26],
  widest: LONGEST + 4,
  read(units, at, length) {
    if (at + 2 >= length) return 'more';
    return units[at + 1] === 0x23 ? numeric(units, at, length) : named(units, at, length);
  },
  write(unit, size, original) {
    const closed = original.endsWith(';');
    const room = size - 2 - (closed ? 1 : 0);
    const hexadecimal = /^&#x/i.test(original);
    // `&#9312;` has no room for the number of a wide star.
    const star = !hexadecimal && String(unit).length > room ? STAR : unit;
    const digits = hexadecimal ? star.toString(16).padStart(room - 1, '0') : star.toString(10).padStart(room, '0');
    return `&#${hexadecimal ? (original[2] ?? 'x') : ''}${digits}${closed ? ';' : ''}`;
  },
};
