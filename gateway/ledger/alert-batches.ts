/** Alert events grouped into one message per sink, kept until the sink took it. */
import type { AlertBatch, AlertEvent, AlertSink, Clock } from '../ports.js';
import { alertEvent } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { jsonText } from './text.js';

/** Events read per run; a flood takes several runs and stays in order. */
const EVENTS_PER_RUN = 5_000;
/** Lines in one message; `total` says how many events there were. */
const ITEMS = 50;
/** A sender that took a batch and died gives it free after this long. */
const CLAIM_MS = 120_000;
/** Sent and written off, kept for a look back. */
const KEEP_MS = 30 * 24 * 3_600_000;
const WORST_FIRST = ['critical', 'high', 'medium', 'low', 'info'] as const;

export interface WaitingBatch {
  readonly n: number;
  readonly sink: string;
  readonly batch: AlertBatch;
  readonly attempts: number;
}

export interface AlertBatches {
  /** Turns new events into batches for the sinks that want them. */
  collect(sinks: readonly Pick<AlertSink, 'id' | 'wants'>[]): Promise<void>;
  /** Claims batches that are due. */
  take(limit: number): Promise<readonly WaitingBatch[]>;
  sent(n: number): Promise<void>;
  retry(n: number, code: string, delayMs: number): Promise<void>;
  dead(batch: WaitingBatch, code: string): Promise<void>;
}

export function alertBatches(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): AlertBatches {
  const { database, audit, clock } = options;
  const now = (): Date => new Date(clock.now());
  return {
    async collect(sinks) {
      await database.transact(async (trx) => {
        const rows = await trx.selectFrom('alert_events').selectAll().where('batched_at', 'is', null).orderBy('n').limit(EVENTS_PER_RUN).forUpdate().skipLocked().execute();
        const events = rows.map(alertEvent);
        for (const sink of sinks) {
          const wanted = events.filter((event) => sink.wants(event));
          if (wanted.length === 0) continue;
          await trx.insertInto('alert_batches').values({ sink: sink.id, batch: jsonText(batchOf(wanted)), created_at: now(), due_at: now(), last_error: null }).execute();
        }
        if (rows.length > 0) await trx.updateTable('alert_events').set({ batched_at: now() }).where('n', 'in', rows.map(({ n }) => n)).execute();
        const old = new Date(clock.now() - KEEP_MS);
        await trx.deleteFrom('alert_events').where('batched_at', '<', old).execute();
        await trx.deleteFrom('alert_batches').where('state', '!=', 'open').where('due_at', '<', old).execute();
      });
    },
    async take(limit) {
      return await database.transact(async (trx) => {
        const rows = await trx.selectFrom('alert_batches').selectAll().where('state', '=', 'open').where('due_at', '<=', now()).orderBy('n').limit(limit).forUpdate().skipLocked().execute();
        if (rows.length === 0) return [];
        await trx.updateTable('alert_batches').set({ due_at: new Date(clock.now() + CLAIM_MS) }).where('n', 'in', rows.map(({ n }) => n)).execute();
        return rows.map(({ n, sink, batch, attempts }) => ({ n, sink, attempts, batch: revive(batch as AlertBatch) }));
      });
    },
    async sent(n) {
      await database.transact((trx) => trx.updateTable('alert_batches').set({ state: 'sent' }).where('n', '=', n).execute());
    },
    async retry(n, code, delayMs) {
      const due = new Date(clock.now() + delayMs);
      await database.transact((trx) => trx.updateTable('alert_batches').set((eb) => ({ due_at: due, attempts: eb('attempts', '+', 1), last_error: code })).where('n', '=', n).execute());
    },
    async dead(batch, code) {
      await database.transact(async (trx) => {
        await trx.updateTable('alert_batches').set({ state: 'dead', last_error: code }).where('n', '=', batch.n).execute();
        await audit.append(trx, { at: now(), actor: 'worker', act: 'alert.dead-letter', subject: `al-${batch.n}`, data: { sink: batch.sink, events: batch.batch.total, code } });
      });
    },
  };
}

/** Events that differ only in time, incident and counts are one line. */
function batchOf(events: readonly AlertEvent[]): AlertBatch {
  const lines = new Map<string, { readonly event: AlertEvent; count: number }>();
  let total = 0;
  for (const event of events) {
    const times = event.counts['folded'] ?? 1;
    total += times;
    const key = JSON.stringify([event.kind, event.severity, event.route, event.rule, event.code]);
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { event, count: times });
    else line.count += times;
  }
  const items = [...lines.values()].sort((a, b) => WORST_FIRST.indexOf(a.event.severity) - WORST_FIRST.indexOf(b.event.severity)).slice(0, ITEMS);
  const times = events.map((event) => event.at.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)), total, items };
}

/** JSON knows no dates. */
function revive(batch: AlertBatch): AlertBatch {
  const items = batch.items.map(({ event, count }) => ({ event: { ...event, at: new Date(event.at) }, count }));
  return { ...batch, from: new Date(batch.from), to: new Date(batch.to), items };
}
