/** Makes a detector of what a configuration declares: an RE2 pattern of finite length, a checksum, and words that raise confidence. */
import { CONTEXT, type ExpressionSet, type PatternDetector } from './contract.js';
import { luhn, mod11Two } from './checksum.js';
import { DetectorError } from './detector-error.js';
import { patternLength, PatternProblem } from './pattern-length.js';
import { patternTree } from './pattern-syntax.js';
import { rawExpression } from './raw-pattern.js';
import type { Reason } from './reasons.js';

/** The same shape as a pattern in the configuration file. */
export interface PatternDefinition {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly pattern: string;
  readonly digits?: number | undefined;
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  readonly checksum: 'none' | 'luhn' | 'mod11-2';
  readonly words: readonly string[];
  readonly confidence: number;
  readonly confidenceWithWords: number;
  readonly keep: { readonly first: number; readonly last: number };
  readonly cases: { readonly hit: readonly string[]; readonly miss: readonly string[] };
}

/** What npm `re2` exports, as far as it is used here; given by the caller, so that this folder needs no native code. */
export interface Re2Constructor {
  new (pattern: string, flags: string): Re2;
  readonly Set: new (sources: readonly string[]) => ExpressionSet;
}
export interface Re2 {
  lastIndex: number;
  exec(text: string): { readonly index: number; readonly 0: string } | null;
  test(text: string): boolean;
}

/** Below the built-in detectors: what they know of a number outweighs a pattern. */
const RANK = 5;

export function patternDetector(definition: PatternDefinition, RE2: Re2Constructor): PatternDetector {
  const { id, checksum, confidence, confidenceWithWords } = definition;
  const reach = reachOf(id, definition.pattern);
  const pattern = compile(id, 'pattern', definition.pattern, 'g', RE2);
  const notBefore = definition.notBefore === undefined ? undefined : compile(id, 'notBefore', `(?:${definition.notBefore})\\z`, '', RE2);
  const notAfter = definition.notAfter === undefined ? undefined : compile(id, 'notAfter', `\\A(?:${definition.notAfter})`, '', RE2);
  const words = definition.words.map((word) => word.normalize('NFKC').toLowerCase());
  const least = definition.digits ?? 0;
  const tree = patternTree(definition.pattern);

  return {
    kind: 'pattern',
    id,
    title: definition.title,
    keep: definition.keep,
    cases: definition.cases,
    rank: RANK,
    reach,
    expression: { source: definition.pattern, raw: tree && { plain: rawExpression(tree, 'plain'), json: rawExpression(tree, 'json') }, Set: RE2.Set },
    next: (text, from) => {
      let start = from;
      for (;;) {
        // RE2 counts characters: inside a pair it would stand behind it and tell every later place one too low.
        if (isInsidePair(text, start)) start++;
        pattern.lastIndex = start;
        const match = pattern.exec(text);
        if (match === null || match[0] === '') return undefined;
        const end = match.index + match[0].length;
        const left = words.length > 0 || notBefore ? text.slice(Math.max(0, match.index - CONTEXT), match.index) : '';
        const right = words.length > 0 || notAfter ? text.slice(end, end + CONTEXT) : '';
        if (holds(match[0], checksum, least) && notBefore?.test(left) !== true && notAfter?.test(right) !== true) {
          const word = words.length > 0 && near(left, right, words);
          const reasons: Reason[] = ['pattern'];
          if (checksum !== 'none') reasons.push('checksum');
          if (word) reasons.push('keyword');
          return { start: match.index, end, confidence: word ? Math.max(confidence, confidenceWithWords) : confidence, reasons };
        }
        // One on, not past the match: a shorter or later one may begin inside it.
        start = match.index + 1;
      }
    },
  };
}

function isInsidePair(text: string, at: number): boolean {
  const low = text.charCodeAt(at);
  const high = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff;
}

function reachOf(id: string, pattern: string): number {
  try {
    return patternLength(pattern).most;
  } catch (thrown) {
    if (thrown instanceof PatternProblem) throw new DetectorError(id, `pattern: ${thrown.message}`);
    throw thrown;
  }
}

function compile(id: string, key: string, source: string, flags: string, RE2: Re2Constructor): Re2 {
  try {
    return new RE2(source, flags);
  } catch (thrown) {
    // The message speaks of the expression, which stands in the configuration; native errors may come from another realm.
    const message: unknown = (thrown as { readonly message?: unknown } | undefined)?.message;
    const why = typeof message === 'string' ? message : 'not accepted';
    throw new DetectorError(id, `${key} is not an RE2 expression (${why})`);
  }
}

function holds(match: string, checksum: PatternDefinition['checksum'], least: number): boolean {
  if (checksum === 'none' && least === 0) return true;
  const digits = match.replace(/[^0-9Xx]/g, '').toUpperCase();
  if (digits.replaceAll('X', '').length < least) return false;
  switch (checksum) {
    case 'none':
      return true;
    case 'luhn':
      return luhn(digits.replaceAll('X', ''));
    case 'mod11-2':
      return mod11Two(digits);
  }
}

function near(left: string, right: string, words: readonly string[]): boolean {
  const around = `${left}\n${right}`.normalize('NFKC').toLowerCase();
  return words.some((word) => around.includes(word));
}
