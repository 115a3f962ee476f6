/** Thirteenth schema: ended jobs are found by when they ended, and a sender is told once that a mail is late. */
import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  // First, as in every transaction that keeps or ends a mail: where an older program works beside, two orders would be a deadlock.
  `alter table mail_recipients add column delay_told boolean not null default false`,
  // As those that are tidied away are asked for: of jobs that go by themselves there are many, of those given up few.
  `create index outbox_ended on outbox (closed_at) where outcome in ('done', 'moot')`,
] as const;

export const tidying: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
