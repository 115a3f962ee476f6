/** A vault's objects as files of a folder: this machine's own, or one that all nodes of a fleet have mounted. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { access, constants, open, opendir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../ports.js';
import { SMALL_OBJECT, STORED_NAME, type StoredObject, type VaultStore } from './store.js';
import { systemCode, VaultError } from './vault-error.js';
import { vaultFiles, type VaultFiles } from './vault-files.js';

/** Sealed bytes gathered for one write: fewer calls, still little memory. */
const WRITE = 2 ** 20;
const UNFINISHED = '.tmp';

export interface FolderStoreOptions {
  readonly dir: string;
  /** The folder in a data folder is made, for its owner only; one that was named has to be there, since it may be a mount. */
  readonly make: boolean;
  readonly clock: Clock;
  /** Crash tests wrap it. */
  readonly files?: VaultFiles;
  /** Which names it takes, where it is no vault. */
  readonly names?: RegExp;
}

export function folderStore({ dir, make, clock, files = vaultFiles, names = STORED_NAME }: FolderStoreOptions): VaultStore {
  if (make) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const writing = new Set<string>();

  function pathOf(name: string): string {
    if (!names.test(name)) throw new VaultError('VAULT_BAD_ID');
    return join(dir, name);
  }
  async function whole(path: string, bytes: AsyncIterable<Uint8Array>, fresh: boolean): Promise<number> {
    const unfinished = `${path}${UNFINISHED}`;
    // Whoever makes this file has the name to itself, so what is looked up afterwards stays true until the renaming.
    const file = await files.create(unfinished).catch((thrown: unknown) => {
      throw systemCode(thrown) === 'EEXIST' ? new VaultError('VAULT_EXISTS', { cause: thrown }) : thrown;
    });
    let placed = false;
    try {
      let total = 0;
      try {
        if (fresh && (await files.exists(path))) throw new VaultError('VAULT_EXISTS');
        let gathered: Uint8Array[] = [];
        let length = 0;
        for await (const piece of bytes) {
          gathered.push(piece);
          length += piece.length;
          total += piece.length;
          if (length < WRITE) continue;
          await files.write(file, gathered);
          gathered = [];
          length = 0;
        }
        await files.write(file, gathered);
        await files.sync(file);
      } finally {
        await files.close(file);
      }
      await files.rename(unfinished, path);
      placed = true;
      await files.syncFolder(dir);
      return total;
    } catch (thrown) {
      if (!placed) await files.remove(unfinished).catch(() => undefined);
      // Only the folder could not be synced: a name that may be gone after a power cut is no durable object.
      else if (fresh) await files.remove(path).catch(() => undefined);
      throw thrown;
    }
  }

  return {
    kind: 'folder',
    async put(name, bytes) {
      const path = pathOf(name);
      if (writing.has(name)) throw new VaultError('VAULT_EXISTS');
      writing.add(name);
      try {
        return await whole(path, bytes, true);
      } finally {
        writing.delete(name);
      }
    },
    async replace(name, bytes) {
      const path = pathOf(name);
      await files.remove(`${path}${UNFINISHED}`);
      await whole(path, once(bytes), false);
    },
    async size(name) {
      return (await statIfThere(pathOf(name)))?.size;
    },
    async read(name, from, length) {
      if (length < 0) throw new VaultError('VAULT_DAMAGED');
      const file = await open(pathOf(name), 'r').catch((thrown: unknown) => {
        throw systemCode(thrown) === 'ENOENT' ? new VaultError('VAULT_MISSING', { cause: thrown }) : thrown;
      });
      try {
        const bytes = Buffer.allocUnsafe(length);
        for (let got = 0; got < length;) {
          const { bytesRead } = await file.read(bytes, got, length - got, from + got);
          if (bytesRead === 0) throw new VaultError('VAULT_DAMAGED');
          got += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
    async load(name) {
      const size = await this.size(name);
      if (size === undefined) return undefined;
      if (size > SMALL_OBJECT) throw new VaultError('VAULT_DAMAGED');
      return await this.read(name, 0, size);
    },
    async destroy(name) {
      const path = pathOf(name);
      if (!name.endsWith('.key')) {
        await files.remove(path);
        return;
      }
      // Overwriting helps where the file system writes in place; elsewhere the disk's own encryption must do that part.
      await files.overwrite(path, (length) => randomBytes(length));
      await files.remove(path);
      // A re-wrapping that was cut off left the same key there.
      const unfinished = `${path}${UNFINISHED}`;
      if (await files.exists(unfinished)) {
        await files.overwrite(unfinished, (length) => randomBytes(length));
        await files.remove(unfinished);
      }
      await files.syncFolder(dir);
    },
    async *list(): AsyncGenerator<StoredObject> {
      for await (const { name } of await opendir(dir)) {
        const found = names.test(name) ? await statIfThere(join(dir, name)) : undefined;
        if (found !== undefined) yield { name, bytes: found.size, changedAt: found.mtimeMs };
      }
    },
    async free() {
      const { bavail, bsize } = await statfs(dir);
      return bavail * bsize;
    },
    async probe() {
      // Named like a seal that was cut off, so that a sweep takes what a kill leaves.
      const path = join(dir, `w${randomBytes(13).toString('hex')}.body${UNFINISHED}`);
      try {
        await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
        const file = await vaultFiles.create(path);
        try {
          await vaultFiles.sync(file);
        } finally {
          await vaultFiles.close(file);
          await vaultFiles.remove(path);
        }
      } catch (thrown) {
        throw new VaultError('VAULT_NO_FOLDER', { cause: thrown });
      }
    },
    async tidy(untouchedMs) {
      let removed = 0;
      for await (const { name } of await opendir(dir)) {
        const object = name.endsWith(UNFINISHED) ? name.slice(0, -UNFINISHED.length) : '';
        if (!names.test(object) || writing.has(object)) continue;
        const path = join(dir, name);
        const found = untouchedMs > 0 ? await statIfThere(path) : undefined;
        if (untouchedMs > 0 && (found === undefined || clock.now() - found.mtimeMs < untouchedMs)) continue;
        await files.remove(path);
        removed++;
      }
      return removed;
    },
    close: () => Promise.resolve(),
  };
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function statIfThere(path: string): Promise<{ readonly size: number; readonly mtimeMs: number } | undefined> {
  return stat(path).catch((thrown: unknown) => {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
}
