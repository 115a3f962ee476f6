/** Fills an empty ledger from a dump, in one transaction: all rows, checked once more where they now stand, or none. */
import { pipeline } from 'node:stream/promises';
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { PgConnection } from './connection.js';
import { readCatalog, type Catalog } from './dump-catalog.js';
import { copyLine, DumpDamaged, dumpParts, rowSum, tableName, type RowSum, type TableShape } from './dump-format.js';
import { dumpConnection, rowsOf } from './dump.js';
import { ledgerFailure } from './failures.js';
import { FillRefused } from './fill-refused.js';
import type { Tables, Trx } from './tables.js';

/** Once one of these has a row, somebody works with the ledger; rows elsewhere were put there by the migrations. */
const IN_USE = ['audit', 'messages', 'accounts', 'policy_revisions', 'fleet'];

/** `finish` runs in the same transaction, behind the last row; what it throws undoes everything. */
export async function fillLedger<T>(connection: PgConnection, text: AsyncIterable<Uint8Array>, finish: (trx: Trx) => Promise<T>): Promise<T> {
  const { client, end } = await dumpConnection(connection);
  try {
    const trx = await onlyOn(client).startTransaction().execute();
    const catalog = await readCatalog(client, { all: true });
    for (const shape of catalog.tables) {
      if (!IN_USE.includes(shape.table)) continue;
      // Nobody writes here while we do; who waits meets a ledger that is filled.
      await client.query(`lock table ${tableName(shape)} in exclusive mode`);
      if (await hasRows(client, shape)) throw new FillRefused('LEDGER_IN_USE');
    }
    for (const shape of [...catalog.tables].reverse()) if (!IN_USE.includes(shape.table)) await client.query(`delete from ${tableName(shape)}`);
    const filled: { readonly shape: TableShape & { readonly partitioned: boolean }; readonly sum: RowSum }[] = [];
    for await (const part of dumpParts(text)) {
      if (part.kind === 'month') await makeMonth(client, catalog, part.month);
      else if (part.kind === 'sequence') {
        if (!catalog.sequences.some(({ schema, name }) => schema === part.schema && name === part.name)) throw new DumpDamaged('a sequence that the schema does not have');
        await client.query('select pg_catalog.setval($1::regclass, $2, $3)', [tableName({ schema: part.schema, table: part.name }), part.value, part.called]);
      } else {
        const known = tableIn(catalog, part.shape);
        await pipeline(part.rows(), client.query(copyFrom(copyLine(part.shape).replace(/;$/, ''))));
        filled.push({ shape: known, sum: part.sum() });
      }
    }
    for (const { shape, sum } of filled) {
      const again = await sumOf(client, shape);
      if (again.rows !== sum.rows || again.digest !== sum.digest) throw new FillRefused('ROWS_DIFFER');
    }
    const result = await finish(trx);
    await trx.commit().execute();
    return result;
  } catch (thrown) {
    throw own(thrown) ? thrown : ledgerFailure(thrown);
  } finally {
    // An open transaction ends with its connection: nothing of it stays.
    await end();
  }
}

/** The query builder over one connection, so that rows and records are one transaction. */
function onlyOn(client: ClientBase): Kysely<Tables> {
  const lent: PostgresPoolClient = { query: client.query.bind(client), release: () => undefined };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: { connect: () => Promise.resolve(lent), end: () => Promise.resolve() } }) });
}

/** Reads a dump to its end and writes nothing. */
export async function checkDump(text: AsyncIterable<Uint8Array>): Promise<{ readonly tables: readonly { readonly table: string; readonly rows: number }[] }> {
  const tables: { table: string; rows: number }[] = [];
  for await (const part of dumpParts(text)) {
    if (part.kind !== 'table') continue;
    const reading = part.rows();
    while ((await reading.next()).done !== true);
    tables.push({ table: `${part.shape.schema}.${part.shape.table}`, rows: part.sum().rows });
  }
  return { tables };
}

export async function isInUse(client: ClientBase): Promise<boolean> {
  const catalog = await readCatalog(client, { all: true });
  for (const shape of catalog.tables) if (IN_USE.includes(shape.table) && (await hasRows(client, shape))) return true;
  return false;
}

async function hasRows(client: ClientBase, shape: TableShape): Promise<boolean> {
  const { rows } = await client.query(`select 1 from ${tableName(shape)} limit 1`);
  return rows.length > 0;
}

async function sumOf(client: ClientBase, shape: TableShape & { readonly partitioned: boolean }): Promise<RowSum> {
  const counting = rowSum();
  for await (const bytes of rowsOf(client, shape)) counting.add(bytes);
  return counting.end();
}

/** A dump comes from elsewhere: only what the schema has is written, and only in the dump's own columns. */
function tableIn(catalog: Catalog, shape: TableShape): TableShape & { readonly partitioned: boolean } {
  const known = catalog.tables.find(({ schema, table }) => schema === shape.schema && table === shape.table);
  if (known === undefined || shape.columns.some((column) => !known.columns.includes(column))) throw new DumpDamaged('a table or column that the schema does not have');
  return { ...shape, partitioned: known.partitioned };
}

/** The audit's rows go back into months, so that each can be dropped whole when its time is over. */
async function makeMonth(client: ClientBase, catalog: Catalog, month: string): Promise<void> {
  if (catalog.months.includes(month)) return;
  const [year = 0, number = 0] = month.split('_').map(Number);
  const from = new Date(Date.UTC(year, number - 1, 1)).toISOString();
  const to = new Date(Date.UTC(year, number, 1)).toISOString();
  await client.query(`create table ${tableName({ schema: 'weir_audit', table: `audit_${month}` })} partition of weir.audit for values from ('${from}') to ('${to}')`);
}

function own(thrown: unknown): boolean {
  return thrown instanceof Error && /^(FillRefused|DumpDamaged|BackupFailed|VaultError|LedgerFailure)$/.test(thrown.name);
}
