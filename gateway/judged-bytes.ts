/** A body that leaves while it is read: as far as it is judged and masked, ending only after its verdict is on record. */
import { asWeirError, WeirError } from './errors.js';
import { rewriter } from './body/rewriter.js';
import type { Evidence, Inspector, MaskEdit, Progress, Verdict } from './ports.js';
import { raise, scanned, timed } from './act/books.js';
import { childParts, type Children } from './act/children.js';
import { joined } from './act/evidence.js';
import { recordVerdict } from './act/on-record.js';
import { Pace } from './act/paced.js';
import { checkedCut, isCut } from './act/pieces.js';
import type { PipelinePorts, Run } from './act/run.js';

export function settleBooks(run: Run, inspector: Inspector): { verdict: Verdict; evidence: Evidence } {
  const evidence = joined(run.head.evidence, inspector.evidence());
  const verdict = run.plan.decide(evidence);
  run.books.evidence = evidence;
  run.books.receipt = { ...inspector.receipt(), policy: run.policy };
  run.books.verdict = verdict;
  return { verdict, evidence };
}

/** Nothing more can be had without waiting. */
const END = Symbol('end');

export class JudgedBytes {
  readonly #out = rewriter();
  readonly #pace = new Pace();
  readonly #children: Children;
  #progress: Progress = { settled: 0, edits: [] };
  /** Before the end was known. */
  #before = 0;
  /** What is being read, and how far. */
  #plain: Uint8Array | undefined;
  #at = 0;
  #carriesWire = false;
  #edits: MaskEdit[] = [];
  /** Judged, and not handed out. */
  #ready: Uint8Array[] = [];
  /** Where `atOnce` had to leave off. */
  #pending: Promise<void> | undefined;
  #thrown: { readonly error: unknown } | undefined;
  #read = false;
  #ended = false;
  #judged = false;
  #whole = false;

  constructor(
    private readonly ports: PipelinePorts,
    private readonly run: Run,
    private readonly inspector: Inspector,
  ) {
    this.#children = childParts({ ...ports, asker: run.exchange.facts.user ?? run.exchange.facts.clientAddress }, inspector);
  }

