/** First schema: messages and decisions, outbox, permits, alerts, and the audit that nobody may rewrite. */
import { sql, type Kysely, type Migration } from 'kysely';

/** One statement each; kysely runs them in one transaction with the others. */
const STATEMENTS = [
  `create table messages (
    id text collate "C" primary key,
    received_at timestamptz(3) not null, channel text not null, route text not null, direction text not null,
    policy text not null, rule text not null, severity text not null, four_eyes boolean not null, bytes bigint not null,
    findings jsonb not null, finding_counts jsonb not null, unscannable jsonb not null, receipt jsonb not null,
    method text not null, target text not null, destination text not null, sender_user text, sender text,
    recipients jsonb not null, subject text, client_address text, media_type text,
    body_fingerprint text not null, permit_fingerprint text not null, suite text not null, expires_at timestamptz(3) not null,
    state text not null check (state in ('held', 'awaiting-second', 'releasing', 'sending', 'released', 'rejected', 'expired', 'failed', 'uncertain', 'needs-credentials')),
    joined integer not null default 0,
    decision_kind text, decision_as text, decision_reason text, decision_actor text, decision_at timestamptz(3),
    delivery_status integer, delivery_at timestamptz(3), attempts integer not null default 0, last_error text,
    fence bigint not null default 0, lease_until timestamptz(3), sent text not null default 'none',
    expiry_warned smallint not null default 0, shredded_at timestamptz(3)
  )`,
  `create index messages_by_state on messages (state, id desc)`,
  `create index messages_by_route on messages (route, id desc)`,
  `create index messages_by_fingerprint on messages (route, body_fingerprint, received_at desc)`,
  `create index messages_by_expiry on messages (expires_at) where shredded_at is null`,
  `create table decisions (
    n bigint generated always as identity primary key,
    message_id text collate "C" not null references messages, kind text not null, as_form text,
    reason text not null, actor text not null, at timestamptz(3) not null
  )`,
  `create index decisions_by_message on decisions (message_id, n)`,
  `create table outbox (
    n bigint generated always as identity primary key,
    kind text not null, message_id text collate "C" not null references messages, why text,
    created_at timestamptz(3) not null, due_at timestamptz(3) not null, carried_at timestamptz(3),
    closed_at timestamptz(3), outcome text, attempts integer not null default 0, last_error text
  )`,
  `create index outbox_open on outbox (due_at, n) where closed_at is null`,
  `create index outbox_by_message on outbox (message_id)`,
  `create table permits (
    n bigint generated always as identity primary key,
    route text not null, permit_fingerprint text not null, message_id text collate "C" not null references messages,
    expires_at timestamptz(3) not null, spent_at timestamptz(3)
  )`,
  `create index permits_unspent on permits (route, permit_fingerprint, expires_at) where spent_at is null`,
  `create table alert_events (
    n bigint generated always as identity primary key,
    at timestamptz(3) not null, kind text not null, severity text not null, route text, incident text, rule text, code text,
    counts jsonb not null, batched_at timestamptz(3)
  )`,
  `create index alert_events_new on alert_events (n) where batched_at is null`,
  `create table alert_batches (
    n bigint generated always as identity primary key,
    sink text not null, batch jsonb not null, created_at timestamptz(3) not null, due_at timestamptz(3) not null,
    attempts integer not null default 0, state text not null default 'open', last_error text
  )`,
  `create index alert_batches_open on alert_batches (due_at) where state = 'open'`,
  `create table vault_claims (id text collate "C" primary key, claim text not null, at timestamptz(3) not null)`,
  `create table audit (
    writer text collate "C" not null, seq bigint not null, entry_id text not null unique,
    at timestamptz(3) not null, actor text not null, act text not null, subject text,
    data text not null, prev text not null, hash text not null,
    primary key (writer, seq)
  )`,
  `create index audit_by_subject on audit (subject, at) where subject is not null`,
  `create index audit_by_time on audit (at)`,
  `create function audit_is_append_only() returns trigger language plpgsql as $$
    begin raise exception 'audit is append-only' using errcode = '42501'; end $$`,
  `create trigger audit_rows_stay before update or delete on audit for each row execute function audit_is_append_only()`,
  `create trigger audit_stays before truncate on audit for each statement execute function audit_is_append_only()`,
] as const;

export const ledger: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
