/** BullMQ's way to the ledger's PostgreSQL: says of a server that is away what BullMQ understands by it, and wakes a worker that nobody called. */
import { createPostgresBackend } from 'bullmq';
import { causeCode } from '../gateway/errors.js';
import type { carrierPool } from '../gateway/ledger/carrier-pool.js';
import { ledgerFailure } from '../gateway/ledger/failures.js';

/** Only these words make BullMQ wait and ask again. Any other failure is an answer to it: it asks anew at once, hundreds of times a second, or gives the job up. */
const AWAY = 'ECONNREFUSED';
/**
 * A worker looks for jobs this often even if nothing wakes it. BullMQ would let it sleep for an hour after an outage, by a
 * listening connection that works and two questions that got no answer: a job that waits already wakes nobody.
 */
const LOOK_SECONDS = 10;

type Connection = Parameters<typeof createPostgresBackend>[1]['connection'];

/** The server is starting, stopping, gone, or has no connection left. */
class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
  readonly code = AWAY;
  constructor(cause: unknown) {
    super(`the carrier's database is away: ${causeCode(cause)}`);
  }
}

/** The pool as BullMQ uses it. */
export function bullConnection(pool: ReturnType<typeof carrierPool>): Connection {
  const asked = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question;
    } catch (error) {
      // BullMQ knows the end of a pool by its words.
      if (pool.ending || ledgerFailure(error).kind !== 'unavailable') throw error;
      throw new DatabaseAway(error);
    }
  };
  // A pg.Pool or what does the same, as the backend's documentation asks for; its declaration names more than the backend uses.
  const connection: unknown = {
    options: pool.options,
    connect: () => asked(pool.connect()),
    query: (text: string, values?: unknown[]) => asked(pool.query(text, values)),
    end: () => pool.end(),
    // An idle connection that drops is replaced; each worker that began in vain would leave a listener behind.
    on: () => undefined,
  };
  return connection as Connection;
}

export const postgresBackend: typeof createPostgresBackend = (name, options, more) =>
  Object.defineProperty(createPostgresBackend(name, options, more), 'maximumBlockTimeout', { value: LOOK_SECONDS });
