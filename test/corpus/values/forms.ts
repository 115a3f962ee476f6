/** Ways to write a number: as people and systems usually do. The ways that hide one are in disguises.ts. */
import type { Dice } from '../dice.js';
import { joined, plainPiece, type DetectorId, type Piece } from '../piece.js';
import type { Value } from './value.js';

/** Cuts digits into groups of these sizes; the last size repeats. */
export function grouped(digits: string, sizes: readonly number[]): string[] {
  const groups: string[] = [];
  for (let at = 0, index = 0; at < digits.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? digits.length;
    groups.push(digits.slice(at, at + size));
    at += size;
  }
  return groups;
}

/** Groups of printed forms. */
const PRINTED: Readonly<Record<DetectorId, readonly number[]>> = { 'cn.phone': [3, 4], 'bank-card': [4], 'cn.resident-id': [6, 8, 4] };

/** The groups that people use for this sort of number. */
export function usualGroups(dice: Dice, { detector, digits, area }: Value): string[] {
  if (area !== undefined) return grouped(digits, [area, dice.chance(0.7) ? 8 : 4]);
  if (detector === 'cn.phone') return grouped(digits, dice.pick([[3, 4], [3, 4], [3, 4], [3, 4], [3, 4], [3, 8], [4, 3, 4], [3, 3, 5]]));
  if (detector === 'bank-card') return grouped(digits, digits.length === 15 ? [4, 6, 5] : digits.length === 14 ? [4, 6, 4] : dice.pick([[4], [4], [4], [6, 13], [8]]));
  return digits.length === 15 ? grouped(digits, [6, 6, 3]) : grouped(digits, dice.pick([[6, 8, 4], [6, 8, 4], [4], [6, 4, 4, 4], [3, 3, 4, 4, 4]]));
}

/** The text as one marked number, its country code (if any) before `lead` characters are over. */
export function marked(value: Value, text: string, form: string, lead = ''): Piece {
  const start = lead.length;
  const from = /\d/.test(lead) ? { from: 0 } : {};
  return { text: lead + text, marks: [{ detector: value.detector, start, end: start + text.length, ...from, form, kind: value.kind }] };
}

/** Digits and nothing else. */
export function plainly(value: Value): Piece {
  return marked(value, value.digits, 'plain');
}

/** As it is usually met: mostly plain, sometimes in groups, phones with codes and brackets. */
export function usually(dice: Dice, value: Value): Piece {
  if (value.area !== undefined) return landlineForm(dice, value, value.area);
  if (dice.chance(0.68)) return plainly(value);
  if (value.detector === 'cn.phone' && dice.chance(0.45)) {
    const body = dice.chance(0.6) ? value.digits : usualGroups(dice, value).join(dice.pick([' ', '-']));
    const lead = dice.pick(['+86', '+86 ', '+86-', '86', '86-', '0086', '0086-', '0086 ', '(+86)', '（+86）', '+86 ']);
    return marked(value, body, 'country-code', lead);
  }
  if (value.detector === 'cn.phone' && dice.chance(0.08)) return joined([plainly(value), plainPiece(dice.pick(['转', '-', ' ext. ', ' 转 ']) + String(dice.between(10, 8999)))]);
  // Two blanks come from copies of printed forms, where the groups are the printed ones.
  if (dice.chance(0.1)) return marked(value, grouped(value.digits, PRINTED[value.detector]).join('  '), 'wide-blanks');
  const [separator, form] = dice.pick([[' ', 'blanks'], [' ', 'blanks'], ['-', 'hyphens']] as const);
  return marked(value, usualGroups(dice, value).join(separator), form);
}

function landlineForm(dice: Dice, value: Value, area: number): Piece {
  const code = value.digits.slice(0, area);
  const rest = value.digits.slice(area);
  const extension = dice.chance(0.2) ? plainPiece(dice.pick(['-', '转', ' ext ', ' 转 ', '－']) + String(dice.between(10, 8999))) : plainPiece('');
  switch (dice.below(8)) {
    case 0:
      return joined([marked(value, value.digits, 'landline-plain'), extension]);
    case 1: {
      const [open, close] = dice.pick([['(', ')'], ['（', '）'], ['(', ') ']] as const);
      return joined([plainPiece(open), marked(value, `${code}${close}${rest}`, 'landline-brackets'), extension]);
    }
    case 2: {
      const lead = dice.pick(['+86 ', '+86-', '0086-', '86-', '+86']);
      return marked({ ...value }, `${code.slice(1)}${dice.pick(['-', ' '])}${rest}`, 'landline-country-code', lead);
    }
    case 3:
      return joined([marked(value, `${code} ${rest}`, 'landline-blank'), extension]);
    case 4:
      return joined([marked(value, `${code}-${rest.slice(0, 4)}${dice.pick(['-', ' '])}${rest.slice(4)}`, 'landline-groups'), extension]);
    default:
      return joined([marked(value, `${code}-${rest}`, 'landline-hyphen'), extension]);
  }
}
