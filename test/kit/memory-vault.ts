/** A vault in memory for tests of workers: what is sealed can be opened until it is shredded. */
import type { ExchangeId, OpenedMessage, SealedHead, Vault, VaultReader } from '../../gateway/ports.js';

export interface MemoryVault extends Vault, VaultReader {
  put(head: SealedHead, body: Uint8Array, edits: Uint8Array): void;
  readonly ids: ReadonlySet<string>;
}

export function memoryVault(): MemoryVault {
  const kept = new Map<string, { readonly head: SealedHead; readonly body: Uint8Array; readonly edits: Uint8Array }>();
  async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  return {
    put: (head, body, edits) => void kept.set(head.id, { head, body, edits }),
    get ids() {
      return new Set(kept.keys());
    },
    seal: () => Promise.reject(new Error('not needed by these tests')),
    async shred(id) {
      kept.delete(id);
    },
    async *list() {
      for (const id of [...kept.keys()]) yield id as ExchangeId;
    },
    space: () => Promise.resolve({ usedBytes: 0, freeBytes: 1, limitBytes: 1 }),
    async open(id): Promise<OpenedMessage> {
      const message = kept.get(id);
      if (message === undefined) throw Object.assign(new Error('no such message'), { code: 'VAULT_MISSING' });
      return {
        head: message.head,
        body: () => cut(message.body),
        edits: () => cut(message.edits),
        close: () => Promise.resolve(),
      };
    },
  };
}
