/** Spans of time in a few letters: how long a message waits, and when it is due. */
import type { Language } from '../../app/language.js';

const UNITS = [
  { seconds: 86_400, en: 'd', zh: '天' },
  { seconds: 3_600, en: 'h', zh: '小时' },
  { seconds: 60, en: 'min', zh: '分钟' },
  { seconds: 1, en: 's', zh: '秒' },
] as const;

/** `3 d`, `5 h`, `12 min`; below three of a unit the next smaller one is told too: `2 h 5 min`. */
export function duration(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.floor(seconds));
  const place = UNITS.findIndex((unit) => whole >= unit.seconds);
  const unit = UNITS[place];
  if (unit === undefined) return `0 ${UNITS[3][language]}`;
  const count = Math.floor(whole / unit.seconds);
  const smaller = UNITS[place + 1];
  const rest = smaller === undefined || count >= SMALL || unit.seconds === 60 ? 0 : Math.floor((whole % unit.seconds) / smaller.seconds);
  return [`${count} ${unit[language]}`, ...(smaller === undefined || rest === 0 ? [] : [`${rest} ${smaller[language]}`])].join(' ');
}
const SMALL = 3;

/** Sizes in powers of 1024, as file managers show them. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
