/** A shared vault that no longer bears the name it bore: unmounted, emptied, or another one in its place. Nothing is sealed into such a one, and nothing counts as gone because it is not there. */
import { IDENTITY_OBJECT, type VaultStore } from './store.js';
import { VaultError } from './vault-error.js';

/** The same store; a bucket is asked only where something is missing, since it cannot be unmounted and each question is a request. */
export function stillOurs(store: VaultStore): VaultStore {
  let bore: Buffer | undefined;
  async function mustBe(): Promise<void> {
    const bears = await store.load(IDENTITY_OBJECT);
    bore ??= bears === undefined ? undefined : Buffer.from(bears);
    if (bore === undefined || (bears !== undefined && bore.equals(bears))) return;
    throw new VaultError(store.kind === 'folder' && bears === undefined ? 'VAULT_NO_FOLDER' : 'FLEET_VAULT_OTHER');
  }
  const beforeWriting = store.kind === 'folder' ? mustBe : (): Promise<void> => Promise.resolve();
  async function unlessGone<T>(found: T | undefined): Promise<T | undefined> {
    if (found === undefined) await mustBe();
    return found;
  }
  return {
    ...store,
    async put(name, bytes) {
      if (name !== IDENTITY_OBJECT) await beforeWriting();
      return await store.put(name, bytes);
    },
    async replace(name, bytes) {
      await beforeWriting();
      await store.replace(name, bytes);
    },
    size: async (name) => unlessGone(await store.size(name)),
    load: async (name) => unlessGone(await store.load(name)),
    async read(name, from, length) {
      try {
        return await store.read(name, from, length);
      } catch (thrown) {
        if (thrown instanceof VaultError && thrown.code === 'VAULT_MISSING') await mustBe();
        throw thrown;
      }
    },
    async destroy(name) {
      await beforeWriting();
      await store.destroy(name);
    },
    async *list() {
      await mustBe();
      yield* store.list();
      await mustBe();
    },
  };
}
