/** The vault in a folder: each message is `<id>.key` (its wrapped key) and `<id>.body`; in suite age-v1 `cat` of both is a valid age file. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { opendir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { asWeirError, WeirError } from '../errors.js';
import type { Clock, ExchangeId, SealedHead, SealReceipt, Vault } from '../ports.js';
import { NONCE, streamSealer } from './chunk-stream.js';
import type { KeyProvider, WrappedKey } from './keys.js';
import { systemCode, VaultError } from './vault-error.js';
import { vaultFiles, type VaultFiles } from './vault-files.js';

const ID = /^w[0-9A-Za-z]{26}$/;
const FILE = /^(w[0-9A-Za-z]{26})\.(key|body)(\.tmp)?$/;
/** HC 29: the last tenth is for what is already on its way, and for deciding. */
const FULL_AT = 0.9;
/** Sealed bytes gathered for one write: fewer calls, still little memory. */
const WRITE = 2 ** 20;
/** How long the sum of all files is trusted: workers of other processes shred too. */
const RECOUNT_MS = 5 * 60_000;
/** A reader holds the head in memory; far above any head the channels accept. */
export const SEALED_HEAD_LIMIT = 8 * 2 ** 20;
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export interface FileVaultOptions {
  /** Made when missing, for its owner only. */
  readonly dir: string;
  readonly keys: Pick<KeyProvider, 'wrap'>;
  readonly limits: { readonly maxBytes: number };
  readonly clock: Clock;
  /** Crash tests wrap it. */
  readonly files?: VaultFiles;
}

export interface FileVault extends Vault {
  /** Removes what a killed process left: unfinished seals and bodies whose key is gone, if untouched for so long. 0 at start, when nobody else seals here. */
  sweep(untouchedMs: number): Promise<number>;
}

/** Where a message lies; refuses anything that is not an id, so no path can be built from it. */
export function messagePaths(dir: string, id: string): { readonly key: string; readonly body: string } {
  if (!ID.test(id)) throw new VaultError('VAULT_BAD_ID');
  return { key: join(dir, `${id}.key`), body: join(dir, `${id}.body`) };
}

