/** How long a held message is kept: by its policy, or by the highest grade that was found in it. */
import type { Config, Grade } from '../../config/schema.js';

/** From the least to the most sensitive: of several grades in one message the last decides. */
const GRADES = ['C1', 'general', 'C2', 'important', 'C3', 'core'] as const satisfies readonly Grade[];
/** A route that policy no longer knows. */
const USUAL_MS = 30 * 86_400_000;

export type RetentionSettings = Pick<Config, 'routes' | 'policies' | 'grades'>;

export function retentionFor({ routes, policies, grades }: RetentionSettings, routeId: string, detectors: readonly string[]): number {
  const name = routes.find(({ id }) => id === routeId)?.policy;
  const policy = name === undefined ? undefined : policies[name];
  if (policy === undefined) return USUAL_MS;
  const ofGrade = GRADES.findLast((grade) => policy.retentionByGrade[grade] !== undefined && (grades[grade] ?? []).some((id) => detectors.includes(id)));
  return (ofGrade === undefined ? undefined : policy.retentionByGrade[ofGrade]) ?? policy.retention;
}
