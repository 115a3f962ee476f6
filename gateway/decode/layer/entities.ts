/** Character references of HTML and XML: decimal, hexadecimal, and the named ones that can stand inside a number (HTML section 13.5). */
import type { EscapeLayer } from './view.js';

/** Longest reference that is read, `&` and `;` included: room for leading zeros, but not for endless ones. */
const LONGEST = 16;

const NAMED = new Map<string, number>([
  ['nbsp', 0xa0], ['ensp', 0x2002], ['emsp', 0x2003], ['thinsp', 0x2009], ['zwnj', 0x200c], ['zwj', 0x200d], ['shy', 0xad],
  ['hyphen', 0x2010], ['dash', 0x2010], ['ndash', 0x2013], ['mdash', 0x2014], ['minus', 0x2212], ['middot', 0xb7], ['period', 0x2e],
  ['lpar', 0x28], ['rpar', 0x29], ['plus', 0x2b], ['comma', 0x2c], ['colon', 0x3a], ['amp', 0x26], ['lt', 0x3c], ['gt', 0x3e],
  ['quot', 0x22], ['apos', 0x27], ['Tab', 0x09], ['NewLine', 0x0a], ['ZeroWidthSpace', 0x200b], ['NoBreak', 0x2060], ['lrm', 0x200e], ['rlm', 0x200f],
]);

function referenced(name: string): number | undefined {
  if (!name.startsWith('#')) return NAMED.get(name);
  const hexadecimal = name[1] === 'x' || name[1] === 'X';
  const digits = name.slice(hexadecimal ? 2 : 1);
  if (!(hexadecimal ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(digits)) return undefined;
  const point = Number.parseInt(digits, hexadecimal ? 16 : 10);
  return point > 0 && point <= 0xffff ? point : 0xfffd;
}

export const entities: EscapeLayer = {
  name: 'entities',
  trigger: [0x26],
  widest: LONGEST,
  read(units, at, length) {
    let name = '';
    for (let i = 1; i < LONGEST; i++) {
      if (at + i >= length) return 'more';
      const unit = units[at + i] ?? 0;
      if (unit === 0x3b) {
        const found = referenced(name);
        return found === undefined ? undefined : { unit: found, size: i + 1 };
      }
      const numeric = name.startsWith('#');
      // Browsers read a numeric reference without its semicolon too: `&#49&#50`.
      if (numeric && !/[0-9a-fA-FxX]/.test(String.fromCharCode(unit))) {
        const found = referenced(name);
        return found === undefined ? undefined : { unit: found, size: i };
      }
      if (!/[#0-9a-zA-Z]/.test(String.fromCharCode(unit))) return undefined;
      name += String.fromCharCode(unit);
    }
    return undefined;
  },
  write(unit, size, original) {
    const closed = original.endsWith(';');
    const room = size - 2 - (closed ? 1 : 0);
    const hexadecimal = /^&#x/i.test(original);
    const digits = hexadecimal ? unit.toString(16).padStart(room - 1, '0') : unit.toString(10).padStart(room, '0');
    return `&#${hexadecimal ? (original[2] ?? 'x') : ''}${digits}${closed ? ';' : ''}`;
  },
};
