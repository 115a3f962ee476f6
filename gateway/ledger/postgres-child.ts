/** One run of the PostgreSQL server as our child: started, waited for, ended within a bound. Also ends one that a dead Weir left behind. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { PgConnection } from './connection.js';
import { isRunning } from './data-folder-lock.js';
import type { Account } from './postgres-account.js';
import { childOptions } from './postgres-home.js';
import { EmbeddedPostgresError } from './start-errors.js';

/** Recovery after a crash replays at most max_wal_size, seconds on any disk; this bound is for a server that hangs. */
const READY_TIMEOUT_MS = 120_000;
/** Fast shutdown writes a checkpoint of at most shared_buffers; then immediate shutdown, then the axe. */
const FAST_STOP_MS = 20_000;
const QUIT_STOP_MS = 5_000;
/** Unix sockets carry the port in their name only. */
const SOCKET_PORT = 5432;

/** Small on purpose: an idle ledger beside a gateway, not a database server. Log levels keep row content out of the log (law 6). */
const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '48MB',
  // The first process wants about thirty, each of up to 64 that carry traffic two or more. One that is not used costs next to nothing.
  max_connections: '180',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  // Containers often have a tiny /dev/shm or none.
  dynamic_shared_memory_type: 'mmap',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
};

export interface PostgresChild {
  readonly pid: number;
  readonly connection: PgConnection;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
  /** Last words for a process that ends without time to wait. */
  interrupt(): void;
}

interface StartOptions {
  readonly program: string;
  readonly data: string;
  readonly home: string;
  readonly sockets: string;
  readonly account: Account;
  readonly user: string;
  readonly password: string;
  readonly port: number;
}

/** Starts the server and waits until it answers a query. */
export async function startPostgres(options: StartOptions): Promise<PostgresChild> {
  const windows = process.platform === 'win32';
  const { port } = options;
  const where = windows
    ? { listen_addresses: '127.0.0.1' }
    : { listen_addresses: '', unix_socket_directories: options.sockets, unix_socket_permissions: '0700' };
  const args = Object.entries({ ...SETTINGS, ...where, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A group of its own: Ctrl-C on the terminal reaches Weir, which drains first and stops the database last.
  const child = spawn(options.program, ['-D', options.data, ...args], { ...childOptions(options.home, options.account), detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let ready = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!ready) said = (said + text).slice(-2_000);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const connection: PgConnection = { host: windows ? '127.0.0.1' : options.sockets, port, user: options.user, password: options.password, database: 'postgres' };
  const gone = exited.then(() => 'gone' as const);
  const until = Date.now() + READY_TIMEOUT_MS;
  try {
    while (!(await answers(connection))) {
      if ((await Promise.race([gone, delay(50, 'waiting' as const)])) === 'gone') throw new EmbeddedPostgresError('start-failed', lastFatal(said));
      if (Date.now() > until) throw new EmbeddedPostgresError('start-timeout', lastFatal(said));
    }
  } catch (error) {
    await endWithin(child, exited);
    throw error;
  }
  ready = true;
  return { pid: child.pid ?? 0, connection, exited, stop: () => endWithin(child, exited), interrupt: () => void child.kill('SIGINT') };
}

async function answers(connection: PgConnection): Promise<boolean> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === '28P01') throw new EmbeddedPostgresError('no-password', 'The password file does not fit the database.');
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function endWithin(child: ChildProcess, exited: Promise<void>): Promise<void> {
  const done = exited.then(() => true);
  for (const [signal, patience] of [['SIGINT', FAST_STOP_MS], ['SIGQUIT', QUIT_STOP_MS], ['SIGKILL', QUIT_STOP_MS]] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const waiting = new AbortController();
    const ended = await Promise.race([done, delay(patience, false, { signal: waiting.signal, ref: true })]);
    waiting.abort();
    if (ended) return;
  }
}

/** Startup FATAL lines speak of configuration and files, never of rows. */
function lastFatal(said: string): string | undefined {
  return said.split('\n').filter((line) => /FATAL|PANIC|error/i.test(line)).at(-1)?.trim().slice(0, 300);
}

/** Called with the data folder's lock held: whoever runs on it now has lost its Weir (HC 33). */
export async function endOrphan(data: string, progress: (line: string) => void): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number.parseInt(quietly(() => readFileSync(file, 'utf8')).split('\n')[0] ?? '', 10);
  if (Number.isNaN(pid)) return;
  if (isRunning(pid) && serves(pid, data)) {
    progress('Stopping a database that an earlier Weir left behind …');
    for (const [signal, patience] of [['SIGINT', FAST_STOP_MS], ['SIGQUIT', QUIT_STOP_MS], ['SIGKILL', QUIT_STOP_MS]] as const) {
      quietly(() => String(process.kill(pid, signal)));
      for (let waited = 0; waited < patience && isRunning(pid); waited += 50) await delay(50);
      if (!isRunning(pid)) break;
    }
  }
  // Its pid may belong to someone else by now, and PostgreSQL would refuse to start beside a living stranger.
  if (!isRunning(pid) || !serves(pid, data)) rmSync(file, { force: true });
}

/** A postmaster's working directory is its data folder; elsewhere its command line names it. */
function serves(pid: number, data: string): boolean {
  if (process.platform === 'linux') return quietly(() => readlinkSync(`/proc/${pid}/cwd`)) === realpathSync(data);
  if (process.platform === 'win32') return false;
  return quietly(() => execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })).includes(data);
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Chosen once per Weir, so that clients find a restarted server where the first one was. */
export async function postgresPort(): Promise<number> {
  if (process.platform !== 'win32') return SOCKET_PORT;
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
