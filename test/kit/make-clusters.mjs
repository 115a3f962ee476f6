/** Makes one embedded database, empty and with its tables, for suites to begin with a copy of: initdb and the migrations take longer than most of what they test. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Weir's password of these databases and nothing else that a first start makes: keys, tokens and identities stay each suite's own. */
const PASSWORD = join('keys', 'postgres');

/** Answers with a folder that holds `empty` and `migrated`: of each the database's files and Weir's password for it. */
export async function makeClusters(root) {
  const ledger = (name) => import(pathToFileURL(join(root, 'dist', 'gateway', 'ledger', `${name}.js`)).href);
  const [{ embeddedPostgres }, { lockDataFolder }, { migrateLedger }] = await Promise.all(['embedded-postgres', 'data-folder-lock', 'migrate'].map(ledger));
  const folder = mkdtempSync(join(tmpdir(), 'weir-clusters-'));
  // PostgreSQL's user walks through it.
  chmodSync(folder, 0o711);
  const work = join(folder, 'work');
  mkdirSync(work, { mode: 0o711 });
  const lock = await lockDataFolder(work);
  for (const [name, prepare] of [
    ['empty', async () => undefined],
    ['migrated', (connection) => migrateLedger(connection, { separateRole: true })],
  ]) {
    const server = await embeddedPostgres({ dataDir: work, lock, log: () => undefined, progress: () => undefined });
    await prepare(server.connection);
    await server.stop();
    mkdirSync(join(folder, name, 'keys'), { recursive: true });
    // Its files belong to PostgreSQL's user, which only cp keeps.
    execFileSync('cp', ['-a', join(server.home, 'data'), join(folder, name, 'data')]);
    execFileSync('cp', ['-a', join(work, PASSWORD), join(folder, name, PASSWORD)]);
  }
  lock.release();
  return folder;
}
