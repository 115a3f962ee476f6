/** The pool that carries jobs: BullMQ's statements name no schema, so each connection points at its own. */
import type { Pool } from 'pg';
import { CARRIER_SCHEMA } from './carrier-schema.js';
import type { PgConnection } from './connection.js';
import { postgresPool } from './postgres-pool.js';

/** Shared by all queues for short statements: fetching, renewing, finishing; the ledger's own pool is separate. */
const SHARED = 4;

/** Each worker keeps a connection of its own that listens. */
export function carrierPool(connection: PgConnection, workers: number): Pool {
  return postgresPool(connection, { max: SHARED + workers, connectionTimeoutMillis: 5_000, options: `-c search_path=${CARRIER_SCHEMA}` });
}
