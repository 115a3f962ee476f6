/** A way into the ledger's database for a command: the external one, the running gateway's, or one started for the occasion. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PgConnection } from '../ledger/connection.js';
import { lockDataFolder, type DataFolderLock } from '../ledger/data-folder-lock.js';
import { embeddedPostgres } from '../ledger/embedded-postgres.js';
import { externalConnections } from '../ledger/external-connections.js';
import { refuseMarked } from '../ledger/folder-mark.js';
import { OWNER_ROLE } from '../ledger/postgres-home.js';
import { DataFolderInUse } from '../ledger/start-errors.js';

const DATABASE = 'weir';

export interface LedgerAccess {
  readonly connection: PgConnection;
  close(): Promise<void>;
}

export async function ledgerAccess(env: NodeJS.ProcessEnv, dataDir: string, progress: (line: string) => void): Promise<LedgerAccess> {
  const external = externalConnections(env);
  if (external !== undefined) return { connection: external.owner, close: async () => undefined };
  refuseMarked(dataDir, { embedded: true });
  let lock: DataFolderLock;
  try {
    lock = await lockDataFolder(dataDir, { progress });
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    return { connection: await runningServer(dataDir), close: async () => undefined };
  }
  try {
    const server = await embeddedPostgres({ dataDir, lock, log: (_level, code) => progress(code), progress });
    return {
      connection: server.connection,
      async close() {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** PostgreSQL notes in its data folder where it listens: line 4 is the port, line 5 the socket's folder, line 6 the address. */
async function runningServer(dataDir: string): Promise<PgConnection> {
  const home = (await readFile(join(dataDir, 'postgres.location'), 'utf8')).trim();
  const lines = (await readFile(join(home, 'data', 'postmaster.pid'), 'utf8')).split('\n').map((line) => line.trim());
  const password = (await readFile(join(dataDir, 'keys', 'postgres'), 'utf8')).trim();
  const socket = lines[4] ?? '';
  return { host: socket === '' ? (lines[5] ?? '127.0.0.1') : socket, port: Number(lines[3]), user: OWNER_ROLE, password, database: DATABASE };
}
