/** Word of every change of a message, from this process and others: PostgreSQL's NOTIFY, heard on a connection of its own. */
import { Client } from 'pg';
import { sql } from 'kysely';
import type { ChangeFeed, HeldState, MessageChange } from '../ports.js';
import type { PgConnection } from './connection.js';
import { SCHEMA, type LedgerDatabase } from './database.js';

/** The same in migration 0003. */
const CHANNEL = 'weir_messages';
/** A server that restarts is back within seconds; asking more often helps nobody. */
const RECONNECT_MS = 2_000;
/** New messages told of in one statement; more come with the next. */
const TOLD_MOST = 500;

export interface RunningChangeFeed extends ChangeFeed {
  /** Tells everyone of a new message, after its commit. Never throws and is never waited for: it is news, not a record. */
  held(id: string): void;
  stop(): Promise<void>;
}

export function changeFeed(options: { readonly connection: PgConnection; readonly database: LedgerDatabase; readonly log: (code: string) => void }): RunningChangeFeed {
  const { connection, database, log } = options;
  const listeners = new Set<(change: MessageChange | undefined) => void>();
  const waiting: string[] = [];
  let telling = false;
  let stopped = false;
  let client: Client | undefined;
  let again: NodeJS.Timeout | undefined;

  const tell = (change: MessageChange | undefined): void => {
    for (const listener of listeners) listener(change);
  };

  const connect = async (): Promise<void> => {
    const next = new Client({ ...connection, ...connection.hosts?.current(), keepAlive: true, options: `-c search_path=${SCHEMA}` });
    client = next;
    let isGone = false;
    const gone = (): void => {
      if (isGone) return;
      isGone = true;
      next.removeAllListeners('notification');
      if (client === next) client = undefined;
      next.end().catch(() => undefined);
      if (stopped) return;
      log('listening-lost');
      again = setTimeout(() => void connect(), RECONNECT_MS);
      again.unref();
    };
    next.on('error', gone);
    next.on('end', gone);
    next.on('notification', ({ payload }) => {
      const [id, state] = (payload ?? '').split(' ');
      if (id !== undefined && state !== undefined) tell({ id, state: state as HeldState });
    });
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      // Whatever happened while nobody listened has not been heard.
      tell(undefined);
    } catch {
      gone();
    }
  };
  const ready = connect();

  const announce = async (): Promise<void> => {
    telling = true;
    while (waiting.length > 0) {
      const ids = waiting.splice(0, TOLD_MOST);
      try {
        await database.read((db) => sql`select pg_notify(${CHANNEL}, id || ' held') from unnest(${ids}::text[]) as new (id)`.execute(db));
      } catch {
        log('telling-failed');
      }
    }
    telling = false;
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    held(id) {
      // Without a connection nobody can be told; everyone looks again when there is one.
      if (stopped || waiting.length >= TOLD_MOST * 10) return;
      waiting.push(id);
      if (!telling) void announce();
    },
    async stop() {
      stopped = true;
      clearTimeout(again);
      await ready;
      await client?.end().catch(() => undefined);
      listeners.clear();
    },
  };
}
