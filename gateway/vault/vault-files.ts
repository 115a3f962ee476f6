/** The few calls by which the vault touches the disk; flat and named, so that crash tests can stop the process at each of them. */
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { systemCode } from './vault-error.js';

export interface VaultFiles {
  /** A new file, for its owner only; fails when there is one. */
  create(path: string): Promise<FileHandle>;
  write(file: FileHandle, bytes: readonly Uint8Array[]): Promise<void>;
  /** Until its bytes are on the disk. */
  sync(file: FileHandle): Promise<void>;
  close(file: FileHandle): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Puts other bytes in the place of a file's own, down to the disk; nothing to do when it is gone. */
  overwrite(path: string, make: (length: number) => Uint8Array): Promise<void>;
  /** Removes a file; nothing to do when it is gone. */
  remove(path: string): Promise<void>;
  /** Until the folder's names are on the disk. */
  syncFolder(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
}

export const vaultFiles: VaultFiles = {
  create: async (path) => open(path, 'wx', 0o600),
  async write(file, bytes) {
    // writev may stop short; plain writes of what is left do not.
    const whole = Buffer.concat(bytes);
    for (let done = 0; done < whole.length;) done += (await file.write(whole, done)).bytesWritten;
  },
  sync: async (file) => file.sync(),
  close: async (file) => file.close(),
  rename: async (from, to) => rename(from, to),
  async overwrite(path, make) {
    let file: FileHandle;
    try {
      file = await open(path, 'r+');
    } catch (thrown) {
      if (systemCode(thrown) === 'ENOENT') return;
      throw thrown;
    }
    try {
      const { size } = await file.stat();
      await file.write(make(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  remove: async (path) => rm(path, { force: true }),
  async syncFolder(path) {
    // Windows opens no folders; its file systems journal names by themselves.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  exists: async (path) =>
    stat(path).then(
      () => true,
      (thrown: unknown) => {
        if (systemCode(thrown) === 'ENOENT') return false;
        throw thrown;
      },
    ),
};
