/** Eighth schema: every kind of job in the outbox, leases for what one process of a fleet does for all, and held messages scanned again. */
import { sql, type Kysely, type Migration } from 'kysely';

/** One statement each; kysely runs them in one transaction with the others. What the version before does goes on working with it. */
const STATEMENTS = [
  // An alert job is about no message; `ref` names what it is about instead.
  `alter table outbox alter column message_id drop not null, add column ref text`,
  `create index outbox_dead on outbox (closed_at desc, n desc) where outcome = 'dead'`,
  `create index outbox_by_ref on outbox (kind, ref) where ref is not null`,
  `create unique index outbox_one_rescan on outbox (message_id) where kind = 'rescan' and closed_at is null`,
  // Notices that wait become jobs like the rest.
  `insert into outbox (kind, message_id, ref, created_at, due_at) select 'notice', message_id, n::text, created_at, created_at from notices where state = 'open'`,
  `create table leases (name text primary key, holder text not null, until timestamptz(3) not null)`,
  `alter table messages add column rescanned_at timestamptz(3), add column rescan_revision text, add column rescan_found_more boolean not null default false`,
  `create table rescan_runs (
    n bigint generated always as identity primary key,
    revision text not null, cause text not null check (cause in ('revision', 'asked')),
    actor text not null, reason text, messages integer not null, at timestamptz(3) not null
  )`,
] as const;

export const jobs: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
