/** The vault's own name, and names of keys: what tells a node that vault, keys and ledger belong together. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from './folder-store.js';
import type { Signer } from './signing.js';
import { IDENTITY_OBJECT, type VaultStore } from './store.js';
import { VaultError } from './vault-error.js';

const VAULT_ID = /^v[0-9a-f]{32}$/;
/** A MAC under the key: equal for equal keys, and nothing else can be learnt from it. */
const CHECK_DIGITS = 32;

export function newVaultId(): string {
  return `v${randomBytes(16).toString('hex')}`;
}

/** The id that the vault bears; undefined where it bears none. */
export async function vaultId(store: Pick<VaultStore, 'load'>): Promise<string | undefined> {
  const content = await store.load(IDENTITY_OBJECT);
  if (content === undefined) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(content).toString('utf8'));
  } catch (thrown) {
    throw new VaultError('VAULT_DAMAGED', { cause: thrown });
  }
  const id = typeof read === 'object' && read !== null && 'vault' in read ? read.vault : undefined;
  if (typeof id !== 'string' || !VAULT_ID.test(id)) throw new VaultError('VAULT_DAMAGED');
  return id;
}

/** Writes the id into a vault that bears none; throws FLEET_LEDGER_OTHER when it bears another one. */
export async function markVault(store: Pick<VaultStore, 'load' | 'put'>, id: string): Promise<void> {
  if ((await vaultId(store)) === undefined) {
    await store.put(IDENTITY_OBJECT, once(Buffer.from(`${JSON.stringify({ version: 1, vault: id })}\n`))).catch((thrown: unknown) => {
      if (!(thrown instanceof VaultError && thrown.code === 'VAULT_EXISTS')) throw thrown;
    });
  }
  if ((await vaultId(store)) !== id) throw new VaultError('FLEET_LEDGER_OTHER');
}

export interface KeyChecks {
  readonly fingerprint: string;
  readonly accounts: string;
  readonly audit: string;
}

export async function keyChecks(keys: { readonly fingerprintKey: Uint8Array; readonly accountsKey: Uint8Array; readonly signer: Signer }): Promise<KeyChecks> {
  const check = (key: Uint8Array, name: string): string => createHmac('sha256', key).update(`weir fleet ${name} v1`).digest('hex').slice(0, CHECK_DIGITS);
  const { key } = await keys.signer.sign('weir fleet v1');
  return { fingerprint: check(keys.fingerprintKey, 'fingerprint'), accounts: check(keys.accountsKey, 'accounts'), audit: key };
}
