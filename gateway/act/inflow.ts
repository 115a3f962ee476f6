/** The incoming body as the pipeline takes it: a prefix first, then the rest, pulled once and given back when no longer wanted; its codings undone on the way. */
import type { BodyDecoder, Coding } from '../ports.js';
import { Pace } from './paced.js';

/** What is to be done next. Of a body without a coding both are the same bytes. */
export interface Step {
  /** Bytes as they came. */
  readonly wire: Uint8Array | undefined;
  /** Bytes to be read: what those stand for. */
  readonly plain: Uint8Array | undefined;
}

export interface Inflow {
  /** The first bytes to be read, `length` of them unless the body is shorter. A promise only where some are still to come. */
  prefix(length: number): Uint8Array | Promise<Uint8Array>;
  /** The body is known to its end. */
  readonly ended: boolean;
  /** Nothing comes behind what `next` gave last, as is known already. Of a coded body it never is. */
  readonly drained: boolean;
  /** What comes next, the prefix included, as large as it came. A promise only where it is still to come; `undefined` at the end. */
  next(): Step | undefined | Promise<Step | undefined>;
  /** Everything, the prefix included, in small pieces; `elapsed` counts the milliseconds that were spent on it so far. */
  steps(elapsed: () => number): AsyncGenerator<Step>;
  /** Undefined where the body has no coding that is undone here. */
  readonly decoder: BodyDecoder | undefined;
  /** Nobody will read on. A promise only where somebody is to be told. */
  close(): Promise<void> | undefined;
}

/** `whole`: all of it is here already, and `source` is not asked. */
export function inflow(source: AsyncIterable<Uint8Array>, coding?: Coding, whole?: readonly Uint8Array[]): Inflow {
  const decoder = coding?.decoder();
  const wire: Pulled = whole === undefined ? new PulledBytes(source) : new WholeBytes(whole);
  return new Inflowing(decoder === undefined ? plainSteps(wire) : new DecodedSteps(wire, decoder), wire, decoder);
}

type Next<T> = T | undefined | Promise<T | undefined>;
interface Pulled {
  readonly ended: boolean;
  next(): Next<Uint8Array>;
  close(): Promise<void> | undefined;
}
interface Steps {
  next(): Next<Step>;
}

class Inflowing implements Inflow {
  #kept: Step[] = [];
  #closed = false;

  constructor(
    private readonly rest: Steps,
    private readonly wire: Pulled,
    readonly decoder: BodyDecoder | undefined,
  ) {}

  get ended(): boolean {
    return this.wire.ended;
  }

  get drained(): boolean {
    return this.decoder === undefined && this.wire.ended && this.#kept.length === 0;
  }

  prefix(length: number): Uint8Array | Promise<Uint8Array> {
    const first: Uint8Array[] = [];
    return this.#gather(length, first, 0);
  }

  #gather(length: number, first: Uint8Array[], had: number): Uint8Array | Promise<Uint8Array> {
    let size = had;
    while (size < length) {
      const next = this.rest.next();
      if (next instanceof Promise) return next.then((step) => this.#gather(length, first, size + this.#keep(step, first, length)));
      size += this.#keep(next, first, length);
    }
    const [only] = first;
    if (only !== undefined && first.length === 1) return only.length > length ? only.subarray(0, length) : only;
    return Buffer.concat(first).subarray(0, length);
  }

  /** Answers with how much there is more; `all` of what is wanted at the end. */
  #keep(step: Step | undefined, first: Uint8Array[], all: number): number {
    if (step === undefined) return all;
    this.#kept.push(step);
    if (step.plain === undefined) return 0;
    first.push(step.plain);
    return step.plain.length;
  }

  next(): Next<Step> {
    return this.#kept.length > 0 ? this.#kept.shift() : this.rest.next();
  }

  async *steps(elapsed: () => number): AsyncGenerator<Step> {
    const pace = new Pace();
    try {
      for (;;) {
        const next = this.next();
        const step = next instanceof Promise ? await next : next;
        if (step === undefined) return;
        const { wire, plain } = step;
        if (plain === undefined) yield step;
        else {
          for (let at = 0; at < plain.length; ) {
            const piece = pace.piece(plain, at);
            at += piece.length;
            const before = elapsed();
            yield { wire: wire === undefined ? undefined : piece, plain: piece };
            const turn = pace.took(elapsed() - before);
            if (turn !== undefined) await turn;
          }
        }
      }
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> | undefined {
    if (this.#closed) return undefined;
    this.#closed = true;
    this.decoder?.close();
    return this.wire.close();
  }
}

class PulledBytes implements Pulled {
  ended = false;
  readonly #iterator: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async next(): Promise<Uint8Array | undefined> {
    while (!this.ended) {
      const next = await this.#iterator.next();
      if (next.done === true) this.ended = true;
      else if (next.value.length > 0) return next.value;
    }
    return undefined;
  }

  close(): Promise<void> | undefined {
    return this.ended ? undefined : this.#iterator.return?.().then(() => undefined);
  }
}

class WholeBytes implements Pulled {
  #at = 0;

  constructor(private readonly chunks: readonly Uint8Array[]) {}

  get ended(): boolean {
    return this.#at >= this.chunks.length;
  }

  next(): Uint8Array | undefined {
    for (;;) {
      const chunk = this.chunks[this.#at++];
      if (chunk === undefined || chunk.length > 0) return chunk;
    }
  }

  close(): undefined {
    this.#at = this.chunks.length;
  }
}

const stepOf = (chunk: Uint8Array | undefined): Step | undefined => (chunk === undefined ? undefined : { wire: chunk, plain: chunk });

function plainSteps(wire: Pulled): Steps {
  return {
    next() {
      const chunk = wire.next();
      return chunk instanceof Promise ? chunk.then(stepOf) : stepOf(chunk);
    },
  };
}

/** Bytes as they came go first: where nothing can stop them they wait for no decoder. */
class DecodedSteps implements Steps {
  readonly #steps: AsyncGenerator<Step, void>;

  constructor(wire: Pulled, decoder: BodyDecoder) {
    this.#steps = decodedSteps(wire, decoder);
  }

  async next(): Promise<Step | undefined> {
    const next = await this.#steps.next();
    return next.done === true ? undefined : next.value;
  }
}

async function* decodedSteps(wire: Pulled, decoder: BodyDecoder): AsyncGenerator<Step, void> {
  for (let chunk = await wire.next(); chunk !== undefined; chunk = await wire.next()) {
    yield { wire: chunk, plain: undefined };
    for await (const plain of decoder.write(chunk)) yield { wire: undefined, plain };
  }
  for await (const plain of decoder.end()) yield { wire: undefined, plain };
}