export function fileVault({ dir, keys, limits, clock, files = vaultFiles }: FileVaultOptions): FileVault {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const sealing = new Set<string>();
  let promised = 0;
  let counted: { bytes: number; at: number } | undefined;

  async function usedBytes(): Promise<number> {
    if (counted !== undefined && clock.now() - counted.at < RECOUNT_MS) return counted.bytes;
    let bytes = 0;
    for await (const { path } of sealedFiles()) bytes += await sizeOf(path);
    counted = { bytes, at: clock.now() };
    return bytes;
  }
  async function* sealedFiles(): AsyncGenerator<{ path: string; id: string; kind: string; unfinished: boolean }> {
    for await (const entry of await opendir(dir)) {
      const [, id, kind, unfinished] = FILE.exec(entry.name) ?? [];
      if (id !== undefined && kind !== undefined)
        yield { path: join(dir, entry.name), id, kind, unfinished: unfinished !== undefined };
    }
  }
  async function space(): Promise<{ usedBytes: number; freeBytes: number; limitBytes: number }> {
    const used = await usedBytes();
    const { bavail, bsize } = await statfs(dir);
    const freeBytes = bavail * bsize;
    return { usedBytes: used, freeBytes, limitBytes: Math.min(limits.maxBytes, used + freeBytes) };
  }
  async function writeMessage(
    id: string,
    head: SealedHead,
    body: AsyncIterable<Uint8Array>,
    edits: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly wrapped: WrappedKey }> {
    const path = messagePaths(dir, id);
    if ((await files.exists(path.key)) || (await files.exists(path.body))) throw new VaultError('VAULT_EXISTS');
    const wrapped = await keys.wrap();
    const unfinished = { key: `${path.key}.tmp`, body: `${path.body}.tmp` };
    try {
      const bodyBytes = await writeFile(files, unfinished.body, sealed(wrapped, head, body, edits));
      const keyBytes = await writeFile(files, unfinished.key, once(wrapped.header));
      // The key last: a message whose key can be seen is whole.
      await files.rename(unfinished.body, path.body);
      await files.rename(unfinished.key, path.key);
      await files.syncFolder(dir);
      return { bytes: bodyBytes + keyBytes, wrapped };
    } catch (thrown) {
      for (const left of [path.key, unfinished.key, path.body, unfinished.body])
        await files.remove(left).catch(() => undefined);
      throw thrown;
    } finally {
      wrapped.fileKey.fill(0);
    }
  }

  return {
    async seal(id, head, body, edits): Promise<SealReceipt> {
      const coming = head.bodyLength + head.editsLength;
      let reserved = 0;
      if (sealing.has(id)) throw new WeirError('hold-unavailable', { cause: new VaultError('VAULT_EXISTS') });
      sealing.add(id);
      try {
        const { usedBytes: used, limitBytes } = await space();
        if (used + promised > limitBytes * FULL_AT || used + promised + coming > limitBytes)
          throw new WeirError('vault-full');
        promised += reserved = coming;
        const { bytes: sealedBytes, wrapped } = await writeMessage(id, head, body, edits);
        if (counted !== undefined) counted.bytes += sealedBytes;
        return { suite: wrapped.suite.name, recipient: wrapped.recipient, sealedBytes };
      } catch (thrown) {
        if (FULL.has(systemCode(thrown) ?? '')) throw new WeirError('vault-full', { cause: thrown });
        throw asWeirError(thrown, 'hold-unavailable');
      } finally {
        promised -= reserved;
        sealing.delete(id);
      }
    },
    async shred(id) {
      const path = messagePaths(dir, id);
      const before = (await sizeOf(path.key)) + (await sizeOf(path.body));
      // Overwriting helps where the file system writes in place; elsewhere the disk's own encryption must do that part.
      await files.overwrite(path.key, (length) => randomBytes(length));
      await files.remove(path.key);
      // A re-wrapping that was cut off left the same key there.
      const unfinished = `${path.key}.tmp`;
      if (await files.exists(unfinished)) {
        await files.overwrite(unfinished, (length) => randomBytes(length));
        await files.remove(unfinished);
      }
      await files.syncFolder(dir);
      await files.remove(path.body);
      if (counted !== undefined) counted.bytes -= before;
    },
    async *list() {
      for await (const { id, kind, unfinished } of sealedFiles())
        if (kind === 'key' && !unfinished) yield id as ExchangeId;
    },
    space,
    async sweep(untouchedMs) {
      let removed = 0;
      for await (const { path, id, kind, unfinished } of sealedFiles()) {
        const leftover = unfinished || (kind === 'body' && !(await files.exists(messagePaths(dir, id).key)));
        if (!leftover || sealing.has(id) || (untouchedMs > 0 && clock.now() - (await changedAt(path)) < untouchedMs))
          continue;
        await files.remove(path);
        removed++;
      }
      if (removed > 0) counted = undefined;
      return removed;
    },
  };
}

/** Head, body and edit log as one sealed payload; fails when they are not as long as the head says, since a reader finds them by that. */
async function* sealed(
  { suite, fileKey }: WrappedKey,
  head: SealedHead,
  body: AsyncIterable<Uint8Array>,
  edits: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const line = Buffer.from(`${JSON.stringify(head)}\n`);
  if (line.length > SEALED_HEAD_LIMIT) throw new VaultError('VAULT_HEAD_TOO_LARGE');
  const nonce = randomBytes(NONCE);
  const sealer = streamSealer(suite.chunks(fileKey, nonce));
  yield nonce;
  yield* sealer.push(line);
  for (const [part, length] of [
    [body, head.bodyLength],
    [edits, head.editsLength],
  ] as const) {
    let seen = 0;
    for await (const chunk of part) {
      seen += chunk.length;
      if (seen > length) throw new VaultError('VAULT_LENGTH');
      yield* sealer.push(chunk);
    }
    if (seen !== length) throw new VaultError('VAULT_LENGTH');
  }
  yield sealer.end();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A new file with these bytes, on the disk when it resolves. */
async function writeFile(files: VaultFiles, path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await files.create(path);
  let total = 0;
  try {
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
  return total;
}

async function sizeOf(path: string): Promise<number> {
  return statOrGone(path, (found) => found.size);
}
async function changedAt(path: string): Promise<number> {
  return statOrGone(path, (found) => found.mtimeMs);
}
async function statOrGone(
  path: string,
  read: (found: { readonly size: number; readonly mtimeMs: number }) => number,
): Promise<number> {
  return stat(path).then(read, (thrown: unknown) => {
    if (systemCode(thrown) === 'ENOENT') return 0;
    throw thrown;
  });
}
