/** The same engine that guards the channels, for `weir scan`. */
import { randomBytes } from 'node:crypto';
import { loadConfig, reportLines } from '../../config/load.js';
import type { RegistryOptions } from '../../detectors/registry.js';
import { detectorChecks, engine } from '../engine.js';
import { CommandFailed } from './outcome.js';
import type { EngineFor } from './scan-file.js';
import { plain } from './terminal-text.js';

/** The detectors of a configuration file; throws CommandFailed with every problem of the file, as `config check` names them. */
export function detectorsOf(file: string | undefined, env: NodeJS.ProcessEnv): RegistryOptions {
  if (file === undefined) return { disable: [], keep: {}, patterns: [] };
  const result = loadConfig(file, env, detectorChecks);
  if (!result.ok) throw new CommandFailed(reportLines(result).map(plain).join('\n'));
  return result.config.detectors;
}

/** Throws DetectorError when a detector does not prove itself. */
export function scanEngine(onFailure: (thrown: unknown) => void, options: RegistryOptions): EngineFor {
  // Fingerprints are not shown here and must not be comparable between runs.
  const { inspectors } = engine(options, randomBytes(32), onFailure);
  return (onFinding) => inspectors(onFinding);
}
