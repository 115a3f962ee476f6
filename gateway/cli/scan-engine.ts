/** The same engine that guards the channels, for `weir scan`. */
import { randomBytes } from 'node:crypto';
import type { RegistryOptions } from '../../detectors/registry.js';
import { engine } from '../engine.js';
import type { EngineFor } from './scan-file.js';

const BUILT_IN: RegistryOptions = { disable: [], keep: {}, patterns: [] };

/** Throws DetectorError when a detector does not prove itself. */
export function scanEngine(onFailure: (thrown: unknown) => void, options: RegistryOptions = BUILT_IN): EngineFor {
  // Fingerprints are not shown here and must not be comparable between runs.
  const { inspectors } = engine(options, randomBytes(32), onFailure);
  return (onFinding) => inspectors(onFinding);
}
