/** Accounts, invitations, sessions, grants and tokens. Secrets stand here as hashes, second factors sealed; the rules on roles hold in the schema too. */
import { sql, type Kysely, type Migration } from 'kysely';

const ROLES = `'system-admin', 'security-admin', 'auditor', 'reviewer', 'approver'`;

const STATEMENTS = [
  `create table people (
    one boolean primary key default true check (one),
    set_up_ended_at timestamptz(3)
  )`,
  `insert into people default values`,
  `create table accounts (
    id text collate "C" primary key,
    name text collate "C" not null unique, display_name text not null, email text unique, language text,
    state text not null check (state in ('invited', 'active', 'disabled')),
    created_at timestamptz(3) not null, created_by text not null,
    password_hash text, password_at timestamptz(3),
    totp bytea, totp_step bigint not null default 0,
    enrolled_at timestamptz(3), oidc_subject text unique,
    last_seen_at timestamptz(3), enabled_at timestamptz(3)
  )`,
  `create table invitations (
    hash text collate "C" primary key,
    account_id text collate "C" not null references accounts, kind text not null,
    created_by text not null, created_at timestamptz(3) not null, expires_at timestamptz(3) not null,
    ended_at timestamptz(3), ended_as text
  )`,
  `create index invitations_open on invitations (account_id) where ended_at is null`,
  `create table recovery_codes (
    account_id text collate "C" not null references accounts, hash text collate "C" not null, used_at timestamptz(3),
    primary key (account_id, hash)
  )`,
  `create table sign_in_failures (
    name_key text collate "C" primary key,
    failures integer not null, since timestamptz(3) not null, locked_until timestamptz(3)
  )`,
  `create table sessions (
    hash text collate "C" primary key,
    account_id text collate "C" not null references accounts,
    step text check (step in ('totp', 'enrol-totp', 'change-password')), begun_by text not null, pending_totp bytea, wrong_codes integer not null default 0,
    created_at timestamptz(3) not null, seen_at timestamptz(3) not null, expires_at timestamptz(3) not null
  )`,
  `create index sessions_by_account on sessions (account_id)`,
  `create index sessions_by_expiry on sessions (expires_at)`,
  `create table grants (
    id text collate "C" primary key,
    account_id text collate "C" not null references accounts, role text not null check (role in (${ROLES})),
    scope jsonb, may_open boolean not null default false, set_up boolean not null default false,
    state text not null check (state in ('proposed', 'active', 'refused', 'revoked')),
    proposed_by text not null, proposed_at timestamptz(3) not null,
    decided_by text, decided_by_account text, decided_at timestamptz(3),
    ended_by text, ended_at timestamptz(3),
    check (set_up or state in ('proposed', 'refused') or (decided_by is not null and decided_by <> proposed_by and decided_by_account is not null and decided_by_account <> account_id))
  )`,
  `create unique index grants_one_administrator on grants (account_id) where state = 'active' and role in ('system-admin', 'security-admin', 'auditor')`,
  `create unique index grants_once on grants (account_id, role) where state in ('proposed', 'active')`,
  `create index grants_by_role on grants (role) where state = 'active'`,
  `create table api_tokens (
    id text collate "C" primary key, hash text collate "C" not null unique,
    account_id text collate "C" not null references accounts, name text not null, rights jsonb,
    created_at timestamptz(3) not null, expires_at timestamptz(3) not null, last_used_at timestamptz(3), revoked_at timestamptz(3)
  )`,
  `create unique index api_tokens_by_name on api_tokens (account_id, name) where revoked_at is null`,
] as const;

export const people: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
