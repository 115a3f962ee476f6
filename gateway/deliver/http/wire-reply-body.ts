/** An answer's body as it comes off a connection: handed on at the reader's pace, and never a broken one taken for a whole one. */
import { WeirError } from '../../errors.js';
import { Pieces } from '../../http1/pieces.js';

/** Bytes kept for a reader that is behind, before the upstream is made to wait; and where it may go on. */
const KEPT_MOST = 256 * 1024;
const KEPT_AGAIN = 64 * 1024;

/** Where the bytes come from. */
export interface ReplySource {
  /** The reader waits: silence is bounded from now on. */
  awaited(): void;
  /** There is room again. */
  wanted(): void;
  /** Nothing more will be read. */
  abandoned(): void;
}

interface Waiting {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void;
  readonly reject: (error: WeirError) => void;
}

export class WireReplyBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #pieces = new Pieces();
  #held = false;
  #ended = false;
  #left = false;
  #failure: WeirError | undefined;
  #waiting: Waiting | undefined;

  constructor(private readonly source: ReplySource) {}

  // ---- the connection's side

  /** False: no more for now. */
  get hasRoom(): boolean {
    if (this.#pieces.bytes <= KEPT_MOST) return true;
    this.#held = true;
    return false;
  }

  /** All of it, where it has come already. */
  get whole(): readonly Uint8Array[] | undefined {
    return this.#ended ? this.#pieces.waiting() : undefined;
  }

  add(piece: Uint8Array): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve({ done: false, value: piece });
    } else if (!this.#left) this.#pieces.push(piece);
  }

  end(): void {
    this.#ended = true;
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  /** What has come is read first, unless nobody is to have it. */
  fail(error: WeirError): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#failure = error;
    if (error.code === 'client-aborted') this.#forget();
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #forget(): void {
    this.#pieces.clear();
  }

  // ---- the reader's side

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const piece = this.#pieces.take();
    if (piece !== undefined) return Promise.resolve({ done: false, value: this.#taken(piece) });
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended || this.#left) return Promise.resolve({ done: true, value: undefined });
    if (this.#waiting !== undefined) return Promise.reject(new WeirError('internal'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.source.awaited();
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#left) {
      this.#left = true;
      this.#forget();
      if (!this.#ended && this.#failure === undefined) this.source.abandoned();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  #taken(piece: Uint8Array): Uint8Array {
    if (this.#held && this.#pieces.bytes <= KEPT_AGAIN) {
      this.#held = false;
      this.source.wanted();
    }
    return piece;
  }
}
