/** Reads values of a file that may still be wrong, so that all its problems can be told at once. */
import type { Path } from '../problem.js';

export type Group = Readonly<Record<string, unknown>>;

export const group = (value: unknown): Group => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Group) : {});
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
/** A text, or a list of them. */
export const texts = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : list(value).filter((one) => typeof one === 'string'));

export interface RawRoute {
  readonly route: Group;
  readonly path: Path;
}
export const routesOf = (raw: unknown): readonly RawRoute[] => list(group(raw).routes).map((route, index) => ({ route: group(route), path: ['routes', index] }));

export interface RawRule {
  readonly policy: string;
  readonly rule: Group;
  readonly path: Path;
}
export const rulesOf = (raw: unknown): readonly RawRule[] =>
  Object.entries(group(group(raw).policies)).flatMap(([policy, value]) =>
    list(group(value).rules).map((rule, index) => ({ policy, rule: group(rule), path: ['policies', policy, 'rules', index] })),
  );

export interface RawCondition {
  readonly condition: Group;
  readonly path: Path;
}
/** Every condition in a tree of them, the outermost first. */
export function conditionsIn(value: unknown, path: Path): readonly RawCondition[] {
  if (value === undefined) return [];
  const condition = group(value);
  return [
    { condition, path },
    ...['all', 'any'].flatMap((key) => list(condition[key]).flatMap((child, index) => conditionsIn(child, [...path, key, index]))),
    ...conditionsIn(condition.not, [...path, 'not']),
  ];
}
