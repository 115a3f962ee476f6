/** Escapes inside JSON strings (RFC 8259 section 7). */
import { standIn } from '../../../detectors/scan/characters.js';
import type { EscapeLayer } from './view.js';

const SHORT = new Map<number, number>([
  [0x22, 0x22], [0x5c, 0x5c], [0x2f, 0x2f], [0x62, 0x08], [0x66, 0x0c], [0x6e, 0x0a], [0x72, 0x0d], [0x74, 0x09],
]);

/** Four hexadecimal digits behind `\u` at `at`; `more` when they are not in sight yet. */
function unitAt(units: Uint16Array, at: number, length: number): number | 'more' | undefined {
  let unit = 0;
  for (let i = 0; i < 6; i++) {
    if (at + i >= length) return 'more';
    const character = units[at + i] ?? 0;
    if (i < 2) {
      if (character !== (i === 0 ? 0x5c : 0x75)) return undefined;
      continue;
    }
    const digit = Number.parseInt(String.fromCharCode(character), 16);
    if (Number.isNaN(digit)) return undefined;
    unit = unit * 16 + digit;
  }
  return unit;
}

export const jsonEscapes: EscapeLayer = {
  name: 'json',
  trigger: [0x5c],
  reading: { json: true },
  widest: 12,
  read(units, at, length) {
    if (at + 1 >= length) return 'more';
    const kind = units[at + 1] ?? 0;
    if (kind !== 0x75) {
      const unit = SHORT.get(kind);
      return unit === undefined ? undefined : { unit, size: 2 };
    }
    const unit = unitAt(units, at, length);
    if (unit === undefined || unit === 'more') return unit;
    if (unit < 0xd800 || unit > 0xdbff) return { unit, size: 6 };
    const low = unitAt(units, at + 6, length);
    if (low === 'more') return low;
    const stand = low === undefined || low < 0xdc00 || low > 0xdfff ? undefined : standIn(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    return stand === undefined ? { unit, size: 6 } : { unit: stand, size: 12 };
  },
  write(unit, size, original) {
    // Only a six-character escape, or a pair of them, can stand for a digit; a two-character escape has no room and is never part of a value.
    const one = `\\u${(size === 12 ? 0x2a : unit).toString(16).padStart(4, '0')}`;
    return size === 6 ? one : size === 12 ? one + one : original;
  },
};
