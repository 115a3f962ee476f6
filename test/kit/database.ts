/** A real PostgreSQL for a test file: one per suite, on a temp folder, gone afterwards. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { lockDataFolder } from '../../gateway/ledger/data-folder-lock.js';
import { embeddedPostgres, type EmbeddedPostgres } from '../../gateway/ledger/embedded-postgres.js';

export interface TestPostgres extends EmbeddedPostgres {
  readonly dataDir: string;
  /** Stops the server and gives the folder free, as the end of a Weir does. */
  end(): Promise<void>;
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
    const end = async (): Promise<void> => {
      await server.stop();
      lock.release();
    };
    return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(server), dataDir: { value: dataDir }, end: { value: end } }) as TestPostgres;
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

/** Call at the top of a test file; the server runs from its first test to its last. */
export function testPostgres(): () => TestPostgres {
  let server: TestPostgres | undefined;
  beforeAll(async () => {
    server = await startTestPostgres(dataFolder());
  }, 60_000);
  afterAll(async () => {
    await server?.end();
    if (server !== undefined) forgetHome(server.dataDir);
  }, 60_000);
  return () => {
    if (server === undefined) throw new Error('the test database is not running yet');
    return server;
  };
}
