/** The snapshots of a target, oldest first, and what newer ones say of messages that older ones hold. */
import type { EndedMessage, ObjectStore } from '../ports.js';
import { BackupFailed } from './backup-failed.js';
import { objectBytes } from './bytes.js';
import { readManifest, type CheckSignature, type Manifest } from './manifest.js';
import { manifestName, messageOf, snapshotOf } from './names.js';

/** A manifest is held in memory; a hundred thousand held messages make one of 40 MB. */
const MANIFEST_MOST = 512 * 2 ** 20;

export interface Target {
  /** Oldest first. */
  readonly snapshots: readonly Manifest[];
  /** Manifests that are not what was signed, or signed by somebody else. */
  readonly unusable: readonly { readonly id: string; readonly problem: 'manifest' | 'unknown-key' }[];
  /** Objects of the pool, by message. */
  readonly pool: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ledgers without a manifest: backups that were cut off. */
  readonly unfinished: readonly string[];
}

export async function readTarget(store: ObjectStore, check: CheckSignature): Promise<Target> {
  const pool = new Map<string, Set<string>>();
  const ids = new Map<string, Set<'ledger' | 'manifest'>>();
  const sizes = new Map<string, number>();
  for await (const { name, bytes } of store.list()) {
    const message = messageOf(name);
    const snapshot = snapshotOf(name);
    if (message !== undefined) pool.set(message, (pool.get(message) ?? new Set()).add(name));
    if (snapshot !== undefined) ids.set(snapshot.id, (ids.get(snapshot.id) ?? new Set()).add(snapshot.kind));
    if (snapshot?.kind === 'manifest') sizes.set(snapshot.id, bytes);
  }
  const snapshots: Manifest[] = [];
  const unusable: { id: string; problem: 'manifest' | 'unknown-key' }[] = [];
  const unfinished: string[] = [];
  for (const id of [...ids.keys()].sort()) {
    const size = sizes.get(id);
    if (size === undefined) unfinished.push(id);
    else {
      try {
        snapshots.push(await oneManifest(store, id, size, check));
      } catch (thrown) {
        if (!(thrown instanceof BackupFailed) || (thrown.problem !== 'manifest' && thrown.problem !== 'unknown-key')) throw thrown;
        unusable.push({ id, problem: thrown.problem });
      }
    }
  }
  return { snapshots, unusable, pool, unfinished };
}

async function oneManifest(store: ObjectStore, id: string, size: number, check: CheckSignature): Promise<Manifest> {
  const name = manifestName(id);
  if (size > MANIFEST_MOST) throw new BackupFailed('manifest', name);
  const pieces: Uint8Array[] = [];
  for await (const piece of objectBytes(store, name, size)) pieces.push(piece);
  const manifest = readManifest(name, Buffer.concat(pieces), check);
  // Under another name it would vouch for another moment.
  if (manifest.id !== id) throw new BackupFailed('manifest', name);
  return manifest;
}

/** By id: what any snapshot says has ended. It stays so, also for a restore of a snapshot from before. */
export function endedIn(snapshots: readonly Manifest[]): ReadonlyMap<string, EndedMessage> {
  const ended = new Map<string, EndedMessage>();
  for (const { ended: some } of snapshots) for (const one of some) ended.set(one.id, { ...one, at: new Date(one.at) });
  return ended;
}
