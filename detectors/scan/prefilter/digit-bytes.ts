/** Nibble tables that find the first byte of every digit of two bytes, in GB18030 or a charset like it: a digit is never missed, few other characters are met. */

/** Eight bits in a table's byte: so many sets of characters are told apart. */
const SETS = 8;

interface Cover {
  /** For each of three bytes, which low and which high halves occur. */
  readonly halves: readonly number[];
  readonly cost: number;
}

/** How common characters with this first byte are in text: what is met in vain costs by that. */
type Weights = Float64Array;

/** In GB18030, where A1 and A3 are punctuation and B0 to F7 the usual ideographs. */
function weightInPairs(lead: number): number {
  if (lead === 0xa1 || lead === 0xa3) return 10;
  return lead >= 0xb0 && lead <= 0xf7 ? 1 : lead >= 0x81 ? 0.02 : 0;
}

const weights = (weight: (lead: number) => number): Weights => Float64Array.from({ length: 256 }, (_, lead) => weight(lead));
const IN_PAIRS = weights(weightInPairs);
const BITS = Uint8Array.from({ length: 65536 }, (_, value) => {
  let bits = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) bits++;
  return bits;
});

function costOf(halves: readonly number[], weight: Weights): number {
  const [low0 = 0, high0 = 0, low1 = 0, high1 = 0, low2 = 0, high2 = 0] = halves;
  let leads = 0;
  for (let high = 8; high < 16; high++) {
    if (((high0 >> high) & 1) === 0) continue;
    for (let low = 0; low < 16; low++) if ((low0 >> low) & 1) leads += weight[(high << 4) | low] ?? 0;
  }
  return leads * (BITS[low1] ?? 0) * (BITS[high1] ?? 0) * (BITS[low2] ?? 0) * (BITS[high2] ?? 0);
}

function cover(halves: readonly number[], weight: Weights): Cover {
  return { halves, cost: costOf(halves, weight) };
}

function union(a: Cover, b: Cover, weight: Weights): Cover {
  return cover(a.halves.map((half, i) => half | (b.halves[i] ?? 0)), weight);
}

/** One cover for each first byte and high half of the second: few enough to be joined in no time. */
function coversOf(characters: Iterable<ArrayLike<number>>, weight: Weights): Cover[] {
  const byLead = new Map<number, number[]>();
  for (const bytes of characters) {
    const { 0: first = 0, 1: second = 0, 2: third } = bytes;
    const key = (first << 8) | (second >> 4);
    const halves = byLead.get(key) ?? [1 << (first & 15), 1 << (first >> 4), 0, 1 << (second >> 4), 0, 0];
    halves[2] = (halves[2] ?? 0) | (1 << (second & 15));
    halves[4] = (halves[4] ?? 0) | (third === undefined ? 0xffff : 1 << (third & 15));
    halves[5] = (halves[5] ?? 0) | (third === undefined ? 0xffff : 1 << (third >> 4));
    byLead.set(key, halves);
  }
  return [...byLead.values()].map((halves) => cover(halves, weight));
}

/** Joins whatever costs least until there are no more sets than bits. */
function joined(covers: readonly Cover[], weight: Weights): Cover[] {
  const left = [...covers];
  const price = (a: Cover, b: Cover): number => union(a, b, weight).cost - a.cost - b.cost;
  const prices = left.map((a, i) => left.map((b, j) => (j > i ? price(a, b) : Infinity)));
  while (left.length > SETS) {
    let best = { cost: Infinity, i: 0, j: 1 };
    for (const [i, row] of prices.entries()) for (const [j, cost] of row.entries()) if (cost < best.cost) best = { cost, i, j };
    const { i, j } = best;
    const [a, b] = [left[i], left[j]];
    if (a === undefined || b === undefined) break;
    const both = union(a, b, weight);
    left.splice(j, 1);
    prices.splice(j, 1);
    for (const row of prices) row.splice(j, 1);
    left[i] = both;
    for (const [k, other] of left.entries()) {
      const row = prices[Math.min(i, k)];
      if (k !== i && row !== undefined) row[Math.max(i, k)] = price(both, other);
    }
  }
  return left;
}

/** For characters of two bytes. The tables of a third byte hold nothing more. */
export function pairNibbleTables(pairs: readonly (readonly [lead: number, second: number])[]): Uint8Array {
  return tablesOf(pairs, IN_PAIRS).subarray(0, 64);
}

/** Six tables of 16 bytes: low and high halves of the first, second and third byte. */
function tablesOf(characters: Iterable<ArrayLike<number>>, weight: Weights): Uint8Array {
  const tables = new Uint8Array(96);
  for (const [set, { halves }] of joined(coversOf(characters, weight), weight).entries()) {
    for (const [table, half] of halves.entries()) {
      for (let value = 0; value < 16; value++) if ((half >> value) & 1) tables[table * 16 + value] = (tables[table * 16 + value] ?? 0) | (1 << set);
    }
  }
  return tables;
}
