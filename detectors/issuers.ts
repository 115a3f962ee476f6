/** What the first digits and the length of a number say of the card it may be. */
import { BINS } from './data/bins.js';
import { ISSUER_RANGES } from './data/iins.js';

/** A prefix of three digits is too short to tell a card from any other number. */
const LEAST_PREFIX = 4;

const unionPayBins = new Map<number, ReadonlySet<string>>();
const otherBins = new Map<number, ReadonlySet<string>>();
for (const [length, { after62, others }] of Object.entries(BINS)) {
  unionPayBins.set(Number(length), new Set((after62.match(/.{4}/g) ?? []).map((four) => `62${four}`)));
  otherBins.set(Number(length), new Set(others.split(' ').filter((prefix) => prefix.length >= LEAST_PREFIX)));
}

/** `known`: a bank's own prefix of this length; `usual`: the network uses this length every day; `rare`: it exists. */
export type Issuer = { readonly network: string; readonly trust: 'known' | 'usual' | 'rare' };

export function issuerOf(digits: string): Issuer | undefined {
  const length = digits.length;
  if (unionPayBins.get(length)?.has(digits.slice(0, 6)) === true) return { network: 'unionpay', trust: 'known' };
  const six = Number(digits.slice(0, 6));
  const range = ISSUER_RANGES.find((one) => six >= one.from && six <= one.to && (one.usual.includes(length) || one.rare.includes(length)));
  if (range?.usual.includes(length) === true) return { network: range.network, trust: 'usual' };
  const prefixes = otherBins.get(length);
  for (let size = LEAST_PREFIX; prefixes !== undefined && size <= 9; size++) {
    if (prefixes.has(digits.slice(0, size))) return { network: range?.network ?? 'domestic', trust: 'usual' };
  }
  return range === undefined ? undefined : { network: range.network, trust: 'rare' };
}
