/** What a declared pattern costs while nothing matches, read off its expression. */
import { plain } from './scan/characters.js';
import { patternTree, type Node } from './pattern-syntax.js';

/**
 * One pass over the raw bytes looks for all patterns at once. What it costs beyond that is what has to be decoded and searched:
 * `digits`: only where a long number stands, with which every match begins. `literal`: only where a word stands, which every
 * match contains. `set`: wherever the form of a match stands, which may be often; a form that cannot be told: everything.
 */
export type CostClass = 'digits' | 'literal' | 'set';

export interface PatternCost {
  readonly class: CostClass;
  /** Digits that every match begins with; with `digits` only. */
  readonly digits?: number;
  /** One of these stands in every match; with `literal` only. */
  readonly literals?: readonly string[];
}

/** Fewer digits stand in every line of a log. */
export const LEAST_DIGITS = 8;
/** Bytes of a word that is worth looking for. */
const LEAST_LITERAL = 3;
/** Separators in a gap that no search for numbers takes for the end of one. */
const MOST_GAP = 3;
const GAPS = ' -.()';
/** Characters that repeats may be written out to: more than any number or name has. */
const MOST_PARTS = 512;
/** More words than this say little. */
const MOST_LITERALS = 16;

export function costClass(definition: { readonly pattern: string; readonly digits?: number | undefined }): CostClass {
  return patternCost(definition).class;
}

export function patternCost(definition: { readonly pattern: string; readonly digits?: number | undefined }): PatternCost {
  const tree = patternTree(definition.pattern);
  if (tree === undefined) return { class: 'set' };
  const digits = leadingDigits(tree, definition.digits ?? 0);
  if (digits >= LEAST_DIGITS) return { class: 'digits', digits };
  const literals = requiredLiterals(tree);
  return literals === undefined ? { class: 'set' } : { class: 'literal', literals };
}

/** A piece of a pattern that is no sequence: a character, or a choice, so many times. */
interface Piece {
  readonly of: Node;
  readonly least: number;
  readonly most: number;
}

/** Sequences and groups laid out in a row. */
function* pieces(node: Node): Generator<Piece> {
  if (node.kind === 'sequence') for (const part of node.parts) yield* pieces(part);
  else if (node.kind === 'group') yield* pieces(node.of);
  else if (node.kind === 'repeat' && node.of.kind === 'one') yield node;
  else if (node.kind === 'repeat' && node.least === node.most) for (let i = 0; i < node.least; i++) yield* pieces(node.of);
  else if (node.kind === 'repeat') yield node;
  else if (node.kind === 'one' || node.kind === 'either') yield { of: node, least: 1, most: 1 };
}

function first<T>(values: Iterable<T>, count: number): T[] {
  const out: T[] = [];
  for (const value of values) if (out.push(value) >= count) break;
  return out;
}

/** Digits that every match begins with. `least` is what else is known of the digits in it. */
function leadingDigits(node: Node, least: number): number {
  let digits = 0;
  let gap = 0;
  let onlyDigits = true;
  for (const { of, least: from, most } of first(pieces(node), MOST_PARTS)) {
    if (of.kind === 'either' && from > 0 && digits === 0) return Math.min(...of.options.map((option) => leadingDigits(option, least)));
    if (isAll(of, (unit) => unit >= 0x30 && unit <= 0x39)) {
      digits += from;
      if (from > 0) gap = 0;
    } else {
      onlyDigits = false;
      gap += most;
      // A gap may stand in a number, not before it.
      if (digits === 0 || gap > MOST_GAP || !isAll(of, (unit) => GAPS.includes(String.fromCharCode(unit)))) break;
    }
  }
  return onlyDigits ? Math.max(digits, least) : digits;
}

function isAll(node: Node, condition: (unit: number) => boolean): boolean {
  if (node.kind !== 'one' || node.ranges === undefined) return false;
  return node.ranges.every(([from, to]) => to - from < 16 && Array.from({ length: to - from + 1 }, (_, i) => from + i).every(condition));
}

/** The longest word that every match contains; a choice gives one word for each of its sides. */
function requiredLiterals(node: Node): readonly string[] | undefined {
  let best: readonly string[] | undefined;
  let word = '';
  const consider = (found: readonly string[]): void => {
    if (!found.every((one) => /[\p{L}\p{N}]/u.test(one))) return;
    if (found.length <= MOST_LITERALS && shortest(found) >= LEAST_LITERAL && (best === undefined || shortest(found) > shortest(best))) best = found;
  };
  for (const { of, least, most } of first(pieces(node), MOST_PARTS)) {
    const character = singleOf(of);
    if (character !== undefined) word += character.repeat(least);
    if (character !== undefined && least === most) continue;
    consider([word]);
    word = '';
    if (character !== undefined) word = character.repeat(least);
    if (of.kind === 'either' && least > 0) {
      const sides = of.options.map(requiredLiterals);
      if (!sides.includes(undefined)) consider(sides.flatMap((side) => side ?? []));
    }
  }
  consider([word]);
  return best;
}

const shortest = (words: readonly string[]): number => Math.min(...words.map((word) => Buffer.byteLength(word)));

/** A character that stands for itself alone; a full-width one never reaches a pattern. */
function singleOf(node: Node): string | undefined {
  if (node.kind !== 'one' || node.ranges?.length !== 1) return undefined;
  const [from, to] = node.ranges[0] ?? [0, 1];
  return from === to && plain(from) === from ? String.fromCodePoint(from) : undefined;
}
