/** Gauges whose values are asked for at scrape time: what cannot answer in time is absent and counted, never stale. */
import { Gauge, type Counter, type Registry } from 'prom-client';
import type { Health, HeldState, ReviewLedger, SpoolFactory, Vault } from '../ports.js';

/** Where shared and sampled values come from; leave out what this process does not have. */
export interface GaugeSources {
  readonly held?: () => ReturnType<ReviewLedger['counts']>;
  readonly spool?: SpoolFactory['usage'];
  readonly vault?: () => ReturnType<Vault['space']>;
  readonly jobs?: () => Promise<readonly JobCount[]>;
  readonly components?: readonly Health[];
  /** Routes on which break-glass is in force. */
  readonly bypasses?: () => readonly { readonly route: string }[];
}
export interface JobCount {
  readonly queue: string;
  readonly state: string;
  readonly count: number;
}

/** Prometheus gives a scrape 10 s by default: the others must still be answered in time. */
export const SOURCE_TIMEOUT_MS = 2_000;
/** Queues are a handful of names in the code; this bounds the series if a source ever says otherwise. */
const MOST_JOB_ROWS = 200;

/** The four states of `weir_held_messages` (HC 36); decided ones are history and not counted. */
const SHOWN_AS: Readonly<Record<HeldState, 'held' | 'awaiting-second' | 'releasing' | 'failed' | undefined>> = {
  held: 'held',
  'awaiting-second': 'awaiting-second',
  releasing: 'releasing',
  sending: 'releasing',
  failed: 'failed',
  uncertain: 'failed',
  'needs-credentials': 'failed',
  released: undefined,
  rejected: undefined,
  expired: undefined,
};

interface Pull {
  readonly source: string;
  /** Asks, and hands back what sets the gauges. */
  ask(): Promise<() => void>;
  /** Takes the gauges away until the next answer. */
  clear(): void;
}

class SourceTimeout extends Error {
  override readonly name = 'SourceTimeout';
}

async function within<T>(milliseconds: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SourceTimeout()), milliseconds);
    timer.unref();
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface PulledGaugesOptions {
  readonly registry: Registry;
  readonly sources: GaugeSources;
  readonly errors: Counter<'source'>;
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** Registers the gauges; the returned function refreshes all of them and never throws. */
export function pulledGauges(options: PulledGaugesOptions): () => Promise<void> {
  const { registry, sources, errors, now } = options;
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const pulls: Pull[] = [];

  const { held, spool, vault, jobs } = sources;
  const messages = gauge('weir_held_messages', 'Messages waiting in the vault, by state.', ['state']);
  const oldest = gauge(
    'weir_held_oldest_age_seconds',
    'Age of the oldest message that still waits for a decision; 0 when none waits.',
  );
  if (held !== undefined) {
    pulls.push({
      source: 'held',
      ask: async () => {
        const counts = await held();
        return () => {
          const shown = { held: 0, 'awaiting-second': 0, releasing: 0, failed: 0 };
          for (const [state, count] of Object.entries(counts.states)) {
            const as = SHOWN_AS[state as HeldState];
            if (as !== undefined) shown[as] += count;
          }
          for (const [state, count] of Object.entries(shown)) messages.set({ state }, count);
          oldest.set(
            counts.oldestHeldAt === undefined ? 0 : Math.max(0, (now() - counts.oldestHeldAt.getTime()) / 1000),
          );
        };
      },
      clear: () => {
        messages.reset();
        oldest.remove();
      },
    });
  }

  const spooled = gauge(
    'weir_spool_bytes',
    'Bytes of bodies waiting for their verdict, in memory and in encrypted temp files.',
    ['where'],
  );
  if (spool !== undefined) {
    pulls.push({
      source: 'spool',
      ask: async () => {
        const usage = spool();
        return () => {
          spooled.set({ where: 'memory' }, usage.memory);
          spooled.set({ where: 'disk' }, usage.disk);
        };
      },
      clear: () => spooled.reset(),
    });
  }

  const used = gauge('weir_vault_used_bytes', 'Bytes of sealed messages in the vault.');
  const limit = gauge('weir_vault_limit_bytes', 'Bytes the vault may use.');
  const free = gauge('weir_vault_free_bytes', 'Free bytes on the file system that holds the vault.');
  if (vault !== undefined) {
    pulls.push({
      source: 'vault',
      ask: async () => {
        const space = await vault();
        return () => {
          used.set(space.usedBytes);
          limit.set(space.limitBytes);
          free.set(space.freeBytes);
        };
      },
      clear: () => {
        used.remove();
        limit.remove();
        free.remove();
      },
    });
  }

  const queued = gauge('weir_jobs', 'Jobs by queue and state; `dead` wait for a person.', ['queue', 'state']);
  if (jobs !== undefined) {
    pulls.push({
      source: 'jobs',
      ask: async () => {
        const rows = await jobs();
        return () => {
          queued.reset();
          for (const { queue, state, count } of rows.slice(0, MOST_JOB_ROWS)) queued.set({ queue, state }, count);
        };
      },
      clear: () => queued.reset(),
    });
  }

  const bypassed = gauge('weir_bypass_active', '1 for each route on which break-glass lets everything pass now.', ['route']);
  const { bypasses } = sources;
  if (bypasses !== undefined) {
    pulls.push({
      source: 'bypasses',
      ask: () => {
        const routes = bypasses().map(({ route }) => route);
        return Promise.resolve(() => {
          bypassed.reset();
          for (const route of routes) bypassed.set({ route }, 1);
        });
      },
      clear: () => bypassed.reset(),
    });
  }

  const up = gauge('weir_component_up', 'What /readyz says of each component: 1 ready, 0 not.', ['component']);
  for (const health of sources.components ?? []) {
    pulls.push({
      source: 'components',
      ask: async () => {
        const { ok } = await health.check();
        return () => up.set({ component: health.component }, ok ? 1 : 0);
      },
      // A component that cannot even answer is down: absence would hide exactly what the alert looks for.
      clear: () => up.set({ component: health.component }, 0),
    });
  }

  // Values never measured must not show as a 0 that looks like a measurement.
  for (const bare of [oldest, used, limit, free]) bare.remove();

  const unanswered = new Set<Pull>();
  const refresh = async (pull: Pull): Promise<void> => {
    try {
      // A source that still owes an answer is not asked again: questions must not pile up on what is slow already.
      if (unanswered.has(pull)) throw new SourceTimeout();
      unanswered.add(pull);
      const asked = pull.ask().finally(() => unanswered.delete(pull));
      (await within(options.timeoutMs ?? SOURCE_TIMEOUT_MS, asked))();
    } catch {
      // The counter is the report: what failed is told in the log by the component itself.
      errors.inc({ source: pull.source });
      pull.clear();
    }
  };
  return async () => {
    await Promise.all(pulls.map(refresh));
  };
}
