/** The resident IDs of 15 digits, and the dates in all of them: what tells them from other numbers of their length. */
import { regionOf } from './regions.js';

export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= days;
}

/** 6 address + 6 date of 19YY + 3 order. */
export function hasOldDate(digits: string): boolean {
  return isDate(1900 + Number(digits.slice(6, 8)), Number(digits.slice(8, 10)), Number(digits.slice(10, 12))) && !digits.endsWith('000');
}

/** With a county of the table: one random number of 15 digits in four thousand. */
export function isOldForm(digits: string): boolean {
  return digits.length === 15 && regionOf(digits.slice(0, 6)) === 'county' && hasOldDate(digits);
}
