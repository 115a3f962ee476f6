/** The detection engine put together from its detectors: what channels and `weir scan` both look through. */
import RE2 from 're2';
import { findAllWith } from '../detectors/scan/find.js';
import { patternFinders } from '../detectors/scan/raw-patterns.js';
import { detectorSet } from '../detectors/scan/scan-units.js';
import type { Detector } from '../detectors/contract.js';
import { DetectorError } from '../detectors/detector-error.js';
import { patternDetector, type PatternDefinition } from '../detectors/pattern.js';
import { prove } from '../detectors/prove.js';
import { builtInDetectors, optionalDetectors, registry, type RegistryOptions } from '../detectors/registry.js';
import { inspectorFactory } from './decode/inspector.js';
import { leafFactory } from './detect/leaf.js';
import { tally } from './detect/tally.js';
import type { ScanSettings } from './detect/view-scanner.js';
import type { Finding, InspectorFactory, LeafFactory } from './ports.js';

export interface Engine {
  /** Ids of the detectors in force. */
  readonly detectors: readonly string[];
  /** Names detectors and their data in receipts. */
  readonly version: string;
  /** `onFinding` is told of every finding, however many there are; `tap` listens at the leaves. */
  readonly inspectors: (onFinding?: (finding: Finding) => void, tap?: (leaf: LeafFactory) => LeafFactory) => InspectorFactory;
}

/** What a configuration check may ask of detectors before anything starts. */
export const detectorChecks = {
  detectors: builtInDetectors.map(({ id }) => id),
  optional: optionalDetectors.map(({ id }) => id),
  /** What is wrong with a declared pattern, in a sentence; `undefined` when it compiles and proves itself. */
  checkPattern(definition: PatternDefinition): string | undefined {
    try {
      prove(patternDetector(definition, RE2), findAllWith);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof DetectorError) return thrown.problem;
      throw thrown;
    }
  },
};

const HIDE_ALL = { first: 0, last: 0 };

/** Judges single texts with a leaf that is there already. */
export function textInspectors(leaf: LeafFactory, onFailure: (thrown: unknown) => void): InspectorFactory {
  return inspectorFactory({ leaf, tally, detectors: '', onFailure });
}

/** What reads text, for processes that open files: as `engine` reads it. */
export function leafOf(options: RegistryOptions, key: Uint8Array): LeafFactory {
  return leafFrom(registry(options, { RE2, findAllWith }).detectors, key);
}

function leafFrom(detectors: readonly Detector[], key: Uint8Array): LeafFactory {
  const keeps = new Map(detectors.map((detector) => [detector.id, detector.keep]));
  const set = detectorSet(detectors);
  const finders = patternFinders(set);
  const settings: ScanSettings = {
    set,
    least: finders === undefined ? 0 : Math.min(...set.numbers.map((detector) => detector.least)),
    finders: finders ?? [],
    keepOf: (detector) => keeps.get(detector) ?? HIDE_ALL,
  };
  return leafFactory(settings, key);
}

/** `key` makes fingerprints. Throws DetectorError when a detector does not prove itself: it must not guard anything. */
export function engine(options: RegistryOptions, key: Uint8Array, onFailure: (thrown: unknown) => void): Engine {
  const { detectors, version } = registry(options, { RE2, findAllWith });
  const leaf = leafFrom(detectors, key);
  return {
    detectors: detectors.map(({ id }) => id),
    version,
    inspectors: (onFinding, tap) => inspectorFactory({ leaf: tap?.(leaf) ?? leaf, tally, detectors: version, onFailure, ...(onFinding ? { onFinding } : {}) }),
  };
}
