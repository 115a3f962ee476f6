/** The vault's write side: each message is `<id>.key` (its wrapped key) and `<id>.body`; in suite age-v1 the one before the other is a valid age file. */
import { randomBytes } from 'node:crypto';
import { asWeirError, WeirError } from '../errors.js';
import type { Clock, ExchangeId, SealedHead, SealReceipt, Vault, VaultCopies } from '../ports.js';
import { NONCE, streamSealer } from './chunk-stream.js';
import { once } from './folder-store.js';
import type { KeyProvider, WrappedKey } from './keys.js';
import type { VaultStore } from './store.js';
import { spaceUsed } from './space-used.js';
import { systemCode, VaultError } from './vault-error.js';

const ID = /^w[0-9A-Za-z]{26}$/;
const OBJECT = /^(w[0-9A-Za-z]{26})\.(key|body)$/;
/** HC 29: the last tenth is for what is already on its way, and for deciding. */
const FULL_AT = 0.9;
/** A reader holds the head in memory; far above any head the channels accept. */
export const SEALED_HEAD_LIMIT = 8 * 2 ** 20;
/** Read at a time when a sealed body is copied. */
const COPIED = 2 ** 20;
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'VAULT_NO_SPACE']);

export interface SealingVaultOptions {
  readonly store: VaultStore;
  readonly keys: Pick<KeyProvider, 'wrap'>;
  readonly limits: { readonly maxBytes: number };
  readonly clock: Clock;
}

export interface SealingVault extends Vault, VaultCopies {
  /**
   * Removes what a killed process left: unfinished seals and bodies whose key is gone, if untouched for so long and without a key in
   * the sweep before too: this node's clock may be wrong, and another node's seal not. 0, at once, only where nobody else seals into this vault.
   */
  sweep(untouchedMs: number): Promise<number>;
}

/** Names of a message's objects; refuses anything that is not an id, so no path can be built from it. */
export function objectNames(id: string): { readonly key: string; readonly body: string } {
  if (!ID.test(id)) throw new VaultError('VAULT_BAD_ID');
  return { key: `${id}.key`, body: `${id}.body` };
}

export function sealingVault({ store, keys, limits, clock }: SealingVaultOptions): SealingVault {
  const sealing = new Set<string>();
  const used = spaceUsed({ store, clock });
  let promised = 0;
  let keyless: ReadonlySet<string> = new Set();

  async function space(): Promise<{ usedBytes: number; freeBytes: number; limitBytes: number }> {
    // The disk first: while it thinks about its answer another message may be done, and count as used instead of promised.
    const freeBytes = await store.free();
    const usedBytes = await used.bytes();
    // A bucket ends where we say it does.
    if (freeBytes === Infinity) return { usedBytes, freeBytes: Math.max(0, limits.maxBytes - usedBytes), limitBytes: limits.maxBytes };
    return { usedBytes, freeBytes, limitBytes: Math.min(limits.maxBytes, usedBytes + freeBytes) };
  }
  async function writeMessage(
    id: string,
    head: SealedHead,
    body: AsyncIterable<Uint8Array>,
    edits: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly wrapped: WrappedKey }> {
    const name = objectNames(id);
    const wrapped = await keys.wrap();
    try {
      const bodyBytes = await store.put(name.body, sealed(wrapped, head, body, edits));
      try {
        // The key last: a message whose key can be seen is whole.
        return { bytes: bodyBytes + (await store.put(name.key, once(wrapped.header))), wrapped };
      } catch (thrown) {
        await store.destroy(name.body).catch(() => undefined);
        throw thrown;
      }
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
        const { usedBytes, limitBytes } = await space();
        if (usedBytes + promised > limitBytes * FULL_AT || usedBytes + promised + coming > limitBytes) throw new WeirError('vault-full');
        promised += reserved = coming;
        const { bytes: sealedBytes, wrapped } = await writeMessage(id, head, body, edits);
        used.add(sealedBytes);
        return { suite: wrapped.suite.name, recipient: wrapped.recipient, sealedBytes };
      } catch (thrown) {
        if (FULL.has(systemCode(thrown) ?? '')) throw new WeirError('vault-full', { cause: thrown });
        throw asWeirError(thrown, 'hold-unavailable');
      } finally {
        promised -= reserved;
        sealing.delete(id);
      }
    },
    async copyBody(from, to) {
      const bytes = await store.size(objectNames(from).body);
      if (bytes === undefined) throw new VaultError('VAULT_MISSING');
      const { usedBytes, limitBytes } = await space();
      // The last tenth is for deciding, which this is part of.
      if (usedBytes + promised + bytes > limitBytes) throw new WeirError('vault-full');
      if (sealing.has(to)) throw new VaultError('VAULT_EXISTS');
      sealing.add(to);
      promised += bytes;
      try {
        used.add(await store.put(objectNames(to).body, stored(store, objectNames(from).body, bytes)));
      } finally {
        promised -= bytes;
        sealing.delete(to);
      }
    },
    async copyKey(from, to) {
      const header = await store.load(objectNames(from).key);
      if (header === undefined) throw new VaultError('VAULT_MISSING');
      used.add(await store.put(objectNames(to).key, once(header)));
    },
    async shred(id) {
      const name = objectNames(id);
      const before = ((await store.size(name.key)) ?? 0) + ((await store.size(name.body)) ?? 0);
      await store.destroy(name.key);
      await store.destroy(name.body);
      used.add(-before);
    },
    async *list() {
      for await (const { name } of store.list()) if (name.endsWith('.key')) yield name.slice(0, -'.key'.length) as ExchangeId;
    },
    space,
    async sweep(untouchedMs) {
      let removed = await store.tidy(untouchedMs);
      const keyed = new Set<string>();
      const bodies = new Map<string, number>();
      for await (const { name, changedAt } of store.list()) {
        const [, id, kind] = OBJECT.exec(name) ?? [];
        if (id === undefined) continue;
        if (kind === 'key') keyed.add(id);
        else bodies.set(id, changedAt);
      }
      const before = keyless;
      keyless = new Set([...bodies.keys()].filter((id) => !keyed.has(id)));
      for (const [id, changedAt] of bodies) {
        if (keyed.has(id) || sealing.has(id) || (untouchedMs > 0 && (!before.has(id) || clock.now() - changedAt < untouchedMs))) continue;
        const name = objectNames(id);
        // Its key may have come while the rest was listed.
        if ((await store.size(name.key)) !== undefined) continue;
        await store.destroy(name.body);
        removed++;
      }
      if (removed > 0) used.forget();
      return removed;
    },
  };
}

async function* stored(store: Pick<VaultStore, 'read'>, name: string, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += COPIED) yield await store.read(name, at, Math.min(COPIED, bytes - at));
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
