/** The ledger's pool and its one way to write: a transaction whose end is known, or said to be in doubt. */
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, TypeOverrides, types } from 'pg';
import type { PgConnection } from './connection.js';
import { commitFailure, ledgerFailure } from './failures.js';
import type { Db, Tables, Trx } from './tables.js';

export const SCHEMA = 'weir';

/** The embedded server takes 50 connections; BullMQ and a second process want theirs. */
const POOL_SIZE = 12;
/** A local server answers in milliseconds. Longer means away, and a sender is waiting. */
const CONNECT_TIMEOUT_MS = 3_000;
/** On the server, so that a statement we no longer wait for also ends there. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** On our side, for a server that does not answer at all; longer than the server's own bound. */
const QUERY_TIMEOUT_MS = 20_000;

export interface LedgerDatabase {
  readonly db: Db;
  /** All or nothing. Throws LedgerFailure: `unavailable` and `refused` mean nothing was written. */
  transact<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** Reads; throws LedgerFailure. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function ledgerPool(connection: PgConnection, options: { readonly max: number }): Pool {
  // Counts fit a double exactly up to 2^53; only this pool reads them so, BullMQ has its own.
  const numbers = new TypeOverrides();
  numbers.setTypeParser(types.builtins.INT8, Number);
  const pool = new Pool({
    ...connection,
    max: options.max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
    // What is answered 2xx is on the disk, also on an external server that is set to acknowledge sooner.
    options: `-c search_path=${SCHEMA} -c synchronous_commit=on`,
    types: numbers,
  });
  // An idle connection that drops is replaced on the next query; that query reports the trouble.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

export function ledgerDatabase(connection: PgConnection): LedgerDatabase {
  const pool = ledgerPool(connection, { max: POOL_SIZE });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    async transact(work) {
      const trx = await db.startTransaction().execute().catch((error: unknown) => { throw ledgerFailure(error); });
      let result;
      try {
        result = await work(trx);
      } catch (error) {
        await trx.rollback().execute().catch(() => undefined);
        throw isDatabaseError(error) ? ledgerFailure(error) : error;
      }
      try {
        await trx.commit().execute();
      } catch (error) {
        await trx.rollback().execute().catch(() => undefined);
        throw commitFailure(error);
      }
      return result;
    },
    async read(work) {
      try {
        return await work(db);
      } catch (error) {
        throw isDatabaseError(error) ? ledgerFailure(error) : error;
      }
    },
    close: () => closing(pool),
  };
}

/** Our own mistakes (a TypeError in `work`) are not the database's. */
function isDatabaseError(error: unknown): boolean {
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError);
}

/** Ends a pool, also one whose server is gone. */
export async function closing(pool: Pool): Promise<void> {
  await pool.end().catch(() => undefined);
}
