/** Conditions, compiled: negations pushed down to the leaves, so that everything above a leaf can only grow truer with its leaves. */
import type { Condition, FindingSelector, Grade } from '../../config/schema.js';
import type { Facts, Finding, UnscannableReason } from '../ports.js';
import { factsTest, type FactsTest } from './facts.js';
import type { WhoseIs } from './whose.js';

/** What a selector looks at: a class of findings or one finding. */
export interface Kind {
  readonly detector: string;
  readonly confidence: number;
  readonly tags: readonly string[];
  readonly where: 'head' | 'body';
}

export interface FoundLeaf {
  readonly kind: 'found';
  readonly negated: boolean;
  readonly distinct: number;
  readonly where: 'head' | 'body' | 'any';
  matches(kind: Kind): boolean;
}
export interface UnscannableLeaf {
  readonly kind: 'unscannable';
  readonly negated: boolean;
  readonly reasons: ReadonlySet<UnscannableReason>;
  /** Only while such parts have no more bytes than this, taken together. */
  readonly upTo: number;
}
type Leaf = FoundLeaf | UnscannableLeaf;
interface Joined<T> {
  readonly kind: 'all' | 'any';
  readonly of: readonly T[];
}

/** As compiled: facts still to be asked. */
export type Node = Leaf | Joined<Node> | { readonly kind: 'facts'; readonly negated: boolean; readonly test: FactsTest };
/** For one exchange: facts are settled. */
export type Bound = Leaf | Joined<Bound> | { readonly kind: 'settled'; readonly truth: boolean };

export type Grades = Readonly<Partial<Record<Grade, readonly string[]>>>;
/** What words of a condition mean beside themselves. */
export interface Meaning {
  readonly grades: Grades;
  readonly whose: WhoseIs;
}

export const whereOf = (finding: Finding): 'head' | 'body' => (/^head(\/|$)/.test(finding.part) ? 'head' : 'body');

function foundLeaf(selector: FindingSelector, grades: Grades, negated: boolean): FoundLeaf {
  const ids = selector.of === undefined ? undefined : new Set(selector.of);
  const graded = selector.grade === undefined ? undefined : new Set(selector.grade.flatMap((grade) => grades[grade] ?? []));
  const { confidence, exceptTags, where, distinct } = selector;
  return {
    kind: 'found', negated, distinct, where,
    matches: (kind) =>
      kind.confidence >= confidence &&
      (where === 'any' || where === kind.where) &&
      (ids === undefined || ids.has(kind.detector)) &&
      (graded === undefined || graded.has(kind.detector)) &&
      !kind.tags.some((tag) => exceptTags.includes(tag)),
  };
}

/** Several keys in one condition are joined by "and"; no condition at all is always true. */
export function compileCondition(condition: Condition | undefined, meaning: Meaning, negated = false): Node {
  if (condition === undefined) return { kind: 'all', of: [] };
  const parts: Node[] = [];
  const join = (kind: 'all' | 'any', of: readonly Node[]): Node => ({ kind: (kind === 'all') === negated ? 'any' : 'all', of });
  if (condition.all !== undefined) parts.push(join('all', condition.all.map((one) => compileCondition(one, meaning, negated))));
  if (condition.any !== undefined) parts.push(join('any', condition.any.map((one) => compileCondition(one, meaning, negated))));
  if (condition.not !== undefined) parts.push(compileCondition(condition.not, meaning, !negated));
  if (condition.found !== undefined) parts.push(foundLeaf(condition.found, meaning.grades, negated));
  if (condition.unscannable !== undefined) parts.push({ kind: 'unscannable', negated, reasons: new Set(condition.unscannable), upTo: condition.upTo ?? Infinity });
  if (condition.facts !== undefined) parts.push({ kind: 'facts', negated, test: factsTest(condition.facts, meaning.whose) });
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : join('all', parts);
}

/** What a condition asks of facts. */
export function factsTests(node: Node): readonly FactsTest[] {
  switch (node.kind) {
    case 'facts':
      return [node.test];
    case 'all':
    case 'any':
      return node.of.flatMap(factsTests);
    case 'found':
    case 'unscannable':
      return [];
  }
}

const NEVER: Bound = { kind: 'settled', truth: false };
export const isNever = (node: Bound): boolean => node.kind === 'settled' && !node.truth;

/** What the facts have made false is left out: most rules of a long policy are about somebody else. */
export function bind(node: Node, facts: Facts): Bound {
  switch (node.kind) {
    case 'facts':
      return { kind: 'settled', truth: node.test(facts) !== node.negated };
    case 'all': {
      const of = node.of.map((child) => bind(child, facts));
      return of.some(isNever) ? NEVER : { kind: 'all', of };
    }
    case 'any': {
      const of = node.of.map((child) => bind(child, facts)).filter((child) => !isNever(child));
      return of.length === 0 ? NEVER : { kind: 'any', of };
    }
    case 'found':
    case 'unscannable':
      return node;
  }
}

/** The reasons that a condition names without a "not" in front. */
export function namedReasons(node: Bound): readonly UnscannableReason[] {
  switch (node.kind) {
    case 'all':
    case 'any':
      return node.of.flatMap(namedReasons);
    case 'unscannable':
      return node.negated ? [] : [...node.reasons];
    case 'found':
    case 'settled':
      return [];
  }
}
