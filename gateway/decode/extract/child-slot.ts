/** One process that opens files, from the gateway's side: gives it a file at a time, answers what it asks, and ends it at its bounds. */
import type { ChildPart, Looked, PartSource, Spool, UnscannableReason } from '../../ports.js';
import { checkedMessage, type ChildSettings, type FromChild, type Told, type ToChild } from './child-protocol.js';
import type { ContainerMemo } from './child-run.js';

/** A started process. */
export interface ExtractChild {
  send(message: ToChild): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once. `memory`: it ended because it got no more. */
  onEnd(listener: (why: 'memory' | 'other') => void): void;
  kill(): void;
  /** Bytes of memory it has now; undefined where the system does not tell. */
  memory(): number | undefined;
}

export interface Bounds {
  /** For one file. */
  readonly timeMs: number;
  readonly memory: number;
}

/** One file to be read or written. */
export interface Job {
  readonly start: Extract<ToChild, { readonly child: ChildPart }>;
  readonly source: PartSource;
  /** Who sent it, where that is known. */
  readonly asker?: string | undefined;
  told(one: Told): void;
  looked?(looked: Looked | undefined): void;
  /** Of the file written anew. */
  piece(bytes: Uint8Array): Promise<void>;
  settle(outcome: Outcome): void;
}

export type Outcome = { readonly kind: 'done'; readonly memo: ContainerMemo | undefined } | { readonly kind: 'failed'; readonly reason: UnscannableReason; readonly detail: string };

/** Detectors prove themselves in less than a second; a machine in trouble takes longer. */
const START_MS = 30_000;
/** Memory is looked at so often while it works: what is allocated in between is bounded by the address space. */
const LOOK_MS = 100;
/** A process that keeps more than this share of its memory between two files is replaced. */
const KEPT_MOST = 0.5;

export interface SlotOptions {
  readonly child: ExtractChild;
  readonly settings: ChildSettings;
  readonly bounds: Bounds;
  readonly spool: () => Spool;
  readonly onFailure: (code: string) => void;
  /** It can take a file. */
  readonly onIdle: () => void;
  /** It is gone: `started` before it was ready at all. */
  readonly onGone: (started: boolean) => void;
}

export class ChildSlot {
  #state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting';
  #job: Job | undefined;
  #timers: NodeJS.Timeout[] = [];
  readonly #spools = new Map<number, Spool>();

  constructor(private readonly options: SlotOptions) {
    const { child, settings } = options;
    child.onMessage((message) => this.#take(message));
    child.onEnd((why) => this.end(why === 'memory' ? 'too-large' : 'failed', why === 'memory' ? 'memory' : 'crash'));
    this.#timers = [setTimeout(() => this.end('failed', 'start'), START_MS)];
    child.send({ kind: 'begin', settings });
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  run(job: Job): void {
    const { child, bounds } = this.options;
    this.#state = 'busy';
    this.#job = job;
    this.#timers = [
      setTimeout(() => this.end('timeout', 'time'), bounds.timeMs),
      setInterval(() => {
        if ((child.memory() ?? 0) > bounds.memory) this.end('too-large', 'memory');
      }, LOOK_MS),
    ];
    child.send(job.start);
  }

  /** Ends the process, and its file with this reason. */
  end(reason: UnscannableReason, detail: string): void {
    if (this.#state === 'gone') return;
    const started = this.#state !== 'starting';
    this.#state = 'gone';
    this.options.child.kill();
    if (detail === 'crash' || detail === 'protocol' || !started) this.options.onFailure(`EXTRACT_${started ? detail.toUpperCase() : 'START'}`);
    this.#finish({ kind: 'failed', reason, detail });
    this.options.onGone(started);
  }

  #finish(outcome: Outcome): void {
    for (const timer of this.#timers) clearTimeout(timer);
    const job = this.#job;
    this.#job = undefined;
    for (const spool of this.#spools.values()) this.#closed(spool.close());
    this.#spools.clear();
    job?.settle(outcome);
  }

  #closed(closing: Promise<void>): void {
    closing.catch(() => this.options.onFailure('EXTRACT_SPOOL'));
  }

  #idle(): void {
    const { child, bounds, onIdle } = this.options;
    if ((child.memory() ?? 0) > bounds.memory * KEPT_MOST) {
      this.end('failed', 'replaced');
      return;
    }
    this.#state = 'idle';
    onIdle();
  }

  #take(raw: unknown): void {
    if (this.#state === 'gone') return;
    const message = checkedMessage(raw);
    if (message === undefined) {
      this.end('failed', 'protocol');
      return;
    }
    if (message.kind === 'threw') {
      this.options.onFailure(message.code);
      return;
    }
    if (message.kind === 'ready') {
      if (this.#state !== 'starting') return;
      this.#finish({ kind: 'done', memo: undefined });
      this.#idle();
      return;
    }
    const job = this.#job;
    if (job === undefined) {
      this.end('failed', 'protocol');
      return;
    }
    if (message.kind === 'done' || message.kind === 'failed') {
      this.#finish(message.kind === 'done' ? { kind: 'done', memo: message.memo } : { kind: 'failed', reason: message.reason, detail: message.code });
      this.#idle();
      return;
    }
    if (message.kind === 'looked') {
      if (job.looked === undefined || !isWithin(message.looked, job.start.child.part)) this.end('failed', 'protocol');
      else job.looked(message.looked);
      return;
    }
    if (message.kind === 'told') {
      const { part } = job.start.child;
      // What is in a file cannot speak for what is beside it.
      if (message.told.every(({ one }) => one.part === part || one.part.startsWith(`${part}/`))) for (const one of message.told) job.told(one);
      else this.end('failed', 'protocol');
      return;
    }
    this.#answer(job, message).catch(() => this.end('failed', 'spool'));
  }

  async #answer(job: Job, message: Extract<FromChild, { readonly request: number }>): Promise<void> {
    const { request } = message;
    const bytes = await this.#asked(job, message);
    if (bytes === 'protocol') this.end('failed', 'protocol');
    // Another file may be under way by now, or none.
    else if (this.#job === job) this.options.child.send({ kind: 'answer', request, ...(bytes === undefined ? {} : { bytes }) });
  }

  async #asked(job: Job, message: Extract<FromChild, { readonly request: number }>): Promise<Uint8Array | undefined | 'protocol'> {
    switch (message.kind) {
      case 'range':
        if (message.offset + message.length > job.source.size) return 'protocol';
        return job.source.read(message.offset, message.length);
      case 'append': {
        let spool = this.#spools.get(message.spool);
        if (spool === undefined) this.#spools.set(message.spool, (spool = this.options.spool()));
        await spool.write(message.bytes);
        return undefined;
      }
      case 'fetch':
        return (await this.#spools.get(message.spool)?.read(message.offset, message.length)) ?? 'protocol';
      case 'drop': {
        const spool = this.#spools.get(message.spool);
        this.#spools.delete(message.spool);
        await spool?.close();
        return undefined;
      }
      case 'piece':
        await job.piece(message.bytes);
        return undefined;
    }
  }
}

/** What is in a file cannot speak for what is beside it. */
function isWithin(looked: Looked | undefined, part: string): boolean {
  const parts = looked === undefined ? [] : looked.kind === 'names' ? looked.names : looked.found.map(({ finding }) => finding);
  return parts.every((one) => one.part === part || one.part.startsWith(`${part}/`));
}
