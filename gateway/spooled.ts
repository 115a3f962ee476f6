/** A body read to its end before anything of it leaves: kept as it came, with masks for everything found in it, until its verdict is carried out. */
import { changedBody, type ChangedBody, type Changes } from './body/changed-body.js';
import { encodeEdit } from './body/edit-log.js';
import type { Inspector, MaskEdit, Plan, Spool, SpoolFactory } from './ports.js';
import { scanned, timed, type BookPorts, type Books } from './act/books.js';
import { childParts, type ChildPorts, type Children } from './act/children.js';
import type { Kinds } from './act/evidence.js';
import type { Inflow, Step } from './act/inflow.js';
import { Pace } from './act/paced.js';
import { isProvenClean } from './act/proven-clean.js';
import type { PipelinePorts, Run } from './act/run.js';

/** What is open while a body is read, and until it has left. */
export interface OpenedSpools {
  /** As it came. */
  readonly spool: Spool;
  /** Masks of everything found, in order; which of them are applied is known with the verdict. */
  readonly log: Spool;
  readonly inspector: Inspector;
  readonly children: Children;
  /** Closed by `release`. */
  readonly opened: { close(): Promise<void> }[];
  readonly release: () => Promise<void> | undefined;
}

export interface Spooled extends OpenedSpools {
  /** What it stands for. */
  readonly plain: Pick<Spool, 'size' | 'stream'>;
  readonly kind: Kinds;
}

/** `asker`: who sent it, so that one sender's files do not keep those of others waiting. `whole`: the body, where all of it is in memory anyway. */
export function openSpools(ports: ChildPorts, inspector: Inspector, asker: string | undefined, whole?: readonly Uint8Array[]): OpenedSpools {
  const held = whole === undefined ? undefined : ports.spools.hold?.(whole);
  const spool = held ?? ports.spools.create();
  const children = childParts({ ...ports, asker }, inspector);
  const log = new LaterSpool(ports.spools);
  const opened: { close(): Promise<void> }[] = [];
  const release = (): Promise<void> | undefined => {
    const closing = children.close();
    // Most bodies have nothing beside them that is open.
    if (closing === undefined && opened.length === 0 && !log.isMade) {
      const closed = spool.close();
      return held === undefined ? closed : undefined;
    }
    return allClosed([closing ?? DONE, spool.close(), log.close(), ...opened.map((one) => one.close())]);
  };
  return { spool, log, inspector, children, opened, release };
}

async function allClosed(closing: readonly Promise<void>[]): Promise<void> {
  await Promise.all(closing);
}

const DONE: Promise<void> = Promise.resolve();
const NO_BYTES = new Uint8Array(0);

/** Made when something is written into it: most bodies need none. */
class LaterSpool implements Spool {
  #spool: Spool | undefined;

  constructor(private readonly spools: SpoolFactory) {}

  get isMade(): boolean {
    return this.#spool !== undefined;
  }

  get size(): number {
    return this.#spool?.size ?? 0;
  }

  write(chunk: Uint8Array): Promise<void> {
    this.#spool ??= this.spools.create();
    return this.#spool.write(chunk);
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#spool?.read(offset, length) ?? Promise.resolve(NO_BYTES);
  }

  async *stream(offset?: number): AsyncIterable<Uint8Array> {
    if (this.#spool !== undefined) yield* this.#spool.stream(offset);
  }

  close(): Promise<void> {
    return this.#spool?.close() ?? DONE;
  }
}

export interface ToSpool {
  readonly body: Inflow;
  readonly books: Books;
  readonly kind: Kinds;
  /** More will come: what is found at its end is found again then. */
  readonly isCut?: boolean | undefined;
  /** Told of every byte that was read, in order. */
  readonly seen?: ((plain: Uint8Array) => void) | undefined;
  /** Ends the opening of parts early. */
  readonly signal?: AbortSignal | undefined;
}

export interface WasSpooled {
  /** Bytes of what it stands for, and how many of them are settled without an end. */
  readonly size: number;
  readonly settled: number;
}

/** Reads, scans and keeps all of it, and opens what it carries. A promise only where something has to be waited for. */
export function spoolAll(ports: Pick<BookPorts, 'stopwatch'>, what: ToSpool, into: OpenedSpools): WasSpooled | Promise<WasSpooled> {
  const spooling = new Spooling(ports, what, into);
  const waits = spooling.go();
  return waits === undefined ? spooling : spooling.goingOn(waits);
}

/** What is to be done next. */
type Stage = 'read' | 'scan' | 'keep' | 'close' | 'end' | 'open' | 'done';

class Spooling implements WasSpooled {
  size = 0;
  settled = 0;
  #stage: Stage = 'read';
  #step: Step | undefined;
  #at = 0;
  readonly #pace = new Pace();

