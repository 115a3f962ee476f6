/** Tenth schema: alert rules over many sinks: events counted together until a sink may have them, deliveries, and what a fleet's sinks were sent lately. */
import { sql, type Kysely, type Migration } from 'kysely';

/** One statement each; kysely runs them in one transaction with the others. What the version before writes, alert_batches too, is still taken in. */
const STATEMENTS = [
  // The same event written twice, since its first commit was in doubt, is one.
  `alter table alert_events add column event_id text unique`,
  `create table alert_groups (
    rule text not null, sink text not null, lane text not null check (lane in ('usual', 'urgent')),
    body jsonb not null, total bigint not null, opened_at timestamptz(3) not null, waited_quiet boolean not null default false,
    primary key (rule, sink, lane)
  )`,
  `create table alert_counting (
    rule text not null, event bigint not null, at timestamptz(3) not null, times bigint not null, entered_at timestamptz(3) not null,
    primary key (rule, event)
  )`,
  `create table alert_deliveries (
    n bigint generated always as identity primary key,
    rule text not null, sink text not null, lane text not null, kind text not null check (kind in ('events', 'test')), digest boolean not null default false,
    body jsonb not null, previews jsonb not null, severity text not null, total bigint not null, from_at timestamptz(3) not null, to_at timestamptz(3) not null,
    created_at timestamptz(3) not null, state text not null default 'open' check (state in ('open', 'sent', 'dead')),
    attempts integer not null default 0, last_error text, sent_at timestamptz(3), job bigint
  )`,
  `create index alert_deliveries_open on alert_deliveries (rule, sink, lane) where state = 'open'`,
  `create index alert_deliveries_last on alert_deliveries (rule, sink, lane, created_at desc)`,
  `create index alert_deliveries_by_sink on alert_deliveries (sink, n desc)`,
  `create index alert_deliveries_dead on alert_deliveries (sink) where state = 'dead'`,
  `create index alert_deliveries_old on alert_deliveries (created_at) where state <> 'open'`,
  `create table alert_sinks (
    id text primary key, paused_until timestamptz(3), failing_since timestamptz(3), told_at timestamptz(3), last_sent_at timestamptz(3), last_error text
  )`,
  `create table alert_sends (n bigint generated always as identity primary key, sink text not null, at timestamptz(3) not null)`,
  `create index alert_sends_by_sink on alert_sends (sink, at)`,
] as const;

export const alerts: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
