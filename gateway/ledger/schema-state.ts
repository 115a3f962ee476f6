/** Which changes of the schema have been made, and whether this program can work with them. */
import { sql, type Kysely } from 'kysely';
import { SCHEMA } from './database.js';
import { DatabaseRefused } from './database-refused.js';
import type { LedgerMigrations } from './migrations/migration.js';

/**
 * Programs up to 0006 read this table and refuse to start when a name in it is unknown to them. So only what they know, and
 * what they cannot work with, is written here; all else goes to `schema_changes`, which also says whom it suits.
 */
const FIRST_BOOK = 'kysely_migration';
const BOOK = 'schema_changes';
const LAST_OF_FIRST_BOOK = '0006-audit';

export interface SchemaState {
  /** `undefined`: nothing of ours is there yet. */
  readonly owner: string | undefined;
  readonly made: ReadonlySet<string>;
  /** In the order in which they are to be made. */
  readonly pending: readonly string[];
  /** Made by a newer program, and fine with this one. */
  readonly newer: readonly string[];
  /** Made by a newer program, and more than this one can work with. */
  readonly foreign: readonly string[];
}

export async function schemaState(db: Kysely<unknown>, known: LedgerMigrations): Promise<SchemaState> {
  const there = await sql<{ owner: string | null; first: boolean; book: boolean }>`
    select (select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = ${SCHEMA}) as owner,
           to_regclass(${`${SCHEMA}.${FIRST_BOOK}`}) is not null as first, to_regclass(${`${SCHEMA}.${BOOK}`}) is not null as book`.execute(db);
  const { owner = null, first = false, book = false } = there.rows[0] ?? {};
  const early = first ? (await sql<{ name: string }>`select name from ${sql.id(SCHEMA, FIRST_BOOK)}`.execute(db)).rows : [];
  const later = book ? (await sql<{ name: string; needs: string | null }>`select name, needs from ${sql.id(SCHEMA, BOOK)}`.execute(db)).rows : [];
  const needs = new Map<string, string | null>(early.map(({ name }) => [name, name]));
  for (const row of later) needs.set(row.name, row.needs);
  const unknown = [...needs].filter(([name]) => !(name in known));
  const suits = ([, wanted]: readonly [string, string | null]): boolean => wanted === null || wanted in known;
  return {
    owner: owner ?? undefined,
    made: new Set(needs.keys()),
    pending: Object.keys(known).filter((name) => !needs.has(name)).sort(),
    newer: unknown.filter(suits).map(([name]) => name),
    foreign: unknown.filter((row) => !suits(row)).map(([name]) => name),
  };
}

/** Throws DatabaseRefused when a newer program has left what this one cannot work with. */
export function mustSuit(state: SchemaState): void {
  const [first] = [...state.foreign].sort();
  if (first !== undefined) throw new DatabaseRefused('schema-newer', { detail: /^[\w-]{1,60}$/.test(first) ? first : '?' });
}

/** Inside the transaction that makes the changes. */
export async function makeBooks(db: Kysely<unknown>): Promise<void> {
  const there = await sql<{ found: boolean }>`select exists (select 1 from pg_namespace where nspname = ${SCHEMA}) as found`.execute(db);
  // `if not exists` asks for the right to create one even where it is there.
  if (there.rows[0]?.found !== true) await sql`create schema ${sql.id(SCHEMA)}`.execute(db);
  await sql`create table if not exists ${sql.id(SCHEMA, FIRST_BOOK)} (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(db);
  await sql`create table if not exists ${sql.id(SCHEMA, BOOK)} (name text primary key, needs text, made_at timestamptz(3) not null default now())`.execute(db);
}

export async function noteMade(db: Kysely<unknown>, name: string, needs: string | undefined): Promise<void> {
  if (name <= LAST_OF_FIRST_BOOK || needs !== undefined) await sql`insert into ${sql.id(SCHEMA, FIRST_BOOK)} (name, timestamp) values (${name}, ${new Date().toISOString()})`.execute(db);
  if (name > LAST_OF_FIRST_BOOK) await sql`insert into ${sql.id(SCHEMA, BOOK)} (name, needs) values (${name}, ${needs ?? null})`.execute(db);
}
