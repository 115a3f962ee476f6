/** Reads what a client sends, strictly: commands end with CR LF, a message with CR LF . CR LF, and nothing is done while an answer is due. */
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import type { SMTPServerDataStream } from 'smtp-server';
import { DotDecoder } from './dot-decoder.js';

const CR = 0x0d;
const LF = 0x0a;
/** Commands taken before others get their turn: one packet may hold thousands. */
const COMMANDS_AT_ONCE = 100;

export type Violation = 'bare-line-end' | 'line-too-long';

export interface WireReaderOptions {
  readonly maxCommandLength: number;
  readonly now: () => number;
  readonly onViolation: (what: Violation) => void;
  /** The client sends no more; whatever it sent was dealt with. */
  readonly onSilent: () => void;
}

/** Takes the place of the library's reader, whose command lines may end with a LF alone. */
export class WireReader extends SMTPStream {
  readonly #options: WireReaderOptions;
  #rest: Buffer = Buffer.alloc(0);
  #next: (() => void) | undefined;
  /** A command waits for its reply, a message for its verdict or for room. */
  #isBusy = false;
  #isRunning = false;
  #atOnce = 0;
  #decoder = new DotDecoder();
  #awaitsContinue = false;
  #wasContinued = false;
  #partialSince: number | undefined;
  #isBlocked = false;

  constructor(options: WireReaderOptions) {
    super({ maxCommandLength: options.maxCommandLength });
    this.#options = options;
  }

  /** Since when a command has begun and not ended. */
  get partialSince(): number | undefined {
    return this._dataMode ? undefined : this.#partialSince;
  }

  /** Reads a message, and it is the client who lets us wait. */
  get awaitsData(): boolean {
    return this._dataMode && !this.#isBlocked;
  }

  override startDataMode(maxBytes?: number | string | null): SMTPServerDataStream {
    this.#decoder = new DotDecoder();
    this.#wasContinued = false;
    return super.startDataMode(maxBytes);
  }

  override continue(): void {
    if (!this.#awaitsContinue) {
      this.#wasContinued = true;
      return;
    }
    this.#awaitsContinue = false;
    this.#free();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding | 'buffer', next: () => void): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#next = next;
    this.#run();
  }

  /** A command without its line end is none. */
  override _flushData(): void {
    this.#options.onSilent();
  }

  #free(): void {
    this.#isBusy = false;
    this.#run();
  }

  #run(): void {
    // A reply that came at once: the loop goes on by itself.
    if (this.#isRunning) return;
    this.#isRunning = true;
    let wantsMore = false;
    try {
      while (!this.#isBusy && !wantsMore) wantsMore = this.#step();
    } finally {
      this.#isRunning = false;
    }
    if (!wantsMore) return;
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }

  /** True when nothing more can be done with what is there. */
  #step(): boolean {
    if (this.isClosed) {
      this.#rest = Buffer.alloc(0);
      return true;
    }
    if (this.#rest.length === 0) return true;
    if (this._dataMode) {
      this.#takeData();
      return false;
    }
    return this.#takeLine();
  }

  #takeLine(): boolean {
    const end = this.#rest.indexOf(LF);
    if ((end < 0 ? this.#rest.length : end) > this.#options.maxCommandLength) return this.#violated('line-too-long');
    if (end < 0) {
      this.#partialSince ??= this.#options.now();
      return true;
    }
    this.#partialSince = undefined;
    const line = this.#rest.subarray(0, Math.max(0, end - 1));
    if (this.#rest[end - 1] !== CR || line.includes(CR)) return this.#violated('bare-line-end');
    this.#rest = this.#rest.subarray(end + 1);
    this.#isBusy = true;
    this.oncommand(line, () => this.#free());
    this.#yield();
    return false;
  }

  #yield(): void {
    this.#atOnce += 1;
    if (this.#isBusy || this.#atOnce < COMMANDS_AT_ONCE) {
      if (this.#isBusy) this.#atOnce = 0;
      return;
    }
    this.#atOnce = 0;
    this.#isBusy = true;
    setImmediate(() => this.#free());
  }

  #violated(what: Violation): true {
    this.#rest = Buffer.alloc(0);
    this.isClosed = true;
    this.#options.onViolation(what);
    return true;
  }

  #takeData(): void {
    const stream = this._dataStream;
    const { content, end } = this.#decoder.push(this.#rest);
    this.#rest = end === undefined ? Buffer.alloc(0) : this.#rest.subarray(end);
    this._countDataBytes(content.length);
    const takes = stream !== null && stream.writable && !stream.destroyed;
    const hasRoom = content.length === 0 || !takes || stream.write(content);
    if (end !== undefined) {
      this._dataMode = false;
      this._dataStream = null;
      if (takes) stream.end();
      this.#isBusy = !this.#wasContinued;
      this.#awaitsContinue = !this.#wasContinued;
      return;
    }
    if (hasRoom) return;
    // A message that is not read lets its client wait.
    this.#isBusy = true;
    this.#isBlocked = true;
    const goOn = (): void => {
      stream.off('drain', goOn).off('close', goOn);
      this.#isBlocked = false;
      this.#free();
    };
    stream.on('drain', goOn).on('close', goOn);
  }
}
