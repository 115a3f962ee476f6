/** Opens files in processes of their own (HC 34): a few that wait for work, a bounded queue in front of them, and a hostile file costs one process and nothing else. */
import { WeirError } from '../../errors.js';
import type { ChildPart, ChildSink, Finding, LookAsked, Looked, OpenedPart, PartOpener, PartSource, Spool, SpoolFactory } from '../../ports.js';
import type { ChildSettings, ToChild } from './child-protocol.js';
import type { ContainerMemo } from './child-run.js';
import { ChildSlot, type Bounds, type ExtractChild, type Job, type Outcome } from './child-slot.js';

/** Between two starts where the first did not succeed: spares a machine in trouble. */
const AGAIN_MS = 1000;
/** Of the files that may wait, those of one sender: the others find room. */
const ASKER_SHARE = 0.5;

export interface PoolOptions extends Bounds {
  readonly spawn: () => ExtractChild;
  readonly settings: ChildSettings;
  /** Processes at once. */
  readonly children: number;
  /** Files that wait for one. */
  readonly waiting: number;
  readonly spools: Pick<SpoolFactory, 'create'>;
  /** A code for the log. */
  readonly onFailure: (code: string) => void;
}

export interface ExtractPool extends PartOpener {
  /** Starts one process, so that the first file does not wait for it. */
  warm(): void;
}

