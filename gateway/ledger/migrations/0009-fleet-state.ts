/** Ninth schema: what nodes of a fleet must know of each other: who runs which policy, what monitored rules would have done, and who guesses at tokens. */
import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  `create table nodes (
    id text primary key, host text not null, version text not null, roles text[] not null, processes integer not null default 1,
    revision text, revision_since timestamptz(3), started_at timestamptz(3) not null, last_seen timestamptz(3) not null)`,
  `create table monitor_counts (
    day text not null, route text not null, rule text not null, action text not null, exchanges bigint not null,
    primary key (day, route, rule, action))`,
  // A file of counts from before is taken in once, also when its node dies in between.
  `create table monitor_imports (digest text primary key, at timestamptz(3) not null)`,
  `create table failed_attempts (network text primary key, failures integer not null, until timestamptz(3) not null)`,
  `create index failed_attempts_by_end on failed_attempts (until)`,
] as const;

export const fleetState: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
