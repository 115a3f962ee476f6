/** The processes that open files, as the configuration wants them. */
import type { RegistryOptions } from '../../detectors/registry.js';
import type { ExtractConfig } from '../../config/decode-schema.js';
import { extractPool, type ExtractPool } from '../decode/extract/pool.js';
import type { Log, SpoolFactory } from '../ports.js';
import { spawnExtractChild } from './extract-spawn.js';

/** Of a process's memory, what it may keep between one container and the next before it goes to the spool here. */
const KEEPS_SHARE = 0.125;

export interface OpeningOptions {
  readonly extract: ExtractConfig;
  readonly detectors: RegistryOptions;
  readonly fingerprintKey: Uint8Array;
  readonly spools: Pick<SpoolFactory, 'create'>;
  readonly log: Pick<Log, 'error'>;
}

/** A start has other work; the first file rarely comes at once. */
const WARM_AFTER_MS = 5_000;

/** Nothing runs before the first file comes, or a while after `warm` is called. */
export function opening({ extract, detectors, fingerprintKey, spools, log }: OpeningOptions): ExtractPool {
  const { children, waiting, time, memory, depth, members, bytes, ratio, wholeFile } = extract;
  const pool = extractPool({
    spawn: () => spawnExtractChild(memory),
    // Written out: nothing else of the configuration goes over.
    settings: { detectors, fingerprintKey, limits: { depth, members, bytes, ratio, wholeFile }, keeps: Math.floor(memory * KEEPS_SHARE) },
    children, waiting, memory, spools,
    timeMs: time,
    onFailure: (code) => log.error('extract.failed', { code }),
  });
  let warming: NodeJS.Timeout | undefined;
  return {
    ...pool,
    warm() {
      warming ??= setTimeout(() => pool.warm(), WARM_AFTER_MS).unref();
    },
    close() {
      clearTimeout(warming);
      return pool.close();
    },
  };
}
