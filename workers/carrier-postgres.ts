/** The carrier's queues in the ledger's own PostgreSQL, in a schema of their own. */
import { assertSchemaCompatibility, LATEST_SCHEMA_VERSION, Queue, runMigrations, SchemaMigrationRequiredError, Worker } from 'bullmq';
import { causeCode } from '../gateway/errors.js';
import { carrierPool } from '../gateway/ledger/carrier-pool.js';
import { SHARE_CARRIER_SCHEMA } from '../gateway/ledger/carrier-schema.js';
import type { PgConnection } from '../gateway/ledger/connection.js';
import { DatabaseRefused } from '../gateway/ledger/database-refused.js';
import { sqlState } from '../gateway/ledger/failures.js';
import { JOB_KINDS, type JobKind } from '../gateway/ports.js';
import { bullConnection, postgresBackend } from './carrier-away.js';
import { queueName, type CarrierQueue, type CarrierWorker, type Side } from './carrier-side.js';

export async function overPostgres(database: PgConnection, report: (code: string) => void): Promise<Side> {
  const pool = carrierPool(database, JOB_KINDS.length);
  const client = await pool.connect();
  try {
    if (!(await isCurrent(client))) await runMigrations(client);
    await client.query(SHARE_CARRIER_SCHEMA);
  } finally {
    client.release();
  }
  const connection = bullConnection(pool);
  const queues = new Map<JobKind, CarrierQueue>();
  const onError = (error: unknown): void => report(causeCode(error));
  let ended = false;
  return {
    kind: 'postgres',
    async queue(kind) {
      const known = queues.get(kind);
      if (known !== undefined) return known;
      const queue = new Queue(queueName(kind), { connection }, postgresBackend) as unknown as CarrierQueue;
      queue.on('error', onError);
      // One whose first question got no answer answers every later one with that failure: the next call makes another.
      await queue.waitUntilReady();
      queues.set(kind, queue);
      return queue;
    },
    work(kind, process, settings, begun) {
      const begin = (): void => {
        if (ended) return;
        const worker = new Worker(queueName(kind), process as never, { connection, ...settings }, postgresBackend) as unknown as CarrierWorker;
        worker.on('error', onError);
        const forget = begun(worker);
        // The same holds for a worker: it would never take a row.
        worker.waitUntilReady().catch((error: unknown) => {
          onError(error);
          forget();
          void worker.close(true).catch(onError);
          setTimeout(begin, settings.runRetryDelay).unref();
        });
      };
      begin();
    },
    // Where the ledger is away there is nothing to carry; and what it holds it holds in one commit with these.
    reachable: () => true,
    forgot: () => Promise.resolve(false),
    async end() {
      ended = true;
      for (const queue of queues.values()) await queue.close();
      await pool.end();
    },
  };
}

/** Whoever does not own the schema may work with it as it is; the migrations would touch their own table even when there is nothing to do. */
async function isCurrent(client: Parameters<typeof runMigrations>[0]): Promise<boolean> {
  try {
    return (await assertSchemaCompatibility(client)) >= LATEST_SCHEMA_VERSION;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    // Made by the owner before this role was named to it.
    throw sqlState(error) === '42501' ? new DatabaseRefused('schema-older') : error;
  }
}
