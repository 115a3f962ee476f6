/** `weir config check --connect`: tries everything that the configuration and the environment name, and says what is reachable and what is missing. */
import { resolve } from 'node:path';
import type { Config } from '../../config/schema.js';
import { databaseLines } from './connect-database.js';
import { farSideLines } from './connect-far-sides.js';
import { hopLines } from './connect-hops.js';
import type { ConnectLine } from './connect-line.js';
import { redisLines } from './connect-redis.js';
import { vaultLines } from './connect-vault.js';
import type { Terminal } from './terminal.js';
import { connectWords } from './words-connect.js';

export async function connectLines(config: Config, terminal: Pick<Terminal, 'env' | 'language'>): Promise<readonly ConnectLine[]> {
  const words = connectWords(terminal.language);
  const { env } = terminal;
  const dataDir = resolve(env['WEIR_DATA'] ?? './data');
  const [database, redis, farSides, hops] = await Promise.all([databaseLines(terminal, words), redisLines(env, words), farSideLines(config, env, words), hopLines(config, env, words)]);
  const ledgerReady = database.every(({ state }) => state !== 'missing');
  return [...database, ...redis, ...(await vaultLines({ config, dataDir, terminal, words, ledgerReady })), ...farSides, ...hops];
}
