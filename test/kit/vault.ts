/** A vault in a folder for tests, put together as the wiring does. */
import type { Clock, VaultReader } from '../../gateway/ports.js';
import { folderStore } from '../../gateway/vault/folder-store.js';
import type { KeyProvider } from '../../gateway/vault/keys.js';
import type { VaultStore } from '../../gateway/vault/store.js';
import { sealingVault, type SealingVault } from '../../gateway/vault/vault.js';
import type { VaultFiles } from '../../gateway/vault/vault-files.js';
import { vaultReader } from '../../gateway/vault/vault-reader.js';

interface FolderVaultOptions {
  readonly dir: string;
  readonly keys: Pick<KeyProvider, 'wrap'>;
  readonly maxBytes?: number;
  readonly clock?: Clock;
  readonly files?: VaultFiles;
}

export function testFolder(dir: string, files?: VaultFiles, clock: Clock = Date): VaultStore {
  return folderStore({ dir, make: true, clock, ...(files === undefined ? {} : { files }) });
}

export function folderVault({ dir, keys, maxBytes = 2 ** 40, clock = Date, files }: FolderVaultOptions): SealingVault {
  return sealingVault({ store: testFolder(dir, files, clock), keys, limits: { maxBytes }, clock });
}

export function folderReader({ dir, keys }: { readonly dir: string; readonly keys: Pick<KeyProvider, 'unwrap'> }): VaultReader {
  return vaultReader({ store: testFolder(dir), keys });
}
