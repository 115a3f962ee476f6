/** Escapes inside JSON strings (RFC 8259 section 7). */
import type { EscapeLayer } from './view.js';

const SHORT = new Map<number, number>([
  [0x22, 0x22], [0x5c, 0x5c], [0x2f, 0x2f], [0x62, 0x08], [0x66, 0x0c], [0x6e, 0x0a], [0x72, 0x0d], [0x74, 0x09],
]);

export const jsonEscapes: EscapeLayer = {
  name: 'json',
  trigger: [0x5c],
  widest: 6,
  read(units, at, length) {
    if (at + 1 >= length) return 'more';
    const kind = units[at + 1] ?? 0;
    if (kind !== 0x75) {
      const unit = SHORT.get(kind);
      return unit === undefined ? undefined : { unit, size: 2 };
    }
    let unit = 0;
    for (let i = 2; i < 6; i++) {
      if (at + i >= length) return 'more';
      const digit = Number.parseInt(String.fromCharCode(units[at + i] ?? 0), 16);
      if (Number.isNaN(digit)) return undefined;
      unit = unit * 16 + digit;
    }
    return { unit, size: 6 };
  },
  write(unit, size, original) {
    // Only \uXXXX can stand for a digit; a two-character escape has no room and is never part of a value.
    return size === 6 ? `\\u${unit.toString(16).padStart(4, '0')}` : original;
  },
};
