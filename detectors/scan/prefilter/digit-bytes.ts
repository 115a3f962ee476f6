/** Nibble tables that find the first byte of every digit beyond ASCII in UTF-8: a digit is never missed, few other characters are met. */

/** Eight bits in a table's byte: so many sets of characters are told apart. */
const SETS = 8;

interface Cover {
  /** For each of three bytes, which low and which high halves occur. */
  readonly halves: readonly number[];
  readonly cost: number;
}

/** How common characters with this first byte are: what is met in vain costs by that. */
function weight(high: number, low: number): number {
  const lead = (high << 4) | low;
  if (lead >= 0xe4 && lead <= 0xe9) return 1;
  return lead === 0xe3 || lead === 0xef ? 0.3 : lead === 0xe2 ? 0.2 : lead >= 0xc2 ? 0.02 : 0;
}

const BITS = Uint8Array.from({ length: 65536 }, (_, value) => value.toString(2).replaceAll('0', '').length);

function costOf(halves: readonly number[]): number {
  const [low0 = 0, high0 = 0, low1 = 0, high1 = 0, low2 = 0, high2 = 0] = halves;
  let leads = 0;
  for (let high = 12; high < 16; high++) for (let low = 0; low < 16; low++) if ((high0 >> high) & 1 && (low0 >> low) & 1) leads += weight(high, low);
  return leads * [low1, high1, low2, high2].reduce((product, set) => product * (BITS[set] ?? 0), 1);
}

function cover(halves: readonly number[]): Cover {
  return { halves, cost: costOf(halves) };
}

function union(a: Cover, b: Cover): Cover {
  return cover(a.halves.map((half, i) => half | (b.halves[i] ?? 0)));
}

/** One cover for each pair of first bytes. */
function coversOf(points: Iterable<number>): Cover[] {
  const byPair = new Map<number, number[]>();
  for (const point of points) {
    const bytes = new TextEncoder().encode(String.fromCodePoint(point));
    const [first = 0, second = 0, third] = bytes;
    const halves = byPair.get((first << 8) | second) ?? [1 << (first & 15), 1 << (first >> 4), 1 << (second & 15), 1 << (second >> 4), 0, 0];
    halves[4] = (halves[4] ?? 0) | (third === undefined ? 0xffff : 1 << (third & 15));
    halves[5] = (halves[5] ?? 0) | (third === undefined ? 0xffff : 1 << (third >> 4));
    byPair.set((first << 8) | second, halves);
  }
  return [...byPair.values()].map(cover);
}

/** Joins whatever costs least until there are no more sets than bits. */
function joined(covers: readonly Cover[]): Cover[] {
  const left = [...covers];
  while (left.length > SETS) {
    let best = { cost: Infinity, i: 0, j: 1, both: cover([]) };
    for (let i = 0; i < left.length; i++) {
      for (let j = i + 1; j < left.length; j++) {
        const a = left[i];
        const b = left[j];
        if (a === undefined || b === undefined) continue;
        const both = union(a, b);
        const cost = both.cost - a.cost - b.cost;
        if (cost < best.cost) best = { cost, i, j, both };
      }
    }
    left.splice(best.j, 1);
    left[best.i] = best.both;
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
