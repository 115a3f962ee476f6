/** The ledger's own PostgreSQL: created on first start, supervised, restarted when it dies, stopped within a bound. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { PgConnection } from './connection.js';
import type { DataFolderLock } from './data-folder-lock.js';
import { postgresAccount } from './postgres-account.js';
import { postgresBinaries, sweepDrafts } from './postgres-binaries.js';
import { endOrphan, postgresPort, startPostgres, type PostgresChild } from './postgres-child.js';
import { ensureCluster, OWNER_ROLE, postgresHome, postgresPassword, socketFolder } from './postgres-home.js';
import { EmbeddedPostgresError } from './start-errors.js';

export type DatabaseState = 'up' | 'down';

export interface EmbeddedPostgres {
  /** As the role that owns the schema; for daily work see appConnection. */
  readonly connection: PgConnection;
  /** Where the database lies. */
  readonly home: string;
  pid(): number | undefined;
  /** Told when the server is lost and when it answers again. Returns the way to unsubscribe. */
  onState(listener: (state: DatabaseState) => void): () => void;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Proof that no other Weir uses the folder: what still runs on it is an orphan. */
  readonly lock: DataFolderLock;
  readonly log: (level: 'info' | 'warn' | 'error', code: string) => void;
  readonly progress: (line: string) => void;
}

const DATABASE = 'weir';
/** Back-off after a crash: quick at first, since the usual cause is one killed process; 30 s spares a machine in trouble. */
const RESTART_FIRST_MS = 200;
const RESTART_MOST_MS = 30_000;
/** A killed postmaster's children hold its memory for a moment, and the new one refuses to start beside them. */
const FIRST_START_TRIES = 6;
/** Anything slower than this is shown. */
const SLOW_MS = 1_000;

export async function embeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const home = postgresHome(options.dataDir, account);
  sweepDrafts(home);
  const binaries = postgresBinaries(account, home, options.progress);
  const password = postgresPassword(options.dataDir, existsSync(join(home, 'data')));
  const data = await ensureCluster(home, binaries, account, password, options.progress);
  await endOrphan(data, options.progress);
  const sockets = socketFolder(home, account);
  const port = await postgresPort();
  const start = (): Promise<PostgresChild> => startPostgres({ program: binaries.postgres, data, home, sockets, account, user: OWNER_ROLE, password, port });

  let child: PostgresChild | undefined = await firstStart(start, options.progress);
  const connection: PgConnection = { ...child.connection, database: DATABASE };
  await ensureDatabase(child.connection);
  const listeners = new Set<(state: DatabaseState) => void>();
  const stopping = new AbortController();
  const tell = (state: DatabaseState): void => listeners.forEach((listener) => listener(state));
  const lastWords = (): void => child?.interrupt();
  process.once('exit', lastWords);

  const stopped = (): boolean => stopping.signal.aborted;
  const supervise = async (): Promise<void> => {
    let wait = RESTART_FIRST_MS;
    while (!stopped()) {
      if (child !== undefined) {
        await child.exited;
        child = undefined;
        if (stopped()) return;
        options.log('error', 'POSTGRES_LOST');
        tell('down');
      }
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopped()) return;
      try {
        child = await start();
        wait = RESTART_FIRST_MS;
        options.log('info', 'POSTGRES_BACK');
        tell('up');
      } catch {
        options.log('error', 'POSTGRES_RESTART_FAILED');
        wait = Math.min(wait * 2, RESTART_MOST_MS);
      }
    }
  };
  const supervised = supervise();

  return {
    connection,
    home,
    pid: () => child?.pid,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopping.abort();
      process.removeListener('exit', lastWords);
      await child?.stop();
      await supervised;
      // A restart may have been under way when stop was called.
      await child?.stop();
      rmSync(sockets, { recursive: true, force: true });
    },
  };
}

async function firstStart(start: () => Promise<PostgresChild>, progress: (line: string) => void): Promise<PostgresChild> {
  const slow = setTimeout(() => progress('Starting the database …'), SLOW_MS);
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await start();
      } catch (error) {
        if (tries === FIRST_START_TRIES || !(error instanceof EmbeddedPostgresError) || error.problem !== 'start-failed') throw error;
        await delay(RESTART_FIRST_MS * 2 ** tries);
      }
    }
  } finally {
    clearTimeout(slow);
  }
}

async function ensureDatabase(connection: PgConnection): Promise<void> {
  const client = new Client({ ...connection });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
