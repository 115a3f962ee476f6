/** The rights of the role for daily work: everything but rewriting the audit and the list of schema changes. */
import { sql, type Kysely } from 'kysely';
import { CARRIER_SCHEMA } from './carrier-schema.js';
import { APP_ROLE, appConnection, type PgConnection } from './connection.js';
import { SCHEMA } from './database.js';

/** On the embedded server, where we own everything. Answers with the role's name. */
export async function makeAppRole(db: Kysely<unknown>, owner: PgConnection): Promise<string> {
  const { password } = appConnection(owner);
  // Role statements take no parameters: the server itself quotes the password.
  const made = await sql<{ found: boolean; statement: string }>`
    select exists (select 1 from pg_roles where rolname = ${APP_ROLE}) as found,
           format('role ${sql.raw(APP_ROLE)} login password %L', ${typeof password === 'string' ? password : password()}::text) as statement`.execute(db);
  const row = made.rows[0];
  if (row !== undefined) await sql`${sql.raw(`${row.found ? 'alter' : 'create'} ${row.statement}`)}`.execute(db);
  return APP_ROLE;
}

/** Whether a table or a sequence is there that the role cannot use yet. The server answers 42704 when there is no such role. */
export async function lacksRights(db: Kysely<unknown>, role: string): Promise<boolean> {
  const { rows } = await sql<{ lacks: boolean }>`
    select exists (
      select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where (n.nspname = ${SCHEMA} or (n.nspname = ${CARRIER_SCHEMA} and pg_get_userbyid(n.nspowner) = current_user)) and case c.relkind
        when 'S' then not has_sequence_privilege(${role}, c.oid, 'usage')
        when 'r' then not has_table_privilege(${role}, c.oid, 'select')
        when 'p' then not has_table_privilege(${role}, c.oid, 'select') else false end)
      or not has_schema_privilege(${role}, ${SCHEMA}, 'usage') as lacks`.execute(db);
  return rows[0]?.lacks !== false;
}

export async function grantRights(db: Kysely<unknown>, roleName: string, databaseName: string): Promise<void> {
  const database = sql.id(databaseName);
  const role = sql.id(roleName);
  const schema = sql.id(SCHEMA);
  await sql`grant connect, create on database ${database} to ${role}`.execute(db);
  await sql`grant usage on schema ${schema} to ${role}`.execute(db);
  await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`.execute(db);
  await sql`grant usage on all sequences in schema ${schema} to ${role}`.execute(db);
  for (const table of ['audit', 'kysely_migration', 'schema_changes']) await sql`revoke update, delete, truncate on ${sql.id(SCHEMA, table)} from ${role}`.execute(db);
  // These run with the owner's rights, and drop nothing that is younger than the law allows.
  await sql`grant execute on function audit_make_partitions(), audit_partitions_before(timestamptz), audit_drop_before(timestamptz) to ${role}`.execute(db);
  await sql`grant usage on schema weir_audit to ${role}`.execute(db);
}
