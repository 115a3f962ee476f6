/** Sound files of every format, damaged at random: readers throw nothing they have no word for, never hang, account for every byte, and what they mask stays masked. Longer with `npm run fuzz`. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fuzz, type FuzzResult } from './run.js';

const SECONDS = 0.2;
const LEAST = 20;

describe('damaged files', () => {
  let result: FuzzResult;
  beforeAll(async () => {
    result = await fuzz({ formats: [], seconds: SECONDS, seed: 1, least: LEAST });
  });

  it('break no law', () => {
    expect(result.faults).toEqual([]);
    expect(result.totals.flatMap(({ format, untidy }) => Object.keys(untidy).map((place) => `${format} ${place}`))).toEqual([]);
  });

  it('are of every format, each of which shows its number before it is damaged', () => {
    expect(result.sound.length).toBeGreaterThan(50);
    expect(result.sound.filter(({ findings, faults }) => findings === 0 || faults.length > 0)).toEqual([]);
    expect(result.totals.filter(({ runs }) => runs < LEAST)).toEqual([]);
  });

  it('are read as far as they can be: numbers are found in some of them, and some are masked', () => {
    const of = (name: string): number => result.totals.filter(({ found }) => found > 0).filter(({ format }) => format === name).length;
    expect(['utf-16', 'eml', 'zip', 'docx', 'tar', 'gz'].filter((name) => of(name) === 0)).toEqual([]);
    expect(result.totals.reduce((sum, { masked }) => sum + masked, 0)).toBeGreaterThan(20);
  });
});
