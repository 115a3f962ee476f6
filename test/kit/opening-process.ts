/** A real process that opens files, for a suite: what it finds in a file of one format, what it could not read, and the file written anew with all of it masked. */
import { afterAll, beforeAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spoolFactory } from '../../gateway/body/spool.js';
import { EXTRACT_LIMITS } from '../../gateway/decode/extract/limits.js';
import { extractPool, type ExtractPool } from '../../gateway/decode/extract/pool.js';
import { spawnExtractChild } from '../../gateway/wiring/extract-spawn.js';
import { childPart, told } from './containers.js';
import { PATIENCE_MS } from './patience.js';
import { EXTRACT } from './program.js';
import { collected, memorySource } from './zip.js';

const MEMORY = 512 * 2 ** 20;

export interface Seen {
  /** `detector maskable` of each finding. */
  readonly found: readonly string[];
  readonly reasons: readonly string[];
  readonly masked: Buffer | undefined;
}

/** Runs from the suite's first test to its last. */
export function openingProcess(): (format: string, bytes: Uint8Array) => Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-opening-'));
  let pool: ExtractPool;
  beforeAll(() => {
    pool = extractPool({
      spawn: () => spawnExtractChild(MEMORY, EXTRACT),
      settings: { detectors: { disable: [], keep: {}, patterns: [] }, fingerprintKey: Buffer.from('test key'), limits: EXTRACT_LIMITS, keeps: 2 ** 20 },
      children: 1, waiting: 10, timeMs: PATIENCE_MS, memory: MEMORY, spools: spoolFactory({ dir: folder }),
      onFailure: () => undefined,
    });
  });
  afterAll(async () => {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return async (format, bytes) => {
    const { sink, findings, unscannable } = told();
    const part = await pool.open(childPart(format), memorySource(bytes), sink);
    const pieces = await part.rewrite?.(() => true);
    const masked = pieces === undefined ? undefined : await collected(pieces);
    await part.close();
    return { masked, found: findings.map(({ detector, maskable }) => `${detector} ${maskable}`), reasons: unscannable.map(({ reason }) => reason) };
  };
}
