/** A request's body as it arrives, taken by whoever reads it, with the limits counted on the way out. */
import { WeirError } from '../../../errors.js';
import { Pieces } from '../../../http1/pieces.js';
import type { BodyLimits } from './front.js';

/** Bytes that may wait here while nobody reads: a few reads of a socket. */
const WAITING_MOST = 256 * 1024;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class FastBody implements AsyncIterableIterator<Uint8Array> {
  readonly #pieces = new Pieces();
  /** Bytes so far. */
  arrived = 0;
  #taken = 0;
  #failure: WeirError | undefined;
  #ended = false;
  #limits: BodyLimits | undefined;
  #wake: (() => void) | undefined;
  readonly #socket: { pause(): unknown; resume(): unknown };
  #paused = false;
  readonly #onFirst: () => void;
  #begun = false;

  constructor(socket: { pause(): unknown; resume(): unknown }, onFirst: () => void) {
    this.#socket = socket;
    this.#onFirst = onFirst;
  }

  /** Nothing of it was taken, and all of it is here within these bounds. */
  whole(most: number): readonly Uint8Array[] | undefined {
    if (!this.#ended || this.#begun || this.#failure !== undefined || this.arrived > Math.min(most, this.#limits?.maxBody ?? 0)) return undefined;
    return this.#pieces.waiting();
  }

  limited(limits: BodyLimits): this {
    this.#limits = limits;
    return this;
  }

  push(chunk: Uint8Array): void {
    this.#pieces.push(chunk);
    this.arrived += chunk.length;
    if (this.#pieces.bytes > WAITING_MOST && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Told once what arrived before has been read. */
  fail(error: WeirError): void {
    this.#failure ??= error;
    this.#tell();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Nobody will take it: what waits goes, and the connection is read again. */
  discard(): void {
    this.#pieces.clear();
    this.#resume();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #tell(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#begun) {
      this.#begun = true;
      if (!this.#ended) this.#onFirst();
    }
    const ready = this.#ready();
    return ready ?? this.#later();
  }

  /** `undefined`: wait. */
  #ready(): Promise<IteratorResult<Uint8Array, undefined>> | undefined {
    const chunk = this.#pieces.take();
    if (chunk !== undefined) {
      this.#taken += chunk.length;
      if (this.#pieces.bytes <= WAITING_MOST / 2) this.#resume();
      if (this.#taken > (this.#limits?.maxBody ?? 0)) return Promise.reject(new WeirError('too-large'));
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#ended) return Promise.resolve(DONE);
    return this.#failure === undefined ? undefined : Promise.reject(this.#failure);
  }

  async #later(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.fail(new WeirError('body-timeout')), this.#limits?.timeoutMs ?? 0);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const ready = this.#ready();
      if (ready !== undefined) return ready;
    }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    return Promise.resolve(DONE);
  }
}
