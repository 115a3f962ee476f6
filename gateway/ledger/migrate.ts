/** Brings the schema up to date, once for a whole fleet that starts at the same time, and works with what a newer program made where that suits. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { grantRights, lacksRights, makeAppRole } from './app-role.js';
import { SHARE_CARRIER_SCHEMA } from './carrier-schema.js';
import { appConnection, type PgConnection } from './connection.js';
import { closing, kyselyPool, ledgerPool } from './database.js';
import { DatabaseRefused, databaseRefused } from './database-refused.js';
import { ledgerFailure, sqlState } from './failures.js';
import type { LedgerMigrations } from './migrations/migration.js';
import { mustServe, serverFacts } from './postgres-server.js';
import { makeBooks, mustSuit, noteMade, schemaState, type SchemaState } from './schema-state.js';
import { ledger } from './migrations/0001-ledger.js';
import { people } from './migrations/0002-people.js';
import { queue } from './migrations/0003-queue.js';
import { content } from './migrations/0004-content.js';
import { policy } from './migrations/0005-policy.js';
import { audit } from './migrations/0006-audit.js';
import { fleet } from './migrations/0007-fleet.js';
import { jobs } from './migrations/0008-jobs.js';
import { fleetState } from './migrations/0009-fleet-state.js';
import { alerts } from './migrations/0010-alerts.js';
import { uploadParts } from './migrations/0011-upload-parts.js';
import { mail } from './migrations/0012-mail.js';
import { tidying } from './migrations/0013-tidying.js';

export const MIGRATIONS: LedgerMigrations = { '0001-ledger': ledger, '0002-people': people, '0003-queue': queue, '0004-content': content, '0005-policy': policy, '0006-audit': audit, '0007-fleet': fleet, '0008-jobs': jobs, '0009-fleet-state': fleetState, '0010-alerts': alerts, '0011-upload-parts': uploadParts, '0012-mail': mail, '0013-tidying': tidying };

/** kysely's own, which programs up to 0006 use: old and new never change the schema at the same time. */
const LOCK = '3853314791062309107';
/** Indexes of a large ledger take their time; whoever waits longer ends, and its orchestrator starts it again. */
const LOCK_WAIT_MS = 120_000;
/** A table that older nodes work with: their statements end within 20 s, and behind our waiting theirs wait too. */
const TABLE_WAIT_SECONDS = 25;
/** An index over millions of messages; nobody waits for an answer here. */
const STATEMENT_MS = 600_000;
const UNDEFINED_OBJECT = '42704';

export interface MigrateOptions {
  /** Make and use the app role: the embedded server, where we own everything. */
  readonly separateRole: boolean;
  /** An external server's role for daily work, made by its administrator; without one the owner works, and the append-only trigger alone guards the audit. */
  readonly app?: PgConnection | undefined;
  /** Tests are older and newer programs. */
  readonly migrations?: LedgerMigrations;
  /** How long another node may be at it. */
  readonly lockWaitMs?: number;
}

/** Answers with the connection for daily work. Throws DatabaseRefused in words, or LedgerFailure. */
export async function migrateLedger(owner: PgConnection, options: MigrateOptions): Promise<PgConnection> {
  const { separateRole, app, migrations = MIGRATIONS } = options;
  if (!separateRole) mustServe(await serverFacts(owner));
  if (app !== undefined && (app.user === owner.user || app.database !== owner.database)) throw new DatabaseRefused('app-role');
  const pool = ledgerPool(owner, { max: 1, statementMs: STATEMENT_MS });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
  let before: SchemaState | undefined;
  try {
    before = await schemaState(db, migrations);
    mustSuit(before);
    const role = separateRole ? await makeAppRole(db, owner) : app?.user;
    if (before.pending.length > 0 || (role !== undefined && (await lacksRights(db, role)))) await bringUp(db, migrations, role, owner.database, options.lockWaitMs ?? LOCK_WAIT_MS);
    return separateRole ? appConnection(owner) : (app ?? owner);
  } catch (error) {
    throw refusal(error, owner, app, before) ?? ledgerFailure(error);
  } finally {
    await closing(pool);
  }
}

/** All of it or nothing, by one node at a time; whoever waited finds nothing left to do. */
async function bringUp(db: Kysely<unknown>, migrations: LedgerMigrations, role: string | undefined, database: string, lockWaitMs: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`set local lock_timeout = ${sql.lit(`${String(lockWaitMs)}ms`)}`.execute(trx);
    await sql`select pg_advisory_xact_lock(${sql.raw(LOCK)})`.execute(trx);
    await sql`set local lock_timeout = ${sql.lit(`${String(TABLE_WAIT_SECONDS)}s`)}`.execute(trx);
    const state = await schemaState(trx, migrations);
    mustSuit(state);
    if (state.pending.length > 0) await makeBooks(trx);
    for (const name of state.pending) {
      const migration = migrations[name];
      if (migration === undefined) continue;
      await migration.up(trx);
      await noteMade(trx, name, migration.needs);
    }
    if (role === undefined) return;
    await grantRights(trx, role, database);
    await sql.raw(SHARE_CARRIER_SCHEMA).execute(trx);
  });
}

function refusal(error: unknown, owner: PgConnection, app: PgConnection | undefined, before: SchemaState | undefined): DatabaseRefused | undefined {
  const state = sqlState(error);
  if (state === UNDEFINED_OBJECT && app !== undefined) return new DatabaseRefused('app-role');
  // Whoever is not the owner of what is there was not meant to change it.
  if (state === '42501' && before?.owner !== undefined && before.owner !== owner.user) return new DatabaseRefused('schema-older');
  return databaseRefused(error);
}

/** What is there and what is due, without changing anything. */
export async function schemaOf(connection: PgConnection): Promise<SchemaState> {
  const pool = ledgerPool(connection, { max: 1 });
  try {
    return await schemaState(new Kysely<unknown>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) }), MIGRATIONS);
  } catch (error) {
    throw databaseRefused(error) ?? ledgerFailure(error);
  } finally {
    await closing(pool);
  }
}

/** The names of all changes made, in their order; none where nothing of Weir's is there. */
export async function madeMigrations(connection: PgConnection): Promise<readonly string[]> {
  return [...(await schemaOf(connection)).made].sort();
}

/** For what was written by an older program: makes these changes and no later ones. `false`, and nothing done, where this program does not know one of them. */
export async function migrateLedgerTo(owner: PgConnection, names: readonly string[]): Promise<boolean> {
  const wanted = Object.entries(MIGRATIONS).filter(([name]) => names.includes(name));
  if (wanted.length < new Set(names).size) return false;
  await migrateLedger(owner, { separateRole: false, migrations: Object.fromEntries(wanted) });
  return true;
}