  /** All of a body that passes, where nothing has to be waited for; else `bytes` goes on from where this left off. */
  atOnce(): readonly Uint8Array[] | undefined {
    try {
      while (!this.#read) {
        const step = this.#step();
        if (step === undefined) continue;
        if (step === END) break;
        this.#pending = step;
        return undefined;
      }
      this.#pending = this.#end();
      if (this.#pending !== undefined || this.inspector.children.length > 0) return undefined;
      this.#pending = this.#judge();
      if (this.#pending !== undefined || this.run.books.verdict?.action !== 'pass') return undefined;
      this.#whole = true;
      return [...this.#ready, ...this.#out.release(this.#settled(), this.#lastEdits())];
    } catch (error) {
      this.#thrown = { error };
      return undefined;
    }
  }

  async *bytes(): AsyncGenerator<Uint8Array, void> {
    const { ports, run, inspector } = this;
    const { books } = run;
    try {
      if (this.#thrown !== undefined) throw this.#thrown.error;
      if (this.#pending !== undefined) await this.#pending;
      while (!this.#read) {
        yield* this.#taken();
        const step = this.#step();
        if (step === END) break;
        if (step !== undefined) await step;
      }
      yield* this.#taken();
      if (!this.#ended) await this.#end();
      if (inspector.children.length > 0) {
        // Watched: the last bytes do not wait for what is in them. Its books are closed when it has been opened.
        this.#whole = true;
        books.after = openedLater(ports, run, inspector, this.#children);
        ports.later?.add(books.after);
        yield* this.#out.release(this.#settled(), this.#progress.edits);
        return;
      }
      if (!this.#judged) await this.#judge();
      this.#whole = true;
      yield* this.#out.release(this.#settled(), this.#lastEdits());
    } catch (thrown) {
      books.error = asWeirError(thrown, 'internal');
      throw books.error;
    } finally {
      await run.body.close();
      if (books.after === undefined) await this.#children.close();
      if (!this.#whole) await this.#cutShort();
    }
  }

  #taken(): Uint8Array[] {
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  /** One piece more. Answers with what is to be waited for before the next. */
  #step(): Promise<void> | typeof END | undefined {
    if (this.#plain === undefined) {
      const next = this.run.body.next();
      if (next instanceof Promise) return next.then((step) => this.#take(step));
      this.#take(next);
      return this.#read ? END : undefined;
    }
    const plain = this.#plain;
    const piece = this.#pace.piece(plain, this.#at);
    const { ports, run, inspector } = this;
    const { books } = run;
    this.#at += piece.length;
    if (this.#carriesWire) books.bytes += piece.length;
    run.exchange.piece?.seen?.(piece);
    const spent = books.scanMs;
    const isLast = this.#at >= plain.length;
    this.#progress = scanned(ports, books, inspector, piece, isLast && run.body.drained && !isCut(run));
    for (const edit of this.#progress.edits) this.#edits.push(edit);
    const aside = this.#children.take();
    this.#stopIfUnfit();
    if (isLast) {
      this.#plain = undefined;
      this.#release();
    }
    const turn = this.#pace.took(books.scanMs - spent);
    return aside === undefined || turn === undefined ? (aside ?? turn) : aside.then(() => turn);
  }

  #take(step: Awaited<ReturnType<Run['body']['next']>>): void {
    if (step === undefined) {
      this.#read = true;
      return;
    }
    const { wire, plain } = step;
    const leaving = this.run.mode === 'watch' ? wire : plain;
    if (leaving !== undefined) this.#out.push(leaving);
    this.#carriesWire = wire !== undefined && plain !== undefined;
    if (plain === undefined) {
      this.run.books.bytes += wire?.length ?? 0;
      this.#release();
    } else if (plain.length > 0) {
      this.#plain = plain;
      this.#at = 0;
    }
  }

  #release(): void {
    const { run } = this;
    const { books, exchange } = run;
    // With its declared length a body is complete for the far side: the last bytes wait for the verdict and its record.
    const isLast = (run.mode === 'watch' || run.coding === undefined) && exchange.body.length !== undefined && books.bytes >= exchange.body.length;
    const edits = this.#edits;
    if (edits.length > 0) this.#edits = [];
    // Watched bytes leave at once: no verdict can stop or change them.
    for (const one of this.#out.release(isLast ? 0 : run.mode === 'watch' ? books.bytes : this.#progress.settled, edits)) this.#ready.push(one);
  }

  /** The end is known. */
  #end(): Promise<void> | undefined {
    const { ports, run, inspector } = this;
    this.#ended = true;
    this.#before = this.#progress.settled;
    this.#progress = timed(ports, run.books, () => inspector.end(true));
    const aside = this.#children.take();
    this.#stopIfUnfit();
    // What could not be undone to its end cannot leave as if it had been.
    if (run.mode === 'stream' && run.body.decoder?.problem !== undefined) throw new WeirError('malformed-body');
    return aside;
  }

  #settled(): number {
    const { run } = this;
    return run.mode === 'watch' ? run.books.bytes : isCut(run) ? checkedCut(this.#before, run.books.bytes) : this.#progress.settled;
  }

  #lastEdits(): readonly MaskEdit[] {
    return isCut(this.run) ? [] : this.#progress.edits;
  }

  #judge(): Promise<void> | undefined {
    const { ports, run } = this;
    this.#judged = true;
    // A piece of which nothing may leave is refused before anything is on record.
    this.#settled();
    const { verdict } = settleBooks(run, this.inspector);
    // A finding that cannot be masked, or a count that only the end completes: what still waits here does not follow.
    if (run.mode === 'stream' && (verdict.action === 'block' || verdict.action === 'hold')) throw new WeirError('unscannable');
    return recordVerdict(ports, run, 'verdict');
  }

  /** In stream mode a stop can only be an abort: all that left had been judged, and the far side sees an incomplete body. */
  #stopIfUnfit(): void {
    const { run, inspector } = this;
    if (run.mode !== 'stream') return;
    if (inspector.unscannable.some(({ reason }) => run.plan.aborts(reason))) throw new WeirError('unscannable');
    if (run.plan.mode === 'hold') {
      const { action } = run.plan.decide(joined(run.head.evidence, inspector.evidence()));
      if (action === 'block' || action === 'hold') throw new WeirError('unscannable');
    }
  }

  /** What was seen until then is still counted, and what was stopped is on record. */
  async #cutShort(): Promise<void> {
    const { ports, run, inspector } = this;
    const { books, plan, head, exchange } = run;
    if (!this.#read) inspector.end(false);
    books.evidence = joined(head.evidence, inspector.evidence());
    books.receipt = { ...inspector.receipt(), policy: run.policy };
    // That the rest never came is no finding: nothing is kept or refused for it, and no record may say so.
    books.verdict ??= plan.decide({ ...books.evidence, unscannable: books.evidence.unscannable.filter(({ detail }) => detail !== 'incomplete') });
    if (books.error?.code !== 'unscannable') return;
    books.verdict = { ...books.verdict, action: 'block' };
    await recordVerdict(ports, run, 'verdict.abort');
    raise(ports, exchange, books, 'block');
  }
}

/** Opens what a watched body carried after the body has left; never fails, since nobody waits for it but the books. */
async function openedLater(ports: PipelinePorts, run: Run, inspector: Inspector, children: Children): Promise<void> {
  try {
    try {
      await children.open(undefined, ports.later?.signal);
    } finally {
      await children.close();
      settleBooks(run, inspector);
    }
    await recordVerdict(ports, run, 'verdict');
  } catch (thrown) {
    run.books.error = asWeirError(thrown, 'internal');
    raise(ports, run.exchange, run.books, 'failure');
  }
}
