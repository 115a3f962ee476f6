/** Seeded choices: the same seed gives the same corpus on every machine. */
import { randomBelow } from '../kit/numbers.js';

export interface Dice {
  below(limit: number): number;
  /** Both ends included. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  digits(count: number): string;
  hex(count: number): string;
}

export function diceOf(seed: number): Dice {
  const below = randomBelow(seed);
  const letters = (alphabet: string, count: number): string => Array.from({ length: count }, () => alphabet.charAt(below(alphabet.length))).join('');
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (share) => below(1_000_000) < share * 1_000_000,
    pick: <T>(list: readonly T[]): T => {
      const at = below(list.length);
      const chosen = list[at];
      if (chosen === undefined && at >= list.length) throw new RangeError('nothing to pick from');
      return chosen as T;
    },
    digits: (count) => letters('0123456789', count),
    hex: (count) => letters('0123456789abcdef', count),
  };
}

/** A seed of its own for each document, so that a new host or a longer corpus changes no other document (FNV-1a). */
export function seedOf(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
