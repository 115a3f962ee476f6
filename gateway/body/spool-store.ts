/** What all spools of a process share: how much memory and disk they hold, and the encrypted temp file one spool overflows into. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { causeCode, WeirError } from '../errors.js';

/** Bytes in use against a limit; two of them exist per process, memory and disk. */
export interface Budget {
  readonly limit: number;
  used: number;
}

const LEFTOVER = /^spool-[0-9a-f]{24}\.tmp$/;
/** What the system says when no more can be written: full, over quota, file too large for the file system. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** AES-GCM's tag, kept after each frame. */
const TAG = 16;

/** Makes the folder private and removes what a killed process left in it: unreadable anyway, its keys are gone. */
export function prepareSpoolFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  for (const name of readdirSync(dir)) if (LEFTOVER.test(name)) rmSync(join(dir, name), { force: true });
}

/** Frames written one after the other, each sealed with AES-256-GCM under a key that exists only here. */
export interface FrameFile {
  /** Appends a frame; answers where it lies. `index` is bound into the seal, so frames cannot trade places. */
  append(index: number, frame: Uint8Array): Promise<number>;
  read(index: number, position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** `openFile` lets tests fill the disk. */
export function frameFile(dir: string, disk: Budget, openFile: typeof open = open): FrameFile {
  const key = randomBytes(32);
  const path = join(dir, `spool-${randomBytes(12).toString('hex')}.tmp`);
  let handle: Promise<FileHandle> | undefined;
  let linked = true;
  let end = 0;
  let charged = 0;
  let closing: Promise<void> | undefined;

  async function create(): Promise<FileHandle> {
    const file = await openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    // Where the system lets go of an open file's name, nobody else can reach it and a kill leaves nothing behind.
    await rm(path).then(
      () => (linked = false),
      () => undefined,
    );
    return file;
  }
  function nonce(index: number): Buffer {
    const bytes = Buffer.alloc(12);
    bytes.writeBigUInt64BE(BigInt(index), 4);
    return bytes;
  }

  return {
    async append(index, frame) {
      const size = frame.length + TAG;
      if (disk.used + size > disk.limit) throw new WeirError('spool-full');
      disk.used += size;
      charged += size;
      const cipher = createCipheriv('aes-256-gcm', key, nonce(index));
      const sealed = Buffer.concat([cipher.update(frame), cipher.final(), cipher.getAuthTag()]);
      const position = end;
      end += size;
      try {
        handle ??= create();
        const file = await handle;
        for (let done = 0; done < size;)
          done += (await file.write(sealed, done, size - done, position + done)).bytesWritten;
      } catch (thrown) {
        throw new WeirError(FULL.has(causeCode(thrown)) ? 'spool-full' : 'internal', { cause: thrown });
      }
      return position;
    },
    async read(index, position, length) {
      if (handle === undefined || closing !== undefined) throw new WeirError('internal');
      const file = await handle;
      const sealed = Buffer.allocUnsafe(length + TAG);
      let got = 0;
      while (got < sealed.length) {
        const { bytesRead } = await file.read(sealed, got, sealed.length - got, position + got);
        if (bytesRead === 0) throw new WeirError('internal');
        got += bytesRead;
      }
      const decipher = createDecipheriv('aes-256-gcm', key, nonce(index)).setAuthTag(sealed.subarray(length));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, length)), decipher.final()]);
      } catch (thrown) {
        throw new WeirError('internal', { cause: thrown });
      }
    },
    close() {
      closing ??= (async () => {
        try {
          const file = await handle?.catch(() => undefined);
          await file?.close();
          if (file !== undefined && linked) await rm(path, { force: true });
        } finally {
          key.fill(0);
          disk.used -= charged;
        }
      })();
      return closing;
    },
  };
}
