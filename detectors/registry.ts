/** The detectors in force: built-in ones and those a configuration declares, each proven, with a version for receipts. */
import { createHash } from 'node:crypto';
import { bankCardUnchecked } from './bank-card-unchecked.js';
import { bankCard } from './bank-card.js';
import { cnPhone } from './cn-phone.js';
import { cnResidentId } from './cn-resident-id.js';
import { codeDigest } from './code-digest.js';
import type { Detector } from './contract.js';
import { DATA_VERSION } from './data/version.js';
import { DetectorError } from './detector-error.js';
import { patternDetector, type PatternDefinition, type Re2Constructor } from './pattern.js';
import { prove, type FindAllWith } from './prove.js';

export const builtInDetectors: readonly Detector[] = [cnResidentId, bankCard, cnPhone];
/** In force only where `enable` names them: where they are not, nothing is looked at for their sake. */
export const optionalDetectors: readonly Detector[] = [bankCardUnchecked];

/** The same shape as `detectors` in the configuration file. */
export interface RegistryOptions {
  readonly disable: readonly string[];
  /** Ids of optional detectors. */
  readonly enable?: readonly string[];
  readonly keep: Readonly<Record<string, { readonly first: number; readonly last: number }>>;
  readonly patterns: readonly PatternDefinition[];
}
export interface RegistryTools {
  readonly RE2: Re2Constructor;
  readonly findAllWith: FindAllWith;
  /** Stands for the code of all detectors; by default a digest of it. */
  readonly code?: string;
}
export interface Registry {
  readonly detectors: readonly Detector[];
  /** `<data version>-<8 hex digits over everything that can change a finding>` */
  readonly version: string;
}

/** Throws DetectorError for the first detector that is declared wrongly or does not prove itself. */
export function registry(options: RegistryOptions, tools: RegistryTools): Registry {
  const declared = options.patterns.map((definition) => patternDetector(definition, tools.RE2));
  const all = [...builtInDetectors, ...optionalDetectors, ...declared];
  const enabled = new Set(options.enable);
  const seen = new Set<string>();
  for (const { id } of all) {
    if (seen.has(id)) throw new DetectorError(id, 'this id is taken; give the pattern another one');
    seen.add(id);
  }
  for (const id of [...options.disable, ...Object.keys(options.keep)]) {
    if (!seen.has(id)) throw new DetectorError(id, `no detector has this id; there are ${[...seen].join(', ')}`);
  }
  for (const id of enabled) {
    if (!optionalDetectors.some((one) => one.id === id)) throw new DetectorError(id, `only ${optionalDetectors.map((one) => one.id).join(', ')} can be enabled; the others are in force unless disabled`);
  }
  const detectors = all
    .filter((detector) => !options.disable.includes(detector.id) && (enabled.has(detector.id) || !optionalDetectors.includes(detector)))
    .map((detector): Detector => ({ ...detector, keep: options.keep[detector.id] ?? detector.keep }));
  for (const detector of detectors) prove(detector, tools.findAllWith);
  return { detectors, version: versionOf(detectors, options, tools.code ?? codeDigest()) };
}

function versionOf(detectors: readonly Detector[], options: RegistryOptions, code: string): string {
  const content = JSON.stringify([DATA_VERSION, code, detectors.map(({ id, keep, cases }) => [id, keep, cases]), options.patterns]);
  return `${DATA_VERSION}-${createHash('sha256').update(content).digest('hex').slice(0, 8)}`;
}
