/** Which units of a match a mask covers, and the masked form of a value that people may see. */
import type { Match } from './settle.js';
import { star } from './characters.js';
import type { Poke } from './scan-units.js';

/** What stays readable at both ends of a value. */
export interface Keep {
  readonly first: number;
  readonly last: number;
}

/** Places of a value that are covered: all but `keep`; a value too short to keep that much is covered whole. */
export function covered(length: number, keep: Keep): readonly [from: number, to: number] {
  return keep.first + keep.last >= length ? [0, length] : [keep.first, length - keep.last];
}

/** Stars over a match, each as wide as what it covers; separators stay. */
export function stars(match: Match, units: Uint16Array, keep: Keep): Poke[] {
  const [from, to] = covered(match.places.length, keep);
  return match.places.slice(from, to).map((at) => ({ at, unit: star(units[at] ?? 0) }));
}

/** For a number that syntax cannot quote: first digit 1, the rest 0, nothing kept (HC 8). */
export function oneAndZeros(match: Match): Poke[] {
  return match.places.map((at, index) => ({ at, unit: index === 0 ? 0x31 : 0x30 }));
}

/** `1****************X`: for people, logs excepted. */
export function preview(value: string, keep: Keep): string {
  const [from, to] = covered(value.length, keep);
  return value.slice(0, from) + '*'.repeat(to - from) + value.slice(to);
}
