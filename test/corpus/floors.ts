/** What accuracy may not fall below: floors.json says it, and it only ever goes up (ceilings down). */
import { readFileSync, writeFileSync } from 'node:fs';
import type { DetectorId } from './piece.js';
import { countOf, DETECTORS, ratesOf, type Cut, type Part, type Score } from './score.js';

const BYTES_PER_MB = 1e6;
const FILE = new URL('./floors.json', import.meta.url);
const NOTE = 'These figures only ever go up (perMegabyte: down). npm run accuracy -- --raise-floors sets each just below what is reached, never lower than it was.';

export interface Floor {
  readonly part: Part;
  readonly detector: DetectorId;
  readonly cut: Cut;
  /** Shares of 1. */
  readonly precision?: number;
  readonly recall?: number;
  /** False findings per MB: a ceiling. */
  readonly perMegabyte?: number;
}

/** `whole`: of `npm run accuracy -- --check`; `sample`: of the unit test. */
export interface Floors {
  readonly whole: readonly Floor[];
  readonly sample: readonly Floor[];
}

/** Between what is reached and the floor, so that a few numbers more or less do not stop work: this share, and at least so many numbers. */
const MARGIN = 0.003;
const LEAST_MARGIN = 2;
/** The same for false findings in benign text; where an ID was never found, none may be. */
const CEILING_MARGIN = 0.1;
/** Which figures are kept from falling. */
const KEPT: readonly (readonly [part: Part, cut: Cut, figures: readonly ('precision' | 'recall' | 'perMegabyte')[]])[] = [
  ['ordinary', 0, ['recall']],
  ['ordinary', 0.7, ['precision', 'recall']],
  ['ordinary', 0.9, ['precision']],
  ['disguised', 0.7, ['precision', 'recall']],
  ['benign', 0.7, ['perMegabyte']],
  ['benign', 0.9, ['perMegabyte']],
];

export function floors(): Floors {
  const { whole, sample } = JSON.parse(readFileSync(FILE, 'utf8')) as Floors;
  return { whole, sample };
}

/** What the score falls short of, one sentence each. */
export function shortfalls(score: Score, kept: readonly Floor[]): string[] {
  return kept.flatMap(({ part, detector, cut, ...floor }) => {
    const reached = figuresOf(score, part, detector, cut);
    const where = `${detector} from ${cut} in ${part} text`;
    return [
      ...(floor.precision !== undefined && reached.precision < floor.precision ? [`${where}: precision ${reached.precision.toFixed(4)} is below ${floor.precision}`] : []),
      ...(floor.recall !== undefined && reached.recall < floor.recall ? [`${where}: recall ${reached.recall.toFixed(4)} is below ${floor.recall}`] : []),
      ...(floor.perMegabyte !== undefined && reached.perMegabyte > floor.perMegabyte ? [`${where}: ${reached.perMegabyte.toFixed(2)} false findings per MB are above ${floor.perMegabyte}`] : []),
    ];
  });
}

/** Floors just below what is reached, and never below the old ones. */
export function raised(score: Score, old: readonly Floor[]): Floor[] {
  return KEPT.flatMap(([part, cut, figures]) =>
    DETECTORS.map((detector): Floor => {
      const { right, wrong, labelled } = countOf(score.types, part, detector, cut);
      const share = (all: number): number => right / all - Math.max(MARGIN, LEAST_MARGIN / all);
      const spare = detector === 'cn.resident-id' && wrong === 0 ? 0 : Math.max(CEILING_MARGIN * wrong, LEAST_MARGIN);
      const before = old.find((floor) => floor.part === part && floor.cut === cut && floor.detector === detector);
      return {
        part,
        detector,
        cut,
        ...(figures.includes('precision') ? { precision: higher(share(right + wrong), before?.precision) } : {}),
        ...(figures.includes('recall') ? { recall: higher(share(labelled), before?.recall) } : {}),
        ...(figures.includes('perMegabyte') ? { perMegabyte: lower((wrong + spare) / (score.bytes[part] / BYTES_PER_MB), before?.perMegabyte) } : {}),
      };
    }),
  );
}

export function keepFloors({ whole, sample }: Floors): void {
  const lines = (kept: readonly Floor[]): string => kept.map((floor) => `    { ${Object.entries(floor).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(', ')} }`).join(',\n');
  writeFileSync(FILE, `{\n  "note": ${JSON.stringify(NOTE)},\n  "whole": [\n${lines(whole)}\n  ],\n  "sample": [\n${lines(sample)}\n  ]\n}\n`);
}

function figuresOf(score: Score, part: Part, detector: DetectorId, cut: Cut): { readonly precision: number; readonly recall: number; readonly perMegabyte: number } {
  const count = countOf(score.types, part, detector, cut);
  return { ...ratesOf(count), perMegabyte: count.wrong / (score.bytes[part] / BYTES_PER_MB) };
}

function higher(reached: number, before = 0): number {
  return Math.max(Math.floor(reached * 1000) / 1000, before);
}

function lower(reached: number, before = Infinity): number {
  return Math.min(Math.ceil(reached * 10) / 10, before);
}
