/** The place where the vault lies, as the configuration says it. */
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import type { Clock, WrapPort } from '../ports.js';
import { folderStore } from './folder-store.js';
import { stillOurs } from './still-ours.js';
import type { VaultStore } from './store.js';
import { vaultFiles } from './vault-files.js';

export interface OpenStoreOptions {
  readonly config: Pick<Config, 'vault'>;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly wrap: WrapPort;
}

/** Whether other nodes may seal into it too. */
export function isShared(config: Pick<Config, 'vault'>): boolean {
  return config.vault.store !== undefined;
}

export async function openStore({ config, dataDir, env, clock, wrap }: OpenStoreOptions): Promise<VaultStore> {
  const { store } = config.vault;
  const files = wrap('vault-files', vaultFiles);
  if (store === undefined) return folderStore({ dir: join(dataDir, 'vault'), make: true, clock, files });
  if ('folder' in store) return stillOurs(folderStore({ dir: store.folder, make: false, clock, files }));
  // Loaded where there is a bucket: its library is large.
  const [{ s3Store }, { s3Client }] = await Promise.all([import('./s3-store.js'), import('./s3-client.js')]);
  return stillOurs(s3Store({ client: s3Client(store.s3, env), bucket: store.s3.bucket, prefix: store.s3.prefix, clock }));
}
