/** Gauges of what all nodes of a fleet share: held messages, jobs, vault, backup, nodes; shown by the process that holds the lease. */
import type { HeldState } from '../ports.js';
import type { Pull, PulledGaugesOptions } from './pulled-gauges.js';

/** Queues are a handful of names in the code; this bounds the series if a source ever says otherwise. */
const MOST_JOB_ROWS = 200;
/** The configuration names at most so many, twice over for plain webhooks and for what it no longer has. */
const MOST_SINKS = 100;
/** Nodes follow a changed policy within seconds: more revisions than this at a time tell nothing more. */
const MOST_REVISIONS = 20;
/** What was decided just now may not be committed yet. */
const SETTLED_MS = 5_000;

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

export function sharedGauges({ make, sources, now, reviewed: observe }: PulledGaugesOptions): readonly Pull[] {
  const { gauge } = make;
  const { held, vault, jobs, alerts, reviewed, backup, nodes } = sources;
  const ageOf = (at: Date): number => Math.max(0, (now() - at.getTime()) / 1_000);
  const pulls: Pull[] = [];

  const messages = gauge('weir_held_messages', 'Messages waiting in the vault, by state.', 'max', ['state']);
  const oldest = gauge('weir_held_oldest_age_seconds', 'Age of the oldest message that still waits for a decision; 0 when none waits.', 'max');
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
          oldest.set(counts.oldestHeldAt === undefined ? 0 : ageOf(counts.oldestHeldAt));
        };
      },
      clear: () => {
        messages.reset();
        oldest.remove();
      },
    });
  }

  const used = gauge('weir_vault_used_bytes', 'Bytes of sealed messages in the vault.', 'max');
  const limit = gauge('weir_vault_limit_bytes', 'Bytes the vault may use.', 'max');
  const free = gauge('weir_vault_free_bytes', 'Free bytes on the file system that holds the vault; absent for a bucket.', 'min');
  if (vault !== undefined) {
    pulls.push({
      source: 'vault',
      ask: async () => {
        const space = await vault();
        return () => {
          used.set(space.usedBytes);
          limit.set(space.limitBytes);
          if (Number.isFinite(space.freeBytes)) free.set(space.freeBytes);
          else free.remove();
        };
      },
      clear: () => {
        for (const one of [used, limit, free]) one.remove();
      },
    });
  }

  const queued = gauge('weir_jobs', 'Jobs by queue and state; `dead` wait for a person.', 'max', ['queue', 'state']);
  const waits = gauge('weir_jobs_oldest_age_seconds', 'Age of the oldest job of a queue that is neither done nor dead; 0 when there is none.', 'max', ['queue']);
  if (jobs !== undefined) {
    pulls.push({
      source: 'jobs',
      ask: async () => {
        const rows = (await jobs()).slice(0, MOST_JOB_ROWS);
        return () => {
          queued.reset();
          waits.reset();
          const ages = new Map<string, number>();
          for (const { queue, state, count, oldestAt } of rows) {
            queued.set({ queue, state }, count);
            if (state !== 'dead') ages.set(queue, Math.max(ages.get(queue) ?? 0, oldestAt === undefined ? 0 : ageOf(oldestAt)));
          }
          for (const [queue, age] of ages) waits.set({ queue }, age);
        };
      },
      clear: () => {
        queued.reset();
        waits.reset();
      },
    });
  }

  const untold = gauge('weir_alert_events_waiting', 'Events that wait for a sink: for the end of a window or of quiet hours, for its budget, for it to be back.', 'max', ['sink']);
  const untoldAge = gauge('weir_alert_oldest_age_seconds', 'Age of the oldest event that waits for a sink; 0 when none waits.', 'max', ['sink']);
  if (alerts !== undefined) {
    pulls.push({
      source: 'alerts',
      ask: async () => {
        const sinks = (await alerts()).slice(0, MOST_SINKS);
        return () => {
          untold.reset();
          untoldAge.reset();
          for (const { sink, waiting, oldest: since } of sinks) {
            untold.set({ sink }, waiting);
            untoldAge.set({ sink }, since === undefined ? 0 : ageOf(since));
          }
        };
      },
      clear: () => {
        untold.reset();
        untoldAge.reset();
      },
    });
  }

  if (reviewed !== undefined) {
    let until: number | undefined;
    pulls.push({
      source: 'reviewed',
      ask: async () => {
        const from = until;
        const to = now() - SETTLED_MS;
        // Decisions from before this process began to speak were counted by the one that spoke then.
        const times = from === undefined || to <= from ? [] : await reviewed(new Date(from), new Date(to));
        return () => {
          until = Math.max(from ?? 0, to);
          observe(times);
        };
      },
      // A failed look leaves the stretch open; the next one covers it.
      clear: () => {
        if (sources.shared?.() === false) until = undefined;
      },
    });
  }

  const backedUp = gauge('weir_backup_last_success_timestamp_seconds', 'When the newest backup was finished; absent when there is none.', 'max');
  if (backup !== undefined) {
    pulls.push({
      source: 'backup',
      ask: async () => {
        const at = await backup();
        return () => (at === undefined ? backedUp.remove() : backedUp.set(at.getTime() / 1_000));
      },
      clear: () => backedUp.remove(),
    });
  }

  const running = gauge('weir_fleet_nodes', 'Nodes seen lately, by the revision of the policy that they run; `none` for workers.', 'max', ['revision']);
  if (nodes !== undefined) {
    pulls.push({
      source: 'nodes',
      ask: async () => {
        const rows = (await nodes()).slice(0, MOST_REVISIONS);
        return () => {
          running.reset();
          for (const { revision, count } of rows) running.set({ revision: revision ?? 'none' }, count);
        };
      },
      clear: () => running.reset(),
    });
  }

  // Values never measured must not show as a 0 that looks like a measurement.
  for (const bare of [oldest, used, limit, free, backedUp]) bare.remove();
  return pulls.map((pull) => ({ ...pull, shared: true }));
}
