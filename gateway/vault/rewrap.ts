/** Wraps the keys of held messages anew after a rotation; bodies are not touched. */
import type { ExchangeId } from '../ports.js';
import { messagePaths } from './file-vault.js';
import type { KeyProvider } from './keys.js';
import { readIfThere } from './secrets.js';
import { suiteOf } from './suites.js';
import { VaultError } from './vault-error.js';
import { vaultFiles, type VaultFiles } from './vault-files.js';

/** `other-suite`: its body has another cipher than the new key's suite, so it stays with the old key. `unreadable`: damaged, or its old key is not here. */
export type Rewrapped = 'rewrapped' | 'current' | 'other-suite' | 'missing' | 'unreadable';

/** One such message must not keep all others with their old keys. */
const UNREADABLE: ReadonlySet<string> = new Set(['KEY_WRONG', 'VAULT_DAMAGED']);

/**
 * Call it only while the message cannot be destroyed (its row locked and open): a header written after a shredding would bring a
 * destroyed message back. The new header is on the disk before it takes the old one's name; a kill leaves one of the two whole.
 */
export async function rewrapMessage(options: { readonly dir: string; readonly keys: KeyProvider; readonly files?: VaultFiles }, id: ExchangeId): Promise<Rewrapped> {
  const { dir, keys, files = vaultFiles } = options;
  const path = messagePaths(dir, id).key;
  const header = await readIfThere(path);
  if (header === undefined) return 'missing';
  const unwrapped = await keys.unwrap(header).catch((thrown: unknown) => {
    if (thrown instanceof VaultError && UNREADABLE.has(thrown.code)) return undefined;
    throw thrown;
  });
  if (unwrapped === undefined) return 'unreadable';
  const { suite, fileKey, recipient } = unwrapped;
  try {
    const current = await keys.current();
    if (recipient === current) return 'current';
    if (suite !== suiteOf(current)) return 'other-suite';
    const wrapped = await keys.wrap({ suite, bytes: fileKey });
    wrapped.fileKey.fill(0);
    const unfinished = `${path}.tmp`;
    await files.remove(unfinished);
    const file = await files.create(unfinished);
    try {
      await files.write(file, [wrapped.header]);
      await files.sync(file);
    } finally {
      await files.close(file);
    }
    await files.rename(unfinished, path);
    await files.syncFolder(dir);
    return 'rewrapped';
  } finally {
    fileKey.fill(0);
  }
}