export function extractPool(options: PoolOptions): ExtractPool {
  const { spawn, settings, children, waiting, spools, onFailure } = options;
  const slots = new Set<ChildSlot>();
  const queue: Job[] = [];
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  function startOne(): void {
    const slot: ChildSlot = new ChildSlot({
      child: spawn(), settings, onFailure,
      bounds: options,
      spool: () => spools.create(),
      onIdle: () => pump(),
      onGone(started) {
        slots.delete(slot);
        if (started) {
          pump();
          return;
        }
        // Nobody else will open what waits: one file is told, the next one tries again later.
        if (slots.size === 0) queue.shift()?.settle({ kind: 'failed', reason: 'failed', detail: 'start' });
        again ??= setTimeout(() => {
          again = undefined;
          pump();
        }, AGAIN_MS).unref();
      },
    });
    slots.add(slot);
  }
  /** In the order in which they came, but first for those of whom fewest are being opened: an exchange has one file here at a time, a sender may have many exchanges. */
  function next(): Job | undefined {
    let best = queue[0];
    for (const job of queue) if (best !== undefined && load(job) < load(best)) best = job;
    if (best !== undefined) queue.splice(queue.indexOf(best), 1);
    return best;
  }
  /** Among equals it is not twice the same one's turn. */
  const load = ({ asker }: Job): number => (asker === undefined ? 0 : (busy.get(asker) ?? 0) + (asker === last ? 0.5 : 0));
  function count(asker: string | undefined, by: 1 | -1): void {
    if (asker === undefined) return;
    const now = (busy.get(asker) ?? 0) + by;
    if (now > 0) busy.set(asker, now);
    else busy.delete(asker);
  }
  const busy = new Map<string, number>();
  let last: string | undefined;
  function pump(): void {
    if (closed) return;
    for (const slot of slots) {
      if (!slot.isIdle) continue;
      const job = next();
      if (job === undefined) return;
      running.set(job, slot);
      count(job.asker, 1);
      last = job.asker;
      slot.run(job);
    }
    if (queue.length > 0 && slots.size < children && again === undefined) startOne();
  }
  const running = new WeakMap<Job, ChildSlot>();

  function work(start: Job['start'], source: PartSource, signal: AbortSignal | undefined, takes: Pick<Job, 'told' | 'looked' | 'piece' | 'asker'>): Promise<Outcome> {
    return new Promise((resolve) => {
      const own = takes.asker === undefined ? 0 : queue.filter(({ asker }) => asker === takes.asker).length;
      if (closed || signal?.aborted === true || queue.length >= waiting || own >= waiting * ASKER_SHARE) {
        resolve({ kind: 'failed', ...(closed ? { reason: 'failed', detail: 'closed' } : { reason: 'timeout', detail: 'queue' }) });
        return;
      }
      const job: Job = {
        start, source, ...takes,
        settle(outcome) {
          signal?.removeEventListener('abort', left);
          if (running.delete(job)) count(job.asker, -1);
          resolve(outcome);
        },
      };
      const left = (): void => {
        const place = queue.indexOf(job);
        if (place < 0) {
          running.get(job)?.end('timeout', 'time');
          return;
        }
        queue.splice(place, 1);
        job.settle({ kind: 'failed', reason: 'timeout', detail: 'queue' });
      };
      signal?.addEventListener('abort', left, { once: true });
      queue.push(job);
      pump();
    });
  }

  async function open(child: ChildPart, source: PartSource, sink: ChildSink, signal?: AbortSignal, asker?: string): Promise<OpenedPart> {
    const seen = { maskable: false };
    const outcome = await work({ kind: 'read', child, size: source.size }, source, signal, {
      told(told) {
        if (told.kind === 'found') {
          seen.maskable ||= told.one.maskable;
          sink.found(told.one);
        } else if (told.kind === 'line') sink.line(told.one);
        else sink.unscannable(told.one);
      },
      piece: () => Promise.reject(new WeirError('internal')),
      asker,
    });
    if (outcome.kind === 'failed') {
      sink.unscannable({ part: child.part, reason: outcome.reason, bytes: source.size, detail: outcome.detail });
      // Some of it was said to be maskable before this was known: nothing of it may leave as masked.
      return { ...(seen.maskable ? { rewrite: () => Promise.reject(new WeirError('mask-failed')) } : {}), close: () => Promise.resolve() };
    }
    return outcome.memo === undefined ? { close: () => Promise.resolve() } : writable(child, source, outcome.memo, asker);
  }

  async function look(child: ChildPart, source: PartSource, asked: LookAsked, signal?: AbortSignal): ReturnType<NonNullable<PartOpener['look']>> {
    let seen: Looked | undefined;
    const outcome = await work({ kind: 'look', child, size: source.size, asked }, source, signal, {
      told: () => undefined,
      looked: (looked) => (seen = looked),
      piece: () => Promise.reject(new WeirError('internal')),
    });
    return outcome.kind === 'failed' ? { reason: outcome.reason } : { looked: seen };
  }

  function writable(child: ChildPart, source: PartSource, memo: ContainerMemo, asker: string | undefined): OpenedPart {
    /** What was written last, and for which wishes. */
    const written: { wanted?: string; spool?: Spool } = {};
    return {
      async rewrite(wanted: (finding: Finding) => boolean) {
        const flags = memo.samples.map(wanted);
        if (!flags.includes(true)) return undefined;
        const name = flags.map(Number).join('');
        if (written.spool === undefined || written.wanted !== name) {
          await written.spool?.close();
          delete written.spool;
          const spool = spools.create();
          // The process is free again before the first byte leaves, however slowly that is taken.
          const start: ToChild = { kind: 'rewrite', child, size: source.size, memo, wanted: flags };
          const outcome = await work(start, source, undefined, { told: () => undefined, piece: (bytes) => spool.write(bytes), asker });
          if (outcome.kind === 'failed' || spool.size === 0) {
            await spool.close();
            throw new WeirError('mask-failed');
          }
          written.spool = spool;
          written.wanted = name;
        }
        return written.spool.stream();
      },
      async close() {
        await written.spool?.close();
      },
    };
  }
  return {
    open,
    look,
    warm() {
      if (slots.size === 0 && !closed) startOne();
    },
    close() {
      closed = true;
      clearTimeout(again);
      for (const job of queue.splice(0)) job.settle({ kind: 'failed', reason: 'failed', detail: 'closed' });
      for (const slot of [...slots]) slot.end('failed', 'closed');
      return Promise.resolve();
    },
  };
}
