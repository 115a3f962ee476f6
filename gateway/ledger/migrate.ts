/** Brings the schema up to date under kysely's advisory lock, then gives the app role its rights: everything but rewriting the audit. */
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { APP_ROLE, appConnection, type PgConnection } from './connection.js';
import { closing, ledgerPool, SCHEMA } from './database.js';
import { ledgerFailure } from './failures.js';
import { ledger } from './migrations/0001-ledger.js';
import { people } from './migrations/0002-people.js';
import { queue } from './migrations/0003-queue.js';
import { content } from './migrations/0004-content.js';
import { policy } from './migrations/0005-policy.js';
import { audit } from './migrations/0006-audit.js';

const MIGRATIONS = { '0001-ledger': ledger, '0002-people': people, '0003-queue': queue, '0004-content': content, '0005-policy': policy, '0006-audit': audit };

/** BullMQ keeps its jobs in a schema of its own, made by the carrier. */
export const CARRIER_SCHEMA = 'bullmq';

/**
 * Answers with the connection for daily work. `separateRole`: make and use the app role (the embedded server, where we own
 * everything); an external server's one user keeps its rights, and the append-only trigger alone guards the audit.
 */
export async function migrateLedger(owner: PgConnection, options: { readonly separateRole: boolean }): Promise<PgConnection> {
  const pool = ledgerPool(owner, { max: 2 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) }, migrationTableSchema: SCHEMA });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw ledgerFailure(error);
    if (options.separateRole) await grantAppRole(db, owner);
    return options.separateRole ? appConnection(owner) : owner;
  } catch (error) {
    throw ledgerFailure(error);
  } finally {
    await closing(pool);
  }
}

async function grantAppRole(db: Kysely<unknown>, owner: PgConnection): Promise<void> {
  const app = appConnection(owner);
  // Role statements take no parameters: the server itself quotes the password.
  const made = await sql<{ found: boolean; statement: string }>`
    select exists (select 1 from pg_roles where rolname = ${APP_ROLE}) as found,
           format('role ${sql.raw(APP_ROLE)} login password %L', ${app.password}::text) as statement`.execute(db);
  const row = made.rows[0];
  if (row === undefined) return;
  const database = sql.id(owner.database);
  const role = sql.id(APP_ROLE);
  const schema = sql.id(SCHEMA);
  await sql`${sql.raw(`${row.found ? 'alter' : 'create'} ${row.statement}`)}`.execute(db);
  await sql`grant connect, create on database ${database} to ${role}`.execute(db);
  await sql`grant usage on schema ${schema} to ${role}`.execute(db);
  await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`.execute(db);
  await sql`grant usage on all sequences in schema ${schema} to ${role}`.execute(db);
  await sql`revoke update, delete, truncate on ${sql.id(SCHEMA, 'audit')} from ${role}`.execute(db);
  // These run with the owner's rights, and drop nothing that is younger than the law allows.
  await sql`grant execute on function audit_make_partitions(), audit_partitions_before(timestamptz), audit_drop_before(timestamptz) to ${role}`.execute(db);
  await sql`grant usage on schema weir_audit to ${role}`.execute(db);
}
