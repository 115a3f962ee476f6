/** Whose number it is: the country code in front of a phone number, inside the candidate or in the text before it. */
import type { Candidate } from './contract.js';

/** `china`: +86 or 0086; `perhaps`: a bare 86, which may be any number's; `foreign`: another country's code; `none`: nothing that looks like one. */
export type Country = 'china' | 'perhaps' | 'foreign' | 'none';

/** The number without its country code: where it begins, its groups and its gaps. */
export interface Domestic {
  readonly country: Country;
  readonly from: number;
  readonly digits: string;
  readonly groups: readonly number[];
  readonly gaps: readonly string[];
  /** A hyphen parts the code from the rest: `86-371-…`. */
  readonly codeApart: boolean;
  /** Digits of the whole candidate that are numerals. */
  readonly numerals: number;
}

/** `+`, a code, and at most a few characters more: a plus further away belongs to an earlier number. A plus after a letter is a blank of a form, or arithmetic. */
const PLUS_CODE = /(?<![A-Za-z0-9*])\+\(?([0-9*][0-9* ().-]{0,9})?$/;
/** A plus that joins: `张三+138…`. After a phone's own label it is dialled. */
const JOINING_PLUS = /(?<=\p{Script=Han})(?<!电话|電話|手机|手機|号码|號碼|联系|方式|传真|傳真|致电)\+$/u;
const BEFORE_86 = /(?<![0-9A-Za-z*+])(00)?\(?86\)?[ -]{0,3}$/;
const FOREIGN_00 = /(?<![0-9A-Za-z*+])00(?!86)[1-9][0-9]{0,2}[ ().-]{1,3}$/;

/** Every way to read the candidate as a domestic number; a code inside it is taken off. */
export function domesticOf(candidate: Candidate, left: string): Domestic {
  const { digits, groups, gaps, numerals } = candidate;
  const [first = 0] = groups;
  const before = countryBefore(left, digits);
  for (const code of ['0086', '86']) {
    if (!digits.startsWith(code) || first < code.length) continue;
    // `+` and then no 86 is foreign; with 86 it is the code itself.
    if (before === 'foreign' && !/\+\(?$/.test(left)) break;
    const rest = first === code.length ? groups.slice(1) : [first - code.length, ...groups.slice(1)];
    return { country: code === '0086' || before !== 'none' ? 'china' : 'perhaps', from: code.length, digits: digits.slice(code.length), groups: rest, gaps: first === code.length ? gaps.slice(1) : gaps, codeApart: first === code.length && /^[-–—]$/.test(gaps[0] ?? ''), numerals };
  }
  return { country: before, from: 0, digits, groups, gaps, codeApart: false, numerals };
}

/** What stands further left is no code of this number. */
const REACH = 16;

function countryBefore(left: string, digits: string): Country {
  const near = left.slice(-REACH);
  const plus = near.includes('+') ? PLUS_CODE.exec(near) : null;
  if (plus !== null) {
    const code = (plus[1] ?? '').replace(/[^0-9*]/g, '');
    if (code === '' && digits.length === 11 && JOINING_PLUS.test(left)) return 'none';
    return code === '86' || code === '860' ? 'china' : 'foreign';
  }
  const bare = near.includes('86') ? BEFORE_86.exec(near) : null;
  if (bare !== null) return bare[1] === undefined ? 'perhaps' : 'china';
  return near.includes('00') && FOREIGN_00.test(near) ? 'foreign' : 'none';
}
