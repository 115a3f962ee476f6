/** Whether digits alone rule a number out: the cheap first question, asked before any string is made (HC 12). */
import type { NumberDetector, Shape } from '../contract.js';

/** Weights of GB 11643 (ISO 7064 MOD 11-2), first digit first. */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** Check characters by remainder; 10 stands for X. */
const ID_CHECKS = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
/** The value that stands for an X among digits. */
export const X_VALUE = 10;

function passesLuhn(digits: Uint8Array, count: number): boolean {
  let sum = 0;
  for (let i = count - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits[i] ?? 0;
    if (digit > 9) return false;
    const value = double ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

function passesMod11(digits: Uint8Array, count: number): boolean {
  if (count !== 18) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (digits[i] ?? 0) * (ID_WEIGHTS[i] ?? 0);
  return ID_CHECKS[sum % 11] === digits[17];
}

function startsAs(digits: Uint8Array, start: string): boolean {
  for (let i = 0; i < start.length; i++) if (digits[i] !== start.charCodeAt(i) - 0x30) return false;
  return true;
}

function number(digits: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + (digits[i] ?? 0);
  return value;
}

/** Days are not told by month: a necessary condition only. */
function holdsDate({ at, year, from = 0, to = Infinity }: NonNullable<Shape['date']>, digits: Uint8Array, count: number): boolean {
  if (at + year + 4 > count) return false;
  const month = number(digits, at + year, at + year + 2);
  const day = number(digits, at + year + 2, at + year + 4);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const full = number(digits, at, at + year);
  return year === 2 || (full >= from && full <= to);
}

/** `digits` hold values 0 to 9, and X_VALUE for a closing X. */
export function fits(shape: Shape, digits: Uint8Array, count: number, groups: number): boolean {
  if (!shape.lengths.includes(count) || groups > (shape.groups ?? Infinity)) return false;
  if (shape.starts !== undefined && !shape.starts.some((start) => startsAs(digits, start))) return false;
  if (shape.date !== undefined && !holdsDate(shape.date, digits, count)) return false;
  if (shape.checksum === 'luhn') return passesLuhn(digits, count);
  return shape.checksum === undefined || passesMod11(digits, count);
}

/** Those of `detectors` that digits of this length and shape do not rule out. */
export function notRuledOut(detectors: readonly NumberDetector[], digits: Uint8Array, count: number, groups: number): NumberDetector[] | undefined {
  let left: NumberDetector[] | undefined;
  for (const detector of detectors) {
    if (count < detector.least || count > detector.most) continue;
    if (detector.shapes.some((shape) => fits(shape, digits, count, groups))) (left ??= []).push(detector);
  }
  return left;
}
