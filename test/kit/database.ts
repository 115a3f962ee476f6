/** A real PostgreSQL for a test file: one per suite, on a temp folder, gone afterwards. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { APP_ROLE, connectionFromUrl } from '../../gateway/ledger/connection.js';
import { lockDataFolder } from '../../gateway/ledger/data-folder-lock.js';
import { embeddedPostgres, type EmbeddedPostgres } from '../../gateway/ledger/embedded-postgres.js';
import type { ExternalPostgres } from './external-postgres.js';
import { withCluster } from './made-cluster.js';

export interface TestPostgres extends EmbeddedPostgres {
  readonly dataDir: string;
  /** Stops the server and gives the folder free, as the end of a Weir does. */
  end(): Promise<void>;
  /** The server is there again, with what it had, after `end`. */
  again(): Promise<void>;
}

type Elsewhere = () => ExternalPostgres;
let elsewhere: Elsewhere | undefined;

/** From here on each testPostgres() of this test file is a database of its own on that server: suites are run over it by importing them. */
export function overExternal(server: Elsewhere): void {
  elsewhere = server;
}

/** Where the database of a data folder turned out to live; known from here, since the folder itself may be gone by then. */
const homes = new Map<string, string>();

/** A data folder that PostgreSQL's unprivileged user can walk into, as an installed one is. Give it to forgetHome once its server is down. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-pg-'));
  chmodSync(folder, 0o711);
  return folder;
}

export async function startTestPostgres(dataDir: string): Promise<TestPostgres> {
  const lock = await lockDataFolder(dataDir);
  try {
    const server = await embeddedPostgres({ dataDir, lock, log: () => undefined, progress: () => undefined });
    homes.set(dataDir, server.home);
    let later: TestPostgres | undefined;
    const end = async (): Promise<void> => {
      await (later === undefined ? server.stop() : later.end());
      lock.release();
    };
    const again = async (): Promise<void> => {
      later = await startTestPostgres(dataDir);
    };
    return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(server), dataDir: { value: dataDir }, end: { value: end }, again: { value: again } }) as TestPostgres;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Removes a data folder whose server is down, and what of it had to be put elsewhere. */
export function forgetHome(dataDir: string): void {
  const note = join(dataDir, 'postgres.location');
  const home = homes.get(dataDir) ?? (existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined);
  for (const folder of [home, dataDir]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** A role that may create the app role, as a site's administrator may; so suites need not know where they run. */
async function ownDatabase(server: ExternalPostgres): Promise<TestPostgres> {
  const roles = await server.psql(`select 1 from pg_roles where rolname = '${ADMIN}'`, 'postgres');
  if (roles.length === 0) await server.psql([`create role ${ADMIN} login createrole password '${ADMIN}'`, `create role ${APP_ROLE} login`, `grant ${APP_ROLE} to ${ADMIN}`], 'postgres');
  const name = `suite_${String((suites += 1))}`;
  await server.psql(`create database ${name} owner ${ADMIN}`, 'postgres');
  const connection = connectionFromUrl(server.urlOf({ user: ADMIN, password: ADMIN, database: name }));
  return {
    connection, dataDir: '', home: '',
    pid: () => undefined,
    onState: () => () => undefined,
    stop: () => server.stop(),
    end: () => server.stop(),
    again: () => server.start(),
  };
}

const ADMIN = 'weir_admin';
let suites = 0;

/** Call at the top of a test file; the server runs from its first test to its last. */
export function testPostgres(): () => TestPostgres {
  const external = elsewhere;
  let server: TestPostgres | undefined;
  beforeAll(async () => {
    server = external === undefined ? await startTestPostgres(await withCluster(dataFolder(), 'empty')) : await ownDatabase(external());
  });
  afterAll(async () => {
    if (external !== undefined || server === undefined) return;
    await server.end();
    forgetHome(server.dataDir);
  });
  return () => {
    if (server === undefined) throw new Error('the test database is not running yet');
    return server;
  };
}
