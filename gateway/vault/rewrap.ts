/** Wraps the keys of held messages anew after a rotation; bodies are not touched. */
import type { ExchangeId } from '../ports.js';
import type { KeyProvider } from './keys.js';
import type { VaultStore } from './store.js';
import { suiteOf } from './suites.js';
import { objectNames } from './vault.js';
import { VaultError } from './vault-error.js';

/** `other-suite`: its body has another cipher than the new key's suite, so it stays with the old key. `unreadable`: damaged, or its old key is not here. */
export type Rewrapped = 'rewrapped' | 'current' | 'other-suite' | 'missing' | 'unreadable';

/** One such message must not keep all others with their old keys. */
const UNREADABLE: ReadonlySet<string> = new Set(['KEY_WRONG', 'VAULT_DAMAGED']);

/**
 * Call it only while the message cannot be destroyed (its row locked and open): a header written after a shredding would bring a
 * destroyed message back. The new header takes the old one's place at once; a kill leaves one of the two whole.
 */
export async function rewrapMessage(options: { readonly store: Pick<VaultStore, 'load' | 'replace'>; readonly keys: KeyProvider }, id: ExchangeId): Promise<Rewrapped> {
  const { store, keys } = options;
  const { key } = objectNames(id);
  try {
    const header = await store.load(key);
    if (header === undefined) return 'missing';
    const { suite, fileKey, recipient } = await keys.unwrap(header);
    try {
      const current = await keys.current();
      if (recipient === current) return 'current';
      if (suite !== suiteOf(current)) return 'other-suite';
      const wrapped = await keys.wrap({ suite, bytes: fileKey });
      wrapped.fileKey.fill(0);
      await store.replace(key, wrapped.header);
      return 'rewrapped';
    } finally {
      fileKey.fill(0);
    }
  } catch (thrown) {
    if (thrown instanceof VaultError && UNREADABLE.has(thrown.code)) return 'unreadable';
    throw thrown;
  }
}
