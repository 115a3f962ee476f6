/** Copies sealed messages, as they are, into the pool that all snapshots of a target share: what is there already is not written again. */
import type { ObjectStore } from '../ports.js';
import { measured, objectBytes, once, sha256Of } from './bytes.js';
import type { Manifest, ManifestMessage } from './manifest.js';
import { poolBody, poolKey } from './names.js';
import type { Target } from './snapshots.js';

export interface CopyOptions {
  readonly target: ObjectStore;
  readonly vault: Pick<ObjectStore, 'size' | 'read'>;
  readonly needed: readonly string[];
  readonly before: Target;
  readonly progress: (step: 'messages', done: number) => void;
}

export interface Copied {
  readonly messages: readonly ManifestMessage[];
  /** The vault has nothing for them, or not all of it: destroyed while we ran, or lost. */
  readonly missing: readonly string[];
  readonly written: number;
  /** What was put into the pool in this run. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** A wrapped key is a few hundred bytes; far more is something else. */
const KEY_MOST = 64 * 1024;
/** What a store says of an object that is gone, or that is just being overwritten and removed. */
const GONE = new Set(['VAULT_MISSING', 'VAULT_DAMAGED', 'ENOENT']);

export async function copyMessages({ target, vault, needed, before, progress }: CopyOptions): Promise<Copied> {
  const known = knownBodies(before.snapshots);
  const messages: ManifestMessage[] = [];
  const missing: string[] = [];
  const names = new Map<string, readonly string[]>();
  let written = 0;
  let done = 0;
  for (const id of needed) {
    const added: string[] = [];
    names.set(id, added);
    const copied = await orGone(vault, id, async () => {
      const keySize = await vault.size(`${id}.key`);
      const bodySize = await vault.size(`${id}.body`);
      if (keySize === undefined || bodySize === undefined || keySize > KEY_MOST) return undefined;
      const key = await vault.read(`${id}.key`, 0, keySize);
      const sha256 = sha256Of(key);
      const keyName = poolKey(id, sha256);
      const bodyName = poolBody(id);
      const earlier = known.get(id);
      let body = earlier;
      if (earlier === undefined || earlier.bytes !== bodySize || (await target.size(bodyName)) !== earlier.bytes) {
        // What an interrupted run left is not known to be right.
        await target.destroy(bodyName);
        const measuring = measured(objectBytes(vault, bodyName, bodySize));
        added.push(bodyName);
        written += await target.put(bodyName, measuring.stream);
        body = { name: bodyName, ...measuring.passed() };
      }
      if ((await target.size(keyName)) !== keySize) {
        await target.destroy(keyName);
        added.push(keyName);
        written += await target.put(keyName, once(key));
      }
      return body === undefined ? undefined : { id, key: { name: keyName, bytes: keySize, sha256 }, body };
    });
    if (copied === undefined) missing.push(id);
    else messages.push(copied);
    progress('messages', ++done);
  }
  return { messages, missing, written, names };
}

/** Bodies never change: what a signed manifest says of one holds as long as the object has that size. `verify` reads them all. */
function knownBodies(snapshots: readonly Manifest[]): ReadonlyMap<string, ManifestMessage['body']> {
  return new Map(snapshots.flatMap(({ messages }) => messages.map(({ id, body }) => [id, body] as const)));
}

async function orGone<T>(vault: CopyOptions['vault'], id: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (GONE.has(String((thrown as { readonly code?: unknown } | null)?.code))) return undefined;
    // Destroyed while it was being written elsewhere, where the error may have been given another face.
    if ((await vault.size(`${id}.key`)) === undefined) return undefined;
    throw thrown;
  }
}
