/** Fourth schema: who waits for a second person, escalation, openings of originals, and findings that people called false positives. */
import { sql, type Kysely, type Migration } from 'kysely';

/** One statement each; kysely runs them in one transaction with the others. */
const STATEMENTS = [
  `alter table messages
    add column first_account text, add column first_until timestamptz(3),
    add column escalated_at timestamptz(3), add column escalated_by text`,
  // A first approval from before has its day as well.
  `update messages set first_until = coalesce(decision_at, now()) + interval '24 hours' where state = 'awaiting-second'`,
  `create index messages_by_approval on messages (first_until) where state = 'awaiting-second'`,
  `create index messages_by_destination on messages (destination, received_at)`,
  `create table openings (
    token_hash text collate "C" primary key,
    message_id text collate "C" not null references messages, account_id text not null, actor text not null,
    what text not null check (what in ('values', 'file')), reason text not null,
    opened_at timestamptz(3) not null, expires_at timestamptz(3) not null, reads integer not null default 0
  )`,
  `create index openings_by_account on openings (account_id, opened_at)`,
  `create table false_positives (
    message_id text collate "C" not null references messages, finding integer not null,
    detector text not null, actor text not null, at timestamptz(3) not null, exception_id text not null,
    primary key (message_id, finding)
  )`,
] as const;

export const content: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
