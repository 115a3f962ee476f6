/** Reads the whole ledger as it stood at one moment, as text, while everybody goes on writing. */
import { TypeOverrides, types, type ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { LedgerSnapshot, TableCount } from '../ports.js';
import type { PgConnection } from './connection.js';
import { migrationsMade, readCatalog, settleSession, type Catalog } from './dump-catalog.js';
import { columnList, copyLine, countLine, FIRST_LINE, LAST_LINE, monthLine, rowSum, sequenceLine, tableName, type RowSum, type TableShape } from './dump-format.js';
import { closing } from './database.js';
import { databaseRefused } from './database-refused.js';
import { ledgerFailure } from './failures.js';
import { postgresPool } from './postgres-pool.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Of messages in these states the sealed bytes are destroyed, or about to be. */
export const ENDED_STATES = ['released', 'rejected', 'expired'] as const;
const NEEDED = `shredded_at is null and (legal_hold or state <> all ($1::text[]))`;

/** A connection of its own: the ledger's pool bounds how long a statement may take, for people who wait. */
export interface DumpConnection {
  readonly client: ClientBase;
  readonly end: () => Promise<void>;
}

export async function dumpConnection(connection: PgConnection): Promise<DumpConnection> {
  const numbers = new TypeOverrides();
  numbers.setTypeParser(types.builtins.INT8, Number);
  const pool = postgresPool(connection, { max: 1, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, types: numbers });
  pool.on('error', () => undefined);
  try {
    const client = await pool.connect();
    // What breaks the connection fails the query that is under way; there is nothing more to say.
    client.on('error', () => undefined);
    await settleSession(client);
    return {
      client,
      async end() {
        client.release(true);
        await closing(pool);
      },
    };
  } catch (thrown) {
    await closing(pool);
    throw databaseRefused(thrown) ?? ledgerFailure(thrown);
  }
}

/** One table's rows in COPY's text form. */
export function rowsOf(client: ClientBase, shape: TableShape & { readonly partitioned: boolean }): AsyncIterable<Uint8Array> {
  const columns = columnList(shape);
  // A partitioned table has no rows of its own.
  const what = shape.partitioned ? `(select ${columns} from ${tableName(shape)})` : `${tableName(shape)} (${columns})`;
  return client.query(copyTo(`copy ${what} to stdout`)) as AsyncIterable<Uint8Array>;
}

/** `all`: with what is for this moment only, for a move. */
export async function ledgerSnapshot(connection: PgConnection, options: { readonly all: boolean }): Promise<LedgerSnapshot> {
  const { client, end } = await dumpConnection(connection);
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    const catalog = await readCatalog(client, options);
    const migrations = await migrationsMade(client);
    const counts: TableCount[] = [];
    return {
      migrations,
      text: () => textOf(client, catalog, counts),
      counts: () => counts,
      async needed() {
        const found = await client.query<{ id: string }>(`select id from weir.messages where ${NEEDED} order by id`, [ENDED_STATES]);
        return found.rows.map(({ id }) => id);
      },
      close: end,
    };
  } catch (thrown) {
    await end();
    throw ledgerFailure(thrown);
  }
}

async function* textOf(client: ClientBase, catalog: Catalog, counts: TableCount[]): AsyncGenerator<Uint8Array, void, undefined> {
  const line = (text: string): Buffer => Buffer.from(`${text}\n`);
  try {
    yield line(FIRST_LINE);
    for (const month of catalog.months) yield line(monthLine(month));
    for (const shape of catalog.tables) {
      yield line(copyLine(shape));
      const counting = rowSum();
      for await (const bytes of rowsOf(client, shape)) {
        counting.add(bytes);
        yield bytes;
      }
      const sum: RowSum = counting.end();
      yield line('\\.');
      yield line(countLine(sum));
      counts.push({ table: `${shape.schema}.${shape.table}`, rows: sum.rows });
    }
    for (const { schema, name } of catalog.sequences) {
      const { rows } = await client.query<{ last_value: number; is_called: boolean }>(`select last_value, is_called from ${tableName({ schema, table: name })}`);
      const [found] = rows;
      if (found !== undefined) yield line(sequenceLine(schema, name, String(found.last_value), found.is_called));
    }
    yield line(LAST_LINE);
  } catch (thrown) {
    throw ledgerFailure(thrown);
  }
}
