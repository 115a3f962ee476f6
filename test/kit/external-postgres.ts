/** A PostgreSQL as a site would run it beside Weir: Debian's, under its own user, over TCP with passwords, on request with TLS; to be restarted, killed and held up by tests. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { Client, type ClientConfig } from 'pg';
import { isRunning } from '../../gateway/ledger/data-folder-lock.js';
import { serverCertificates, type TestCertificates } from './external-postgres-tls.js';
import { freePort } from './free-port.js';
import { PATIENCE_MS, until } from './patience.js';

export interface ExternalPostgresOptions {
  /** TLS and nothing else, with a certificate for 127.0.0.1 and localhost from its own CA. */
  readonly tls?: boolean;
  /** Further settings of the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A standby that follows this one, until it is promoted. */
  readonly standbyOf?: ExternalPostgres;
}

export interface ExternalPostgres {
  /** As `weir`, who owns the database `weir` and nothing beyond it; with TLS: `verify-full` against `ca`. */
  readonly url: string;
  readonly port: number;
  /** Of the role `weir`. */
  readonly password: string;
  /** Paths of PEM files; `undefined` without TLS. */
  readonly certificates: TestCertificates | undefined;
  readonly ca: string | undefined;
  /** The same server, another database or role: `{ database, user, password }` replace what `url` says. */
  readonly urlOf: (change: { readonly database?: string; readonly user?: string; readonly password?: string }) => string;
  /** As superuser; the statements of one text are one transaction, those of a list are not. Answers with the last one's rows. */
  readonly psql: (sql: string | readonly string[], database?: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A standby becomes the primary. */
  promote(): Promise<void>;
  /** A database of its own for `weir`, empty or a copy of another one that nobody uses; answers with its URL. */
  newDatabase(template?: string): Promise<string>;
  start(): Promise<void>;
  /** As `systemctl stop`: sessions are ended, everything is written. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** As a power switch: every process of it at once, and none is left when this is done. */
  kill(): Promise<void>;
  /** The server is there and answers nothing, as a machine that hangs. */
  pause(): void;
  resume(): void;
}

const SUPERUSER = 'postgres';
/** On loopback, in a folder of its own, for as long as a test file runs. */
const SUPERUSER_PASSWORD = 'for-tests-only';
const SETTINGS = {
  // Tests kill processes, not the kernel: what was written is there without waiting for a disk.
  fsync: 'off', full_page_writes: 'off', shared_buffers: '32MB', max_connections: '80', max_wal_size: '256MB',
  timezone: 'Asia/Shanghai', log_min_messages: 'fatal', jit: 'off', password_encryption: 'scram-sha-256', unix_socket_directories: '', listen_addresses: '127.0.0.1,127.0.0.2',
} as const;

let counter = 0;

/** Call at the top of a test file; the server runs from its first test to its last. The set-up of the tests installs postgresql. */
export function externalPostgres(options: ExternalPostgresOptions = {}): () => ExternalPostgres {
  let server: (ExternalPostgres & { end(): Promise<void> }) | undefined;
  beforeAll(async () => {
    server = await startExternalPostgres(options);
  });
  afterAll(async () => {
    await server?.end();
  });
  return () => {
    if (server === undefined) throw new Error('the external test database is not running yet');
    return server;
  };
}

export async function startExternalPostgres(options: ExternalPostgresOptions = {}): Promise<ExternalPostgres & { end(): Promise<void> }> {
  const bin = binaries();
  const account = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'weir-expg-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const own = (path: string): void => (account === undefined ? undefined : chownSync(path, account.uid, account.gid));
  own(data);
  const as = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', HOME: folder };
  const superPassword = SUPERUSER_PASSWORD;
  const password = 'w/e:i@r?-pass';
  const pwfile = join(folder, 'pw');
  writeFileSync(pwfile, superPassword, { mode: 0o644 });
  const primary = options.standbyOf;
  if (primary !== undefined) {
    const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', SUPERUSER];
    execFileSync(join(bin, 'pg_basebackup'), [...from, '-D', data, '-R', '-c', 'fast', '-X', 'stream', '--no-sync'], { ...as, env: { ...env, PGPASSWORD: superPassword }, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
  } else execFileSync(join(bin, 'initdb'), ['-D', data, '-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile', pwfile, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], { ...as, env, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
  const certificates = options.tls === true ? serverCertificates(folder, own) : undefined;
  const kind = certificates === undefined ? 'host' : 'hostssl';
  const hba = join(data, 'pg_hba.conf');
  writeFileSync(hba, [...(certificates === undefined ? [] : ['hostssl all weir_cert 127.0.0.0/8 cert']), `${kind} all all 127.0.0.0/8 scram-sha-256`, `${kind} replication all 127.0.0.0/8 scram-sha-256`, ''].join('\n'));
  const port = await freePort();
  const tls = certificates === undefined ? {} : { ssl: 'on', ssl_cert_file: certificates.serverCert, ssl_key_file: certificates.serverKey, ssl_ca_file: certificates.ca };
  const settings = Object.entries({ ...SETTINGS, ...tls, ...options.settings, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const superuser: ClientConfig = {
    host: '127.0.0.1', port, user: SUPERUSER, password: superPassword,
    ...(certificates === undefined ? {} : { ssl: { ca: readFileSync(certificates.ca, 'utf8') } }),
  };

  let child: ChildProcess | undefined;
  const exitOf = (running: ChildProcess): Promise<void> => new Promise((resolve) => {
    if (hasEnded(running)) resolve();
    else running.once('exit', () => resolve());
  });
  const psql: ExternalPostgres['psql'] = async (sql, database = 'weir') => {
    const client = new Client({ ...superuser, database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const text of typeof sql === 'string' ? [sql] : sql) {
        const result = (await client.query(text)) as unknown as { rows: Record<string, unknown>[] } | { rows: Record<string, unknown>[] }[];
        rows = (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
      }
      return rows;
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    let said = '';
    const running = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...as, env, cwd: data, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    child = running;
    running.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
    for (const end = Date.now() + PATIENCE_MS; ; ) {
      if (await psql('select 1', 'postgres').then(() => true, () => false)) return;
      if (hasEnded(running) || Date.now() > end) throw new Error(`the external test database did not start: ${said}`);
      await delay(40);
    }
  };
  const stop = async (): Promise<void> => {
    if (child === undefined) return;
    signalAll(child, 'SIGCONT');
    child.kill('SIGINT');
    await exitOf(child);
  };
  const kill = async (): Promise<void> => {
    if (child === undefined) return;
    const children = signalAll(child, 'SIGKILL');
    await exitOf(child);
    // A server that is started beside one of them finds its memory in use, and gives up.
    await until('the end of every process of the test database', () => !children.some(isRunning));
  };
  const urlOf: ExternalPostgres['urlOf'] = (change) => {
    const user = encodeURIComponent(change.user ?? 'weir');
    const words = encodeURIComponent(change.password ?? password);
    const query = certificates === undefined ? '' : `?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates.ca)}`;
    return `postgres://${user}:${words}@127.0.0.1:${String(port)}/${change.database ?? 'weir'}${query}`;
  };

  await start();
  if (primary === undefined) {
    await psql(`create role weir login password '${password}'`, 'postgres');
    await psql('create database weir owner weir', 'postgres');
  }
  return {
    url: urlOf({}), port, password, certificates, ca: certificates?.ca, urlOf, psql, start, stop, kill,
    async newDatabase(template) {
      const name = `weir_${String(++counter)}`;
      await psql(`create database ${name} owner weir${template === undefined ? '' : ` template ${template}`}`, 'postgres');
      return urlOf({ database: name });
    },
    async promote() {
      await psql('select pg_promote()', 'postgres');
    },
    async restart() {
      await stop();
      await start();
    },
    pause: () => child && signalAll(child, 'SIGSTOP'),
    resume: () => child && signalAll(child, 'SIGCONT'),
    async end() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The newest server that Debian keeps, else the one in the path. */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const versions = quietly(() => readdirSync(root)).sort((a, b) => Number(b) - Number(a));
  return versions[0] === undefined ? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim() : join(root, versions[0], 'bin');
}

/** PostgreSQL refuses to run as root; Debian made a user for it. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number.parseInt(execFileSync('id', [flag, SUPERUSER], { encoding: 'utf8' }), 10);
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Answers with the postmaster's children, each of which leads a session of its own. They are looked up while it is held still: it would
 * start others in place of those that are gone, and once it is dead they are somebody else's children.
 */
function signalAll(postmaster: ChildProcess, signal: NodeJS.Signals): readonly number[] {
  const { pid } = postmaster;
  if (pid === undefined || hasEnded(postmaster)) return [];
  postmaster.kill('SIGSTOP');
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((one) => parentOf(one) === pid);
  for (const one of children) quietly(() => [String(process.kill(one, signal))]);
  postmaster.kill(signal);
  return children;
}

function parentOf(pid: number): number {
  const [stat = ''] = quietly(() => [readFileSync(`/proc/${String(pid)}/stat`, 'utf8')]);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

function quietly(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
