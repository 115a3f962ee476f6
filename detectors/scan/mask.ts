/** Which units of a match a mask covers, and the masked form of a value that people may see. */
import type { Match } from './settle.js';
import { star } from './characters.js';

/** What stays readable at both ends of a value. */
export interface Keep {
  readonly first: number;
  readonly last: number;
}

/** Places of a value that are covered: all but `keep`; a value too short to keep that much is covered whole. */
export function covered(length: number, keep: Keep): readonly [from: number, to: number] {
  const from = coveredFrom(length, keep);
  return [from, coveredTo(length, keep)];
}
export function coveredFrom(length: number, { first, last }: Keep): number {
  return first + last >= length ? 0 : first;
}
export function coveredTo(length: number, { first, last }: Keep): number {
  return first + last >= length ? length : length - last;
}

const STAR = 0x2a;

/** Writes stars over a match, each as wide as what it covers; separators stay. `fill` stands for the narrow one. True when that changed anything. */
export function writeStars({ places }: Match, units: Uint16Array, keep: Keep, fill = STAR): boolean {
  let changed = false;
  const to = coveredTo(places.length, keep);
  for (let index = coveredFrom(places.length, keep); index < to; index++) {
    const at = places[index] ?? 0;
    const before = units[at] ?? 0;
    const wide = star(before);
    const unit = wide === STAR ? fill : wide;
    if (unit === before) continue;
    units[at] = unit;
    changed = true;
  }
  return changed;
}

/** For a number that syntax cannot quote: first digit 1, the rest 0, nothing kept (HC 8). True when that changed anything. */
export function writeOneAndZeros({ places }: Match, units: Uint16Array): boolean {
  let changed = false;
  places.forEach((at, index) => {
    const unit = index === 0 ? 0x31 : 0x30;
    changed ||= units[at] !== unit;
    units[at] = unit;
  });
  return changed;
}

/** What such a mask has left, or a number that tells as little. */
export function isOneAndZeros({ places }: Match, units: Uint16Array): boolean {
  return places.every((at, index) => units[at] === (index === 0 ? 0x31 : 0x30));
}

const ROWS_OF_STARS = Array.from({ length: 64 }, (_, length) => '*'.repeat(length));

/** `1****************X`: for people, logs excepted. */
export function preview(value: string, keep: Keep): string {
  const from = coveredFrom(value.length, keep);
  const to = coveredTo(value.length, keep);
  return value.slice(0, from) + (ROWS_OF_STARS[to - from] ?? '*'.repeat(to - from)) + value.slice(to);
}
