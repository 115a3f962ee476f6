/** Every grouping in which cn-mobile.ts and cn-landline.ts may take a phone number: told as data, so that most figures are ruled out by their groups alone. */
import { SUBSCRIBER_GROUPS } from './cn-landline.js';
import { SELDOM } from './phone-writing.js';

const MOBILE = ['11', '3-4-4', '3-8', '7-4', ...SELDOM];
/** An area code with or without its 0. */
const AREA_SIZES = [2, 3, 4];
const SUBSCRIBER_SIZES = [7, 8];
/** 86 and 0086. */
const CODE_SIZES = [2, 4];

/** More digits in front of the first group. */
function longer(digits: number, grouping: string): string {
  const [first = '', ...rest] = grouping.split('-');
  return [String(Number(first) + digits), ...rest].join('-');
}

const landlines = AREA_SIZES.flatMap((area) => [...[...SUBSCRIBER_GROUPS].map((rest) => `${String(area)}-${rest}`), ...SUBSCRIBER_SIZES.map((size) => String(area + size))]);
/** A trunk 0 is written on to a mobile number. */
const domestic = [...MOBILE, ...MOBILE.map((grouping) => longer(1, grouping)), ...landlines];

export const PHONE_GROUPINGS: ReadonlySet<string> = new Set([...domestic, ...CODE_SIZES.flatMap((size) => domestic.flatMap((grouping) => [longer(size, grouping), `${String(size)}-${grouping}`]))]);
