/** Third schema: what the queue sorts, filters and groups by, comments, saved filters, bulk plans, and word of every change. */
import { sql, type Kysely, type Migration } from 'kysely';

/** In which a message waits for a person: the queue is these, and its indexes stay as small as it is. */
const WAITING = `state in ('held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain')`;

/** One statement each; kysely runs them in one transaction with the others. */
const STATEMENTS = [
  `alter table messages
    add column department text, add column sender_mark text, add column file_names jsonb not null default '[]',
    add column risk smallint not null default 0, add column risk_reasons jsonb not null default '[]', add column risk_rank bigint not null default 0,
    add column group_key text collate "C" not null default '', add column group_reason text not null default 'file',
    add column grades text[] not null default '{}', add column detectors text[] not null default '{}', add column terms text[] not null default '{}',
    add column assignee text, add column comments integer not null default 0`,
  // What was held before sorts by its age alone.
  `update messages set risk_rank = -floor(extract(epoch from received_at) * 1000)`,
  `create index messages_waiting on messages (id) where ${WAITING}`,
  `create index messages_waiting_by_risk on messages (risk_rank desc, id desc) where ${WAITING}`,
  `create index messages_waiting_by_expiry on messages (expires_at, id) where ${WAITING}`,
  `create index messages_waiting_by_group on messages (group_key, id) where ${WAITING}`,
  `create index messages_waiting_by_assignee on messages (assignee, severity, received_at) where ${WAITING}`,
  `create index messages_by_time on messages (received_at)`,
  `create index messages_by_decision on messages (decision_at) where decision_at is not null`,
  // A short list of pending entries: a search reads all of them, and one held message adds dozens.
  `create index messages_by_term on messages using gin (terms) with (gin_pending_list_limit = 512)`,
  `create index decisions_by_time on decisions (at)`,
  `create table known_recipients (mark text collate "C" primary key, first_at timestamptz(3) not null)`,
  `create table comments (
    n bigint generated always as identity primary key,
    message_id text collate "C" not null references messages, account_id text, actor text not null, at timestamptz(3) not null, words text not null
  )`,
  `create index comments_by_message on comments (message_id, n)`,
  `create table saved_filters (
    n bigint generated always as identity primary key,
    account_id text not null, name text not null, filter jsonb not null, labels jsonb not null, sort text, shared boolean not null, created_at timestamptz(3) not null
  )`,
  `create index saved_filters_by_account on saved_filters (account_id)`,
  `create table bulk_plans (
    token_hash text collate "C" primary key,
    actor text not null, action text not null, plan jsonb not null, digest text not null, expires_at timestamptz(3) not null
  )`,
  `create index bulk_plans_by_expiry on bulk_plans (expires_at)`,
  // Of new messages the gateway tells after the commit: a notice inside would make the commits of all holds wait for each other.
  `create function tell_of_message() returns trigger language plpgsql as $$
    begin perform pg_notify('weir_messages', new.id || ' ' || new.state); return null; end $$`,
  `create trigger messages_tell after update on messages for each row
    when (old.state is distinct from new.state or old.assignee is distinct from new.assignee or old.comments is distinct from new.comments)
    execute function tell_of_message()`,
] as const;

export const queue: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
