/** What `weir config check --connect` says of the vault and the keys: reachable, writable, whole, and the ledger's own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { causeCode } from '../errors.js';
import { auditWriter } from '../ledger/audit-writer.js';
import { ledgerDatabase } from '../ledger/database.js';
import { externalConnections } from '../ledger/external-connections.js';
import { fleetLedger } from '../ledger/fleet-ledger.js';
import { vaultId } from '../vault/fleet-identity.js';
import { keyCommand } from '../vault/key-command.js';
import { keysFolder, requireKeys } from '../vault/keys-folder.js';
import { isShared, openStore } from '../vault/open-store.js';
import { VaultError } from '../vault/vault-error.js';
import { liner, type ConnectLine } from './connect-line.js';
import type { Terminal } from './terminal.js';
import type { ConnectWords } from './words-connect.js';

interface Asked {
  readonly config: Pick<Config, 'vault'>;
  readonly dataDir: string;
  readonly terminal: Pick<Terminal, 'env' | 'language'>;
  readonly words: ConnectWords;
  /** False where the database could not be used: nothing is known of whose vault this should be. */
  readonly ledgerReady: boolean;
}

export async function vaultLines(asked: Asked): Promise<readonly ConnectLine[]> {
  return [...(await storeLines(asked)), ...(await keysLines(asked))];
}

async function storeLines({ config, dataDir, terminal: { env, language }, words, ledgerReady }: Asked): Promise<readonly ConnectLine[]> {
  const say = liner(words, 'vault');
  // Asking makes nothing.
  if (!isShared(config) && !existsSync(join(dataDir, 'vault'))) return [say.ok('vaultFirst')];
  const failed = (thrown: unknown): ConnectLine => (thrown instanceof VaultError ? say.spoken('missing', thrown.code, thrown.sentence(language)) : say.missing('failed', { code: causeCode(thrown) }));
  const lines: ConnectLine[] = [];
  try {
    const clock = { now: () => Date.now() };
    const store = await openStore({ config, dataDir, env, clock, wrap: (_name, port) => port });
    try {
      await store.probe();
      lines.push(say.ok('vaultReady', { kind: store.kind }));
      const bears = await vaultId(store);
      const known = ledgerReady ? await ledgersVault(env) : undefined;
      if (bears === undefined) lines.push(known?.marked === true ? say.missing('vaultOther') : say.ok('vaultUnmarked'));
      else if (known !== undefined) lines.push(known.vault === bears ? say.ok('vaultOwn') : say.missing('vaultOther'));
    } finally {
      await store.close();
    }
  } catch (thrown) {
    lines.push(failed(thrown));
  }
  return lines;
}

/** `undefined`: embedded, or nothing is written there yet. */
async function ledgersVault(env: NodeJS.ProcessEnv): Promise<{ readonly vault: string; readonly marked: boolean } | undefined> {
  const ways = externalConnections(env);
  if (ways === undefined) return undefined;
  const database = ledgerDatabase({ ...(ways.app ?? ways.owner), poolMax: 1 });
  try {
    // Before the first start there is no such table.
    return await fleetLedger({ database, audit: auditWriter('command'), clock: { now: () => Date.now() } }).read().catch(() => undefined);
  } finally {
    await database.close();
  }
}

async function keysLines({ config, dataDir, terminal: { env, language }, words }: Asked): Promise<readonly ConnectLine[]> {
  const say = liner(words, 'keys');
  const folder = keysFolder(env, dataDir);
  try {
    const { custody, keyCommand: program } = config.vault;
    await requireKeys(folder, { custody, command: program === undefined ? undefined : keyCommand(program, env), env });
    return [folder.given || existsSync(join(folder.dir, 'review.pub')) ? say.ok('keysReady') : say.ok('keysFirst')];
  } catch (thrown) {
    return [thrown instanceof VaultError ? say.spoken('missing', thrown.code, thrown.sentence(language)) : say.missing('failed', { code: causeCode(thrown) })];
  }
}
