/** What a dump of the ledger has to hold, asked of the database itself, so that no new table is ever forgotten. */
import type { ClientBase } from 'pg';
import type { TableShape } from './dump-format.js';

/** Made anew by the migrations, never copied. */
const BOOKS = ['kysely_migration', 'schema_changes'];
const NEVER = [...BOOKS, 'kysely_migration_lock'];
/** For this moment or for one use only: a restored ledger must not believe them. */
const MOMENTARY = ['sessions', 'invitations', 'recovery_codes', 'openings', 'bulk_plans', 'sign_in_failures', 'leases', 'nodes', 'failed_attempts'];

export interface Catalog {
  /** Those that others refer to first. */
  readonly tables: readonly (TableShape & { readonly partitioned: boolean })[];
  readonly sequences: readonly { readonly schema: string; readonly name: string }[];
  /** Months that the audit has a partition for, as `2026_05`. */
  readonly months: readonly string[];
}

/** `all`: with what is for this moment only. */
export async function readCatalog(client: ClientBase, options: { readonly all: boolean }): Promise<Catalog> {
  const { rows } = await client.query<{ oid: number; schema: string; table: string; partitioned: boolean; columns: string[] }>(
    `select c.oid::int8 as oid, n.nspname as schema, c.relname as table, c.relkind = 'p' as partitioned,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('weir', 'weir_audit') and c.relkind in ('r', 'p') and not c.relispartition order by n.nspname, c.relname`,
  );
  const references = await client.query<{ child: number; parent: number }>(
    `select conrelid::int8 as child, confrelid::int8 as parent from pg_constraint where contype = 'f' and conrelid <> confrelid`,
  );
  const left = new Set([...NEVER, ...(options.all ? [] : MOMENTARY)]);
  const chosen = new Map(rows.filter(({ table }) => !left.has(table)).map(({ oid, ...shape }) => [oid, shape]));
  const ordered: (TableShape & { readonly partitioned: boolean })[] = [];
  const done = new Set<number>();
  const parents = (child: number): number[] => references.rows.filter((one) => one.child === child).map(({ parent }) => parent);
  const visit = (oid: number): void => {
    const shape = chosen.get(oid);
    if (shape === undefined || done.has(oid)) return;
    done.add(oid);
    for (const parent of parents(oid)) visit(parent);
    ordered.push(shape);
  };
  for (const oid of chosen.keys()) visit(oid);
  const sequences = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('weir', 'weir_audit') and c.relkind = 'S' order by 1, 2`,
  );
  const months = await client.query<{ month: string }>(
    `select substr(c.relname, 7) as month from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'weir_audit' and c.relname ~ '^audit_[0-9]{4}_[0-9]{2}$' and c.relkind = 'r' order by 1`,
  );
  return { tables: ordered, sequences: sequences.rows, months: months.rows.map(({ month }) => month) };
}

/** Names of the changes made to the schema, in order; none where there is no ledger yet. */
export async function migrationsMade(client: ClientBase): Promise<readonly string[]> {
  const names: string[] = [];
  for (const book of BOOKS) {
    const { rows } = await client.query<{ found: boolean }>(`select to_regclass('weir.${book}') is not null as found`);
    if (rows[0]?.found !== true) continue;
    names.push(...(await client.query<{ name: string }>(`select name from weir.${book}`)).rows.map(({ name }) => name));
  }
  return [...new Set(names)].sort();
}

/** Values look the same on every server, however it is set up; and a scan begins where the table begins. */
export async function settleSession(client: ClientBase): Promise<void> {
  await client.query(
    `set search_path = weir; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1;
     set client_encoding = 'UTF8'; set synchronize_seqscans = off; set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0`,
  );
}