  constructor(
    private readonly ports: Pick<BookPorts, 'stopwatch'>,
    private readonly what: ToSpool,
    private readonly into: OpenedSpools,
  ) {}

  /** As far as nothing has to be waited for; answers with what is to be waited for before it is called again. */
  go(): Promise<unknown> | undefined {
    try {
      while (this.#stage !== 'done') {
        const waits = this.#next();
        if (waits !== undefined) return waits;
      }
      return undefined;
    } catch (thrown) {
      const closing = this.what.body.close();
      if (closing === undefined) throw thrown;
      return closing.then(() => {
        throw thrown;
      });
    }
  }

  async goingOn(first: Promise<unknown>): Promise<WasSpooled> {
    try {
      for (let waits: Promise<unknown> | undefined = first; waits !== undefined; waits = this.go()) await waits;
      return this;
    } catch (thrown) {
      await this.what.body.close();
      throw thrown;
    }
  }

  #next(): Promise<unknown> | undefined {
    switch (this.#stage) {
      case 'read': {
        const next = this.what.body.next();
        if (next instanceof Promise) return next.then((step) => this.#take(step));
        this.#take(next);
        return undefined;
      }
      case 'scan':
        return this.#scan();
      case 'keep': {
        this.#stage = 'read';
        const wire = this.#step?.wire;
        const { spool } = this.into;
        return wire === undefined ? undefined : spool.adopt === undefined ? spool.write(wire) : spool.adopt(wire);
      }
      case 'close':
        this.#stage = 'end';
        return this.what.body.close();
      case 'end': {
        this.#stage = 'open';
        const { inspector, children, log } = this.into;
        const last = timed(this.ports, this.what.books, () => inspector.end(true));
        return both(this.what.isCut === true || last.edits.length === 0 ? undefined : note(log, this.what.kind, last.edits), children.take());
      }
      case 'open':
        this.#stage = 'done';
        return this.into.children.open(undefined, this.what.signal);
      case 'done':
        return undefined;
    }
  }

  #take(step: Step | undefined): void {
    this.#step = step;
    this.#at = 0;
    if (step?.wire !== undefined) this.what.books.bytes += step.wire.length;
    this.#stage = step === undefined ? 'close' : 'scan';
  }

  /** One piece of what was read. */
  #scan(): Promise<unknown> | undefined {
    const plain = this.#step?.plain;
    if (plain === undefined || this.#at >= plain.length) {
      this.#stage = 'keep';
      return undefined;
    }
    const { body, books, kind, isCut = false, seen } = this.what;
    const { inspector, children, log } = this.into;
    const piece = this.#pace.piece(plain, this.#at);
    this.#at += piece.length;
    this.size += piece.length;
    seen?.(piece);
    const spent = books.scanMs;
    const { settled, edits } = scanned(this.ports, books, inspector, piece, this.#at >= plain.length && body.drained && !isCut);
    this.settled = settled;
    const waits = both(edits.length === 0 ? undefined : note(log, kind, edits), children.take());
    return both(waits, this.#pace.took(books.scanMs - spent));
  }
}

/** Both of them, where there are two. */
const both = (one: Promise<unknown> | undefined, other: Promise<unknown> | undefined): Promise<unknown> | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Promise.all([one, other]);

async function note(log: Spool, kind: Kinds, edits: readonly MaskEdit[]): Promise<void> {
  for (const edit of edits) await log.write(encodeEdit({ at: edit.at, bytes: edit.bytes, kind: kind.numberOf(edit.finding) }));
}

/** How a body becomes the one in which everything wanted is masked. */
export function changesOf({ plain, log, kind, children }: Spooled, wanted: Plan['masks']): Changes {
  return { spool: plain, log, chosen: kind.choose(wanted), parts: children.replacements(wanted) };
}

/** What a masked release of kept bytes needs. */
export interface MaskedForm {
  readonly edits: Spool;
  /** Bytes of the masked body, where they are another number. */
  readonly maskedLength: number | undefined;
  /** False: something cannot be masked, or would still show. */
  readonly maskable: boolean;
}

/** What a masked release sends is made where the parts can be opened; where it cannot be made there is none. The parts are closed then. */
export async function maskedForm(ports: PipelinePorts, run: Run, spooled: Spooled, canMask: boolean): Promise<MaskedForm> {
  const masked: ChangedBody | undefined = await changedBody(ports.spools, changesOf(spooled, () => true)).catch(() => undefined);
  if (masked !== undefined) spooled.opened.push(masked);
  await spooled.children.close();
  const isWhole = masked !== undefined && canMask && !(run.books.evidence?.classes ?? []).some(({ where, maskable }) => where === 'body' && !maskable);
  return {
    edits: masked?.log ?? spooled.log,
    maskedLength: masked?.change === 'recoded' ? masked.length : undefined,
    maskable: isWhole && (masked.change === 'none' || (await isProvenClean(ports, run, masked.body()))),
  };
}
