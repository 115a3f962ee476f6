/** The pool that carries jobs: BullMQ's statements name no schema, so each connection points at its own. */
import { Pool } from 'pg';
import type { PgConnection } from './connection.js';
import { CARRIER_SCHEMA } from './migrate.js';

/** Jobs under way, the dispatcher, and one connection that listens; the ledger's own pool is separate. */
const POOL_SIZE = 8;

export function carrierPool(connection: PgConnection): Pool {
  const pool = new Pool({ ...connection, max: POOL_SIZE, connectionTimeoutMillis: 5_000, keepAlive: true, options: `-c search_path=${CARRIER_SCHEMA}` });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
