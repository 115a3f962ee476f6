/** Many patterns asked at once: one pass over a text says which of them can match in it at all. */
import { CONTEXT, type ExpressionSet, type PatternDetector } from '../contract.js';

/** Patterns that one pass speaks for, in the order of the pass. */
interface Shared {
  readonly expressions: ExpressionSet;
  readonly detectors: readonly PatternDetector[];
}

const NONE: readonly PatternDetector[] = [];

export class PatternSet {
  /** Units from where a match begins to the end of all that decides it. */
  readonly margin: number;
  /** Without an expression there is nothing to ask on a detector's behalf. */
  readonly #alone: readonly PatternDetector[];
  /** Made when first asked: most sets that prove a detector never see more than a line. */
  #shared: readonly Shared[] | undefined;
  #speechless: readonly PatternDetector[] = NONE;

  constructor(readonly detectors: readonly PatternDetector[]) {
    this.margin = CONTEXT + Math.max(0, ...detectors.map(({ reach }) => reach));
    this.#alone = detectors.filter(({ expression }) => expression === undefined);
  }

  /** Those that may match somewhere in `text` (UTF-8); the others certainly do not. */
  within(text: Buffer): readonly PatternDetector[] {
    if (this.#shared === undefined) {
      const spoken = this.detectors.filter(({ expression }) => expression !== undefined);
      this.#shared = sharedOf(spoken);
      const heard = new Set(this.#shared.flatMap(({ detectors }) => detectors));
      this.#speechless = [...this.#alone, ...spoken.filter((one) => !heard.has(one))];
    }
    let found = this.#speechless;
    for (const { expressions, detectors } of this.#shared) {
      const own = matching(expressions, text);
      if (own === undefined) found = [...found, ...detectors];
      else if (own.length > 0) found = [...found, ...own.flatMap((index) => detectors[index] ?? NONE)];
    }
    return found;
  }
}

const SILENT: readonly number[] = [];

/** `undefined`: the pass ran out of memory, and nobody knows. */
function matching(expressions: ExpressionSet, text: Buffer): readonly number[] | undefined {
  try {
    // The first question ends at the first match and makes no list; most texts have no match.
    return expressions.test(text) ? expressions.match(text) : SILENT;
  } catch {
    return undefined;
  }
}

/** One set for all, or halves where all are too large for one; a pattern too large for any set is left out. */
function sharedOf(detectors: readonly PatternDetector[]): Shared[] {
  const Expressions = detectors[0]?.expression?.Set;
  if (Expressions === undefined) return [];
  try {
    return [{ expressions: new Expressions(detectors.map(({ expression }) => expression?.source ?? '')), detectors }];
  } catch {
    if (detectors.length === 1) return [];
    const half = detectors.length >> 1;
    return [...sharedOf(detectors.slice(0, half)), ...sharedOf(detectors.slice(half))];
  }
}
