/** Nibble tables that find the first byte of every digit beyond ASCII in UTF-8: a digit is never missed, few other characters are met. */

/** Eight bits in a table's byte: so many sets of characters are told apart. */
const SETS = 8;

interface Cover {
  /** For each of three bytes, which low and which high halves occur. */
  readonly halves: readonly number[];
  readonly cost: number;
}

/** How common characters with this first byte are in text: what is met in vain costs by that. Few of E3 and EF are in use, all the time. */
function weight(lead: number): number {
  if (lead === 0xe3 || lead === 0xef) return 20;
  if (lead >= 0xe4 && lead <= 0xe9) return 1;
  return lead === 0xe2 ? 0.5 : lead >= 0xc2 ? 0.02 : 0;
}

const WEIGHTS = Float64Array.from({ length: 256 }, (_, lead) => weight(lead));
const BITS = Uint8Array.from({ length: 65536 }, (_, value) => {
  let bits = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) bits++;
  return bits;
});

function costOf(halves: readonly number[]): number {
  const [low0 = 0, high0 = 0, low1 = 0, high1 = 0, low2 = 0, high2 = 0] = halves;
  let leads = 0;
  for (let high = 12; high < 16; high++) {
    if (((high0 >> high) & 1) === 0) continue;
    for (let low = 0; low < 16; low++) if ((low0 >> low) & 1) leads += WEIGHTS[(high << 4) | low] ?? 0;
  }
  return leads * (BITS[low1] ?? 0) * (BITS[high1] ?? 0) * (BITS[low2] ?? 0) * (BITS[high2] ?? 0);
}

function cover(halves: readonly number[]): Cover {
  return { halves, cost: costOf(halves) };
}

function union(a: Cover, b: Cover): Cover {
  return cover(a.halves.map((half, i) => half | (b.halves[i] ?? 0)));
}

/** One cover for each first byte and high half of the second: few enough to be joined in no time. */
function coversOf(points: Iterable<number>): Cover[] {
  const byLead = new Map<number, number[]>();
  for (const point of points) {
    const bytes = new TextEncoder().encode(String.fromCodePoint(point));
    const [first = 0, second = 0, third] = bytes;
    const key = (first << 8) | (second >> 4);
    const halves = byLead.get(key) ?? [1 << (first & 15), 1 << (first >> 4), 0, 1 << (second >> 4), 0, 0];
    halves[2] = (halves[2] ?? 0) | (1 << (second & 15));
    halves[4] = (halves[4] ?? 0) | (third === undefined ? 0xffff : 1 << (third & 15));
    halves[5] = (halves[5] ?? 0) | (third === undefined ? 0xffff : 1 << (third >> 4));
    byLead.set(key, halves);
  }
  return [...byLead.values()].map(cover);
}

/** Joins whatever costs least until there are no more sets than bits. */
function joined(covers: readonly Cover[]): Cover[] {
  const left = [...covers];
  const price = (a: Cover, b: Cover): number => union(a, b).cost - a.cost - b.cost;
  const prices = left.map((a, i) => left.map((b, j) => (j > i ? price(a, b) : Infinity)));
  while (left.length > SETS) {
    let best = { cost: Infinity, i: 0, j: 1 };
    for (const [i, row] of prices.entries()) for (const [j, cost] of row.entries()) if (cost < best.cost) best = { cost, i, j };
    const { i, j } = best;
    const [a, b] = [left[i], left[j]];
    if (a === undefined || b === undefined) break;
    const both = union(a, b);
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

/** Six tables of 16 bytes: low and high halves of the first, second and third byte. */
export function nibbleTables(points: Iterable<number>): Uint8Array {
  const tables = new Uint8Array(96);
  for (const [set, { halves }] of joined(coversOf(points)).entries()) {
    for (const [table, half] of halves.entries()) {
      for (let value = 0; value < 16; value++) if ((half >> value) & 1) tables[table * 16 + value] = (tables[table * 16 + value] ?? 0) | (1 << set);
    }
  }
  return tables;
}
