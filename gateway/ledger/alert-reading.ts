/** What people and metrics see of alerts: deliveries page by page, how each sink is doing, what waits. */
import { sql } from 'kysely';
import type { DeliveryState, DeliveryView, Severity, SinkState } from '../ports.js';
import type { LedgerDatabase } from './database.js';

export interface DeliveriesAsked {
  readonly sink?: string | undefined;
  readonly state?: DeliveryState | undefined;
  /** 1..200 */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: number | undefined;
}

export interface AlertReading {
  deliveries(asked: DeliveriesAsked): Promise<{ readonly deliveries: readonly DeliveryView[]; readonly next: number | undefined }>;
  delivery(n: number): Promise<DeliveryView | undefined>;
  /** Of those that were ever sent to or have something waiting. */
  sinks(): Promise<readonly SinkState[]>;
}

interface SinkRow {
  readonly sink: string;
  readonly failing_since: Date | null;
  readonly paused_until: Date | null;
  readonly last_sent_at: Date | null;
  readonly last_error: string | null;
  readonly waiting: number;
  readonly oldest: Date | null;
  readonly dead: number;
}

export function alertReading({ database }: { readonly database: LedgerDatabase }): AlertReading {
  const rows = () =>
    database.db.selectFrom('alert_deliveries').leftJoin('outbox', 'outbox.n', 'alert_deliveries.job').select([
      'alert_deliveries.n', 'rule', 'sink', 'alert_deliveries.kind', 'state', 'severity', 'total', 'from_at', 'to_at', 'alert_deliveries.created_at', 'sent_at',
      'alert_deliveries.attempts', 'alert_deliveries.last_error', 'job', 'outbox.due_at', 'outbox.last_error as waits_for',
    ]);
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number];
  const view = (row: Row): DeliveryView => ({
    n: row.n, rule: row.rule, sink: row.sink, kind: row.kind, state: row.state, severity: row.severity as Severity, total: row.total, from: row.from_at, to: row.to_at,
    createdAt: row.created_at, dueAt: row.state === 'open' ? (row.due_at ?? undefined) : undefined, sentAt: row.sent_at ?? undefined, attempts: row.attempts,
    lastError: (row.state === 'open' ? (row.waits_for ?? row.last_error) : row.last_error) ?? undefined, job: row.job ?? 0,
  });
  return {
    deliveries: ({ sink, state, limit, after }) =>
      database.read(async () => {
        let query = rows().orderBy('alert_deliveries.n', 'desc').limit(limit + 1);
        if (sink !== undefined) query = query.where('sink', '=', sink);
        if (state !== undefined) query = query.where('state', '=', state);
        if (after !== undefined) query = query.where('alert_deliveries.n', '<', after);
        const found = (await query.execute()).map(view);
        const page = found.slice(0, limit);
        return { deliveries: page, next: found.length > limit ? page.at(-1)?.n : undefined };
      }),
    delivery: (n) =>
      database.read(async () => {
        const row = await rows().where('alert_deliveries.n', '=', n).executeTakeFirst();
        return row === undefined ? undefined : view(row);
      }),
    sinks: () =>
      database.read(async (db) => {
        const { rows: found } = await sql<SinkRow>`
          with parts as (
            select sink, total as waiting, opened_at as since, 0 as dead from alert_groups
            union all select sink, total, from_at, 0 from alert_deliveries where state = 'open'
            union all select sink, 0, null, 1 from alert_deliveries where state = 'dead'
            union all select id, 0, null, 0 from alert_sinks
          ), sums as (select sink, sum(waiting)::bigint as waiting, min(since) as oldest, sum(dead)::bigint as dead from parts group by sink)
          select sums.sink, failing_since, paused_until, last_sent_at, last_error, waiting, oldest, dead
          from sums left join alert_sinks on alert_sinks.id = sums.sink order by sums.sink`.execute(db);
        return found.map((row) => ({
          sink: row.sink, failingSince: row.failing_since ?? undefined, pausedUntil: row.paused_until ?? undefined, lastSentAt: row.last_sent_at ?? undefined,
          lastError: row.last_error ?? undefined, waiting: row.waiting, oldest: row.oldest ?? undefined, dead: row.dead,
        }));
      }),
  };
}
