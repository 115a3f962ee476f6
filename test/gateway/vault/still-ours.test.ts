/** A shared folder that is unmounted while Weir runs is a failure, never an empty vault. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { markVault, newVaultId } from '../../../gateway/vault/fleet-identity.js';
import { once } from '../../../gateway/vault/folder-store.js';
import { openStore } from '../../../gateway/vault/open-store.js';
import type { VaultStore } from '../../../gateway/vault/store.js';
import { tempFolder } from '../../kit/temp.js';
import { messageId } from './sample.js';

const held = `${messageId(1)}.key`;
const coming = `${messageId(2)}.body`;
const bytes = Buffer.from('sealed');
let dir: string;
let store: VaultStore;

beforeEach(async () => {
  dir = join(tempFolder('mount'), 'vault');
  mkdirSync(dir);
  store = await opened();
  await markVault(store, newVaultId());
  await store.put(held, once(bytes));
});

function opened(): Promise<VaultStore> {
  const config = configSchema.parse({ version: 1, vault: { store: { folder: dir } }, routes: [{ id: 'a', match: {}, upstream: { url: 'https://a.example' }, policy: 'p' }], policies: { p: { rules: [] } } });
  return openStore({ config, dataDir: dir, env: {}, clock: Date, wrap: (_name, port) => port });
}
async function listed(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list()) names.push(name);
  return names.sort();
}
const USES: Readonly<Record<string, () => Promise<unknown>>> = {
  'lists nothing': listed,
  'seals nothing into what is beneath': () => store.put(coming, once(bytes)),
  'says of no message that it is gone': () => store.load(held),
  'says of no size that there is none': () => store.size(held),
  'reads no message as missing': () => store.read(held, 0, 1),
  'counts nothing as destroyed': () => store.destroy(held),
  're-wraps nothing': () => store.replace(held, bytes),
};

describe('a vault folder that is not mounted any more', () => {
  it.each(Object.entries(USES))('%s', async (_law, use) => {
    renameSync(dir, `${dir}.away`);
    mkdirSync(dir);
    await expect(use()).rejects.toMatchObject({ code: 'VAULT_NO_FOLDER' });
    expect(readdirSync(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
    renameSync(`${dir}.away`, dir);
    expect(await listed()).toEqual(['weir-vault.json', held].sort());
    await store.put(coming, once(bytes));
    expect(await store.load(held)).toEqual(bytes);
  });

  it('is not mistaken for another one that was mounted in its place', async () => {
    renameSync(dir, `${dir}.away`);
    mkdirSync(dir);
    await markVault(await opened(), newVaultId());
    await expect(listed()).rejects.toMatchObject({ code: 'FLEET_VAULT_OTHER' });
    await expect(store.put(coming, once(bytes))).rejects.toMatchObject({ code: 'FLEET_VAULT_OTHER' });
  });
});
