/** The same engine that guards the channels, for `weir scan`. */
import { randomBytes } from 'node:crypto';
import { extractSchema, type ExtractConfig } from '../../config/decode-schema.js';
import { loadConfig, reportLines } from '../../config/load.js';
import type { RegistryOptions } from '../../detectors/registry.js';
import { causeCode } from '../errors.js';
import { detectorChecks, engine } from '../engine.js';
import type { LogFields, PartOpener, SpoolFactory } from '../ports.js';
import { opening } from '../wiring/extract.js';
import { CommandFailed } from './outcome.js';
import type { EngineFor } from './scan-file.js';
import { plain } from './terminal-text.js';

/** What of a configuration a scan depends on. */
export interface ScanSettings {
  readonly detectors: RegistryOptions;
  readonly extract: ExtractConfig;
}

/** The settings of a configuration file; throws CommandFailed with every problem of the file, as `config check` names them. */
export function scanSettings(file: string | undefined, env: NodeJS.ProcessEnv): ScanSettings {
  if (file === undefined) return { detectors: { disable: [], keep: {}, patterns: [] }, extract: extractSchema.parse({}) };
  const result = loadConfig(file, env, detectorChecks);
  if (!result.ok) throw new CommandFailed(reportLines(result).map(plain).join('\n'));
  return { detectors: result.config.detectors, extract: result.config.limits.extract };
}

/** Throws DetectorError when a detector does not prove itself. `onFailure` is given the code of what went wrong. */
export function scanEngine({ detectors, extract }: ScanSettings, spools: SpoolFactory, onFailure: (code: string) => void): { readonly engineFor: EngineFor; readonly opener: PartOpener } {
  // Fingerprints are not shown here and must not be comparable between runs.
  const fingerprintKey = randomBytes(32);
  const { inspectors } = engine(detectors, fingerprintKey, (thrown) => onFailure(causeCode(thrown)));
  const log = { error: (event: string, fields?: LogFields) => onFailure(typeof fields?.['code'] === 'string' ? fields['code'] : event) };
  return { engineFor: (onFinding) => inspectors(onFinding), opener: opening({ extract, detectors, fingerprintKey, spools, log }) };
}
