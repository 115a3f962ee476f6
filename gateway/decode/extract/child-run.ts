/** What one opening of a file counts and remembers: limits that hold over all its containers together, and where masks will be wanted. */
import type { Finding, LeafFactory, LookMaker, Spool, Wrap } from '../../ports.js';
import { ExtractError, type Extractor } from './contract.js';
import { RATIO_FREE, type ExtractLimits } from './limits.js';

/** What stages beside this one give. */
export interface ContainerTools {
  readonly leaf: LeafFactory;
  /** Keeps what is opened in its turn, and what a masked container is put together from. */
  readonly spool: () => Spool;
  readonly rewriter: () => { push(chunk: Uint8Array): void; release(settled: number, edits: readonly { readonly at: number; readonly bytes: Uint8Array }[]): Uint8Array[] };
  readonly rewrapped: (bytes: AsyncIterable<Uint8Array>, wraps: readonly Wrap[]) => AsyncIterable<Uint8Array>;
  readonly extractorFor: (format: string) => Promise<Extractor | undefined>;
  readonly limits: ExtractLimits;
  /** For those who look into a file for a person. */
  readonly look?: LookMaker | undefined;
  /** Told what every member is called, masked. */
  readonly named?: ((part: string, name: Uint8Array) => void) | undefined;
  /** Told what a decoder threw: its code goes to the log. */
  readonly onFailure: (thrown: unknown) => void;
}

/** Distinct values that are told apart when a file is written anew: as many as policy counts. Beyond it only their kinds are. */
export const VALUES_MOST = 10_000;

/** A limit of the whole file: nothing more of it is read. */
export class LimitReached extends ExtractError {}

/** What a reading leaves for writing the file anew. */
export interface ContainerMemo {
  /** Paths of the members that masks may be wanted in, and of those around them. */
  readonly touched: readonly string[];
  /** One finding of each value that could be masked, at most VALUES_MOST. */
  readonly samples: readonly Finding[];
}

/** How a path says that something was found in the container that lies there, not beside it: a member and a container in it may have one path. */
export function within(part: string): string {
  return `${part}//`;
}

/** What policy can tell findings apart by, beside where they are. */
function kindOf({ detector, confidence, tags }: Finding): string {
  return `${detector}\0${confidence}\0${tags.join('\0')}`;
}

function valueOf(finding: Finding): string {
  return `${finding.fingerprint}\0${kindOf(finding)}`;
}

/** `wanted` of the samples, in their order, as an answer for any finding: a value that was not kept apart is masked if its kind is. */
export function masksOf(samples: readonly Finding[], wanted: readonly boolean[]): (finding: Finding) => boolean {
  const values = new Map<string, boolean>();
  const kinds = new Map<string, boolean>();
  for (const [index, sample] of samples.entries()) {
    const answer = wanted[index] === true;
    values.set(valueOf(sample), answer);
    const kind = kindOf(sample);
    kinds.set(kind, answer || kinds.get(kind) === true);
  }
  return (finding) => values.get(valueOf(finding)) ?? kinds.get(kindOf(finding)) ?? false;
}

export class ChildRun {
  readonly #samples = new Map<string, Finding>();
  readonly #kinds = new Set<string>();
  readonly #touched: Set<string>;
  /** Parts of multiparts in all members together. */
  readonly parts = { parts: 0 };
  #members = 0;
  #bytes = 0;

  constructor(
    readonly tools: ContainerTools,
    readonly signal: AbortSignal,
    readonly size: number,
    /** Where in the body the file itself lies. */
    readonly depth: number,
    touched: readonly string[] = [],
  ) {
    this.#touched = new Set(touched);
  }

  countMember(): void {
    this.#stopped();
    if (++this.#members > this.tools.limits.members) throw new LimitReached('too-many-parts', 'members');
  }

  countBytes(bytes: number): void {
    this.#stopped();
    this.#bytes += bytes;
    const { limits } = this.tools;
    if (this.#bytes > limits.bytes) throw new LimitReached('too-large', 'bytes');
    if (this.#bytes > RATIO_FREE + limits.ratio * this.size) throw new LimitReached('too-large', 'ratio');
  }

  note(finding: Finding, trail: readonly string[]): void {
    for (const part of trail) this.#touched.add(part);
    const kind = kindOf(finding);
    const value = valueOf(finding);
    if (this.#samples.has(value) || (this.#samples.size >= VALUES_MOST && this.#kinds.has(kind))) return;
    this.#kinds.add(kind);
    this.#samples.set(value, finding);
  }

  isTouched(part: string): boolean {
    return this.#touched.has(part);
  }

  get memo(): ContainerMemo {
    return { touched: [...this.#touched], samples: [...this.#samples.values()] };
  }

  #stopped(): void {
    if (this.signal.aborted) throw new LimitReached('timeout', 'aborted');
  }
}
