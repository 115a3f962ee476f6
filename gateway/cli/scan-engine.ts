/** The same engine that guards the channels, put together for `weir scan`. */
import { randomBytes } from 'node:crypto';
import RE2 from 're2';
import { findAllWith } from '../../detectors/scan/find.js';
import { detectorSet } from '../../detectors/scan/scan-units.js';
import { registry, type RegistryOptions } from '../../detectors/registry.js';
import { inspectorFactory } from '../decode/inspector.js';
import { leafFactory } from '../detect/leaf.js';
import { tally } from '../detect/tally.js';
import type { ScanSettings } from '../detect/view-scanner.js';
import type { EngineFor } from './scan-file.js';

const BUILT_IN: RegistryOptions = { disable: [], keep: {}, patterns: [] };
const HIDE_ALL = { first: 0, last: 0 };

/** Throws DetectorError when a detector does not prove itself. */
export function scanEngine(onFailure: (thrown: unknown) => void, options: RegistryOptions = BUILT_IN): EngineFor {
  const { detectors, version } = registry(options, { RE2, findAllWith });
  const keeps = new Map(detectors.map((detector) => [detector.id, detector.keep]));
  const numbers = detectors.filter((detector) => detector.kind === 'number');
  const settings: ScanSettings = {
    set: detectorSet(detectors),
    least: numbers.length === detectors.length ? Math.min(...numbers.map((detector) => detector.least)) : 0,
    keepOf: (detector) => keeps.get(detector) ?? HIDE_ALL,
  };
  // Fingerprints are not shown here and must not be comparable between runs.
  const leaf = leafFactory(settings, randomBytes(32));
  return (onFinding) => inspectorFactory({ leaf, tally, detectors: version, onFailure, onFinding });
}
