/** Fifth schema: exceptions, break-glass, policy revisions, legal holds, and notices to senders. */
import { sql, type Kysely, type Migration } from 'kysely';

/** One statement each; kysely runs them in one transaction with the others. */
const STATEMENTS = [
  `alter table messages add column legal_hold boolean not null default false, add column sender_key text`,
  `create index messages_by_sender_key on messages (sender_key, received_at desc) where sender_key is not null`,
  `create table exceptions (
    id text collate "C" primary key,
    state text not null check (state in ('proposed', 'active', 'refused', 'ended')),
    sender_key text, sender text, destination text, detectors jsonb, fingerprints jsonb, conclusive boolean not null default false,
    reason text not null, owner text not null, message_id text collate "C" not null references messages,
    proposed_by text not null, proposed_at timestamptz(3) not null,
    decided_by text, decided_at timestamptz(3), decision_reason text, expires_at timestamptz(3) not null,
    check (fingerprints is not null or sender_key is not null or destination is not null),
    check (not conclusive or fingerprints is not null or (sender_key is not null and destination is not null and detectors is not null)),
    check (state <> 'active' or decided_by <> proposed_by)
  )`,
  `create index exceptions_by_state on exceptions (state, id desc)`,
  `create table bypasses (
    id text collate "C" primary key,
    state text not null check (state in ('proposed', 'active', 'refused', 'ended', 'expired')),
    route text not null, reason text not null, hours real not null check (hours > 0 and hours <= 4),
    proposed_by text not null, proposed_at timestamptz(3) not null,
    decided_by text, decided_at timestamptz(3), decision_reason text, ends_at timestamptz(3),
    check (state <> 'active' or (ends_at is not null and decided_by <> proposed_by))
  )`,
  `create unique index bypasses_one_open on bypasses (route) where state in ('proposed', 'active')`,
  `create table policy_revisions (revision text primary key, digest text not null, yaml text not null, first_at timestamptz(3) not null)`,
  `create table policy_runs (
    n bigint generated always as identity primary key,
    revision text not null references policy_revisions, node text not null, how text not null, version text not null, at timestamptz(3) not null
  )`,
  `create index policy_runs_by_revision on policy_runs (revision, n desc)`,
  `create table legal_holds (
    n bigint generated always as identity primary key,
    message_id text collate "C" not null references messages, on_hold boolean not null, reason text not null, actor text not null, at timestamptz(3) not null
  )`,
  `create index legal_holds_by_message on legal_holds (message_id, n)`,
  `create table notices (
    n bigint generated always as identity primary key,
    message_id text collate "C" not null references messages, kind text not null, created_at timestamptz(3) not null, due_at timestamptz(3) not null,
    attempts integer not null default 0, state text not null default 'open', last_error text,
    unique (message_id, kind)
  )`,
  `create index notices_open on notices (due_at) where state = 'open'`,
] as const;

export const policy: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
