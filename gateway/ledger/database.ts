/** The ledger's pool and its one way to write: a transaction whose end is known, or said to be in doubt. */
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { TypeOverrides, types, type Pool, type PoolClient } from 'pg';
import type { PgConnection } from './connection.js';
import { commitFailure, ledgerFailure } from './failures.js';
import { postgresPool } from './postgres-pool.js';
import type { Db, Tables, Trx } from './tables.js';

export const SCHEMA = 'weir';

/** The embedded server takes 50 connections; BullMQ and a second process want theirs. `pool_max` in WEIR_DATABASE_URL says otherwise. */
const POOL_SIZE = 12;
/** A local server answers in milliseconds. Longer means away, and a sender is waiting. */
const CONNECT_TIMEOUT_MS = 3_000;
/** On the server, so that a statement we no longer wait for also ends there. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** On our side, for a server that does not answer at all: so much longer than the server's own bound. */
const ANSWER_MS = 5_000;
/** Between two statements of ours lies no waiting for anybody: whoever is this late is gone, and its locks with it. */
const IDLE_IN_TRANSACTION_MS = 20_000;
/** pg's words for it; it gives no code. */
const READ_TIMEOUT = 'Query read timeout';

export interface LedgerDatabase {
  readonly db: Db;
  /** All or nothing. Throws LedgerFailure: `unavailable` and `refused` mean nothing was written. */
  transact<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** Reads; throws LedgerFailure. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Connections, for metrics. */
  use(): { readonly total: number; readonly idle: number; readonly waiting: number; readonly max: number };
  close(): Promise<void>;
}

export function ledgerPool(connection: PgConnection, options: DatabaseOptions & { readonly max: number }): Pool {
  // Counts fit a double exactly up to 2^53; only this pool reads them so, BullMQ has its own.
  const numbers = new TypeOverrides();
  numbers.setTypeParser(types.builtins.INT8, Number);
  return postgresPool(connection, {
    max: options.max,
    connectionTimeoutMillis: options.connectMs ?? CONNECT_TIMEOUT_MS,
    statement_timeout: options.statementMs ?? STATEMENT_TIMEOUT_MS,
    query_timeout: (options.statementMs ?? STATEMENT_TIMEOUT_MS) + ANSWER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    // What is answered 2xx is on the disk, also on an external server that is set to acknowledge sooner.
    options: `-c search_path=${SCHEMA} -c synchronous_commit=on`,
    types: numbers,
  });
}

/** For kysely. A connection whose server did not answer in time is given up: the next to have it would wait behind the lost question. */
export function kyselyPool(pool: Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      return lent(client);
    },
    end: () => pool.end(),
  };
}

function lent(client: PoolClient): PostgresPoolClient {
  let silent = false;
  const query = async (text: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (silent) throw new Error('the server does not answer');
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      silent = error instanceof Error && error.message === READ_TIMEOUT;
      throw error;
    }
  };
  return { query: query as PostgresPoolClient['query'], release: () => client.release(silent) };
}

export interface DatabaseOptions {
  /** How long one statement may take on the server. */
  readonly statementMs?: number;
  /** How long whoever asks waits for a connection, be it for the server or for the others who ask. */
  readonly connectMs?: number;
}

export function ledgerDatabase(connection: PgConnection, options: DatabaseOptions = {}): LedgerDatabase {
  const max = connection.poolMax ?? POOL_SIZE;
  const pool = ledgerPool(connection, { max, ...options });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
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
    use: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount, max }),
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
