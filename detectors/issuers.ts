/** What the first digits and the length of a number say of the card it may be. */
import type { Shape } from './contract.js';
import { BINS } from './data/bins.js';
import { ISSUER_RANGES } from './data/iins.js';
import { TEST_CARDS } from './data/test-cards.js';

/** A prefix of three digits is too short to tell a card from any other number; with four it is as good as UnionPay's whole range. */
const LEAST_PREFIX = 4;
const BANK_PREFIX = 5;

const unionPayBins = new Map<number, ReadonlySet<string>>();
const otherBins = new Map<number, ReadonlySet<string>>();
for (const [length, { after62, others }] of Object.entries(BINS)) {
  unionPayBins.set(Number(length), new Set((after62.match(/.{4}/g) ?? []).map((four) => `62${four}`)));
  otherBins.set(Number(length), new Set(others.split(' ').filter((prefix) => prefix.length >= LEAST_PREFIX)));
}

/**
 * `known`: a bank's own prefix of this length; `national`: UnionPay's range at a length in use, where banks not in the table begin too;
 * `usual`: another network uses this length every day; `rare`: it exists.
 */
export type Trust = 'known' | 'national' | 'usual' | 'rare';
export interface Issuer {
  readonly network: string;
  readonly trust: Trust;
}

export function issuerOf(digits: string): Issuer | undefined {
  const length = digits.length;
  if (unionPayBins.get(length)?.has(digits.slice(0, 6)) === true) return { network: 'unionpay', trust: 'known' };
  const six = Number(digits.slice(0, 6));
  const range = ISSUER_RANGES.find((one) => six >= one.from && six <= one.to && (one.usual.includes(length) || one.rare.includes(length)));
  const prefixes = otherBins.get(length);
  for (let size = 9; prefixes !== undefined && size >= LEAST_PREFIX; size--) {
    if (prefixes.has(digits.slice(0, size))) return { network: range?.network ?? 'domestic', trust: size >= BANK_PREFIX ? 'known' : 'national' };
  }
  if (range === undefined) return undefined;
  if (!range.usual.includes(length)) return { network: range.network, trust: 'rare' };
  return { network: range.network, trust: range.network === 'unionpay' ? 'national' : 'usual' };
}

/** Digits of the starts that shapes name: enough to tell nine numbers of ten from cards. */
const START = 4;

/** A cell of a list with more digits is a number of its own. */
const LONGEST_CELL = 10;

/** One line end may cut a number; where more do, only a bank's own prefix or a published number makes up for groups that nobody writes (card-evidence.ts). */
const LINE_ENDS = 1;
/** All line ends in a number may be those of cut groups. */
const ANY_LINE_ENDS = 18;

/** Shapes by sets of starts: what issuerOf takes, rounded up to whole starts of at most four digits. `usual`: how cards are written. */
export function cardShapes(usual: ReadonlySet<string>): Shape[] {
  const groupings = { usual: new Set([...usual, ...LENGTHS.map(String)]), joins: ANY_LINE_ENDS, lineEnds: LINE_ENDS };
  return [
    ...shapesOf(LENGTHS, isTrusted),
    ...shapesOf(LENGTHS.filter((length) => length < BEYOND_FLOAT), isOther).map((shape) => ({ ...shape, groupings, fraction: LINE_ENDS + 1 })),
    ...shapesOf(LENGTHS.filter((length) => length >= BEYOND_FLOAT), isOther).map((shape) => ({ ...shape, groupings })),
  ];
}

/** No floating-point number has so many digits: `1.6222…` is an item of a list. */
export const BEYOND_FLOAT = 18;
const LENGTHS = [13, 14, 15, 16, 17, 18, 19];

function shapesOf(lengths: readonly number[], takes: (start: string, length: number) => boolean): Shape[] {
  const lengthsOf = new Map<string, number[]>();
  for (const length of lengths) {
    const starts = shortest(new Set([...startsOf(length)].filter((start) => takes(start, length)))).join(' ');
    if (starts !== '') lengthsOf.set(starts, [...(lengthsOf.get(starts) ?? []), length]);
  }
  return [...lengthsOf].map(([starts, lengths]) => ({ lengths, starts: starts.split(' '), checksum: 'luhn', cell: LONGEST_CELL }));
}

const isOther = (start: string, length: number): boolean => !isTrusted(start, length);

/** By length: starts of banks' own prefixes and of published test numbers. */
const trusted = new Map<number, Set<string>>();

/** Is a number with this start perhaps of a `known` issuer, or a test number? */
function isTrusted(start: string, length: number): boolean {
  let known = trusted.get(length);
  if (known === undefined) {
    const prefixes = [...(unionPayBins.get(length) ?? []), ...[...(otherBins.get(length) ?? [])].filter((prefix) => prefix.length >= BANK_PREFIX)];
    const published = [...TEST_CARDS].filter((card) => card.length === length);
    trusted.set(length, (known = new Set([...prefixes, ...published].map((one) => one.slice(0, START)))));
  }
  return known.has(start);
}

function startsOf(length: number): Set<string> {
  const starts = new Set<string>();
  for (const { from, to, usual, rare } of ISSUER_RANGES) {
    if (!usual.includes(length) && !rare.includes(length)) continue;
    for (let four = Math.floor(from / 100); four <= Math.floor(to / 100); four++) starts.add(String(four).padStart(START, '0'));
  }
  for (const prefix of [...(unionPayBins.get(length) ?? []), ...(otherBins.get(length) ?? [])]) starts.add(prefix.slice(0, START));
  return starts;
}

/** Ten starts that differ in their last digit only become one. */
function shortest(starts: ReadonlySet<string>): string[] {
  let current = new Set(starts);
  for (let size = START; size > 1; size--) {
    const counts = new Map<string, number>();
    for (const start of current) if (start.length === size) counts.set(start.slice(0, -1), (counts.get(start.slice(0, -1)) ?? 0) + 1);
    current = new Set([...current].map((start) => (start.length === size && counts.get(start.slice(0, -1)) === 10 ? start.slice(0, -1) : start)));
  }
  return [...current].sort();
}
