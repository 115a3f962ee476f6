/** Every detector that the file names must exist, and every declared pattern must be one that can guard something. */
import { patternDetectorSchema, type PatternDetectorConfig } from '../schema.js';
import { doubtful, wrong, type Complaint, type Path } from '../problem.js';
import { hint } from '../spelling.js';
import { conditionsIn, group, list, rulesOf, text, texts } from './raw.js';

export interface DetectorChecks {
  /** Ids of the built-in detectors. */
  readonly detectors: readonly string[];
  /** Ids of those that come with Weir and are off unless `enable` names them. */
  readonly optional?: readonly string[];
  /** What is wrong with a declared pattern: RE2, finite length, its cases. */
  readonly checkPattern?: (declared: PatternDetectorConfig) => string | undefined;
}

export function checkDetectors(value: unknown, checks: DetectorChecks): readonly Complaint[] {
  const raw = group(value);
  const own = group(raw.detectors);
  const declared = list(own.patterns).map((pattern) => text(group(pattern).id));
  const optional = checks.optional ?? [];
  const shipped = [...checks.detectors, ...optional];
  const known = [...shipped, ...declared.filter((id) => id !== undefined)];
  const disabled = new Set(texts(own.disable));
  const enabled = new Set(texts(own.enable));
  const found: Complaint[] = [];
  const ask = (id: unknown, path: Path, key = false): void => {
    if (typeof id !== 'string' || known.includes(id)) return;
    found.push({ ...wrong(path, `there is no detector "${id}"${hint(id, known)}`), key });
  };

  declared.forEach((id, index) => {
    const path = ['detectors', 'patterns', index];
    if (id !== undefined && known.indexOf(id) !== shipped.length + declared.slice(0, index).filter((one) => one !== undefined).length) {
      found.push(wrong([...path, 'id'], `a detector "${id}" exists already`, `id: ${id}-2`));
    }
    // A pattern with problems of form has been told of; only a whole one can be tried.
    const parsed = patternDetectorSchema.safeParse(list(own.patterns)[index]);
    const problem = parsed.success ? checks.checkPattern?.(parsed.data) : undefined;
    if (problem !== undefined) found.push(wrong([...path, 'pattern'], problem));
  });
  list(own.disable).forEach((id, index) => ask(id, ['detectors', 'disable', index]));
  list(own.enable).forEach((id, index) => {
    const path = ['detectors', 'enable', index];
    if (typeof id !== 'string' || optional.includes(id)) return;
    if (known.includes(id)) found.push(wrong(path, `the detector "${id}" is in force unless disabled; only ${optional.join(', ')} can be enabled`, `enable: [${optional.join(', ')}]`));
    else found.push(wrong(path, `there is no detector "${id}"${hint(id, optional)}`));
  });
  for (const id of Object.keys(group(own.keep))) ask(id, ['detectors', 'keep', id], true);
  for (const [grade, ids] of Object.entries(group(raw.grades))) list(ids).forEach((id, index) => ask(id, ['grades', grade, index]));

  const grades = raw.grades === undefined ? new Set(['C2']) : new Set(Object.entries(group(raw.grades)).filter(([, ids]) => list(ids).length > 0).map(([grade]) => grade));
  for (const { rule, path } of rulesOf(raw)) {
    for (const { condition, path: at } of conditionsIn(rule.when, [...path, 'when'])) {
      const selector = group(condition.found);
      list(selector.of).forEach((id, index) => {
        const place = [...at, 'found', 'of', index];
        ask(id, place);
        if (typeof id === 'string' && disabled.has(id)) found.push(doubtful(place, `the detector "${id}" is disabled, so it never finds anything`, 'disable: []'));
        if (typeof id === 'string' && optional.includes(id) && !enabled.has(id)) found.push(doubtful(place, `the detector "${id}" is off, so it never finds anything`, `detectors: { enable: [${id}] }`));
      });
      list(selector.grade).forEach((grade, index) => {
        if (typeof grade === 'string' && !grades.has(grade)) found.push(doubtful([...at, 'found', 'grade', index], `no detector has the grade ${grade}, so this never matches`, `grades: { ${grade}: [bank-card] }`));
      });
    }
  }
  return found;
}
