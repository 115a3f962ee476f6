/** A data folder whose database is made already: a copy of what make-clusters.mjs left for all suites, where `npm test` ran it; elsewhere the folder stays empty and the first start makes its own. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount } from '../../gateway/ledger/postgres-account.js';
import { postgresHome } from '../../gateway/ledger/postgres-home.js';

const MADE = process.env['WEIR_TEST_CLUSTERS'];
const run = promisify(execFile);

/** `empty`: a database without tables; `migrated`: with them. Keys, tokens and identities are still the folder's own to make. */
export async function withCluster(dataDir: string, kind: 'empty' | 'migrated'): Promise<string> {
  if (MADE === undefined) return dataDir;
  const from = join(MADE, kind);
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 });
  const home = postgresHome(dataDir, postgresAccount());
  // Its files belong to PostgreSQL's user, which only cp keeps.
  await run('cp', ['-a', join(from, 'keys', 'postgres'), join(dataDir, 'keys', 'postgres')]);
  await run('cp', ['-a', join(from, 'data'), join(home, 'data')]);
  return dataDir;
}
