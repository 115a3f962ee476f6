/** Removes old snapshots, and whatever no snapshot refers to any more. */
import type { ObjectStore } from '../ports.js';
import type { CheckSignature } from './manifest.js';
import { ledgerName, manifestName } from './names.js';
import { readTarget } from './snapshots.js';

/** Answers with the snapshots that went. The manifest goes first: half a snapshot must not count. */
export async function dropOld(store: ObjectStore, check: CheckSignature, keep: number | undefined): Promise<readonly string[]> {
  const { snapshots, unfinished, pool } = await readTarget(store, check);
  const old = keep === undefined ? [] : snapshots.slice(0, Math.max(0, snapshots.length - keep));
  for (const { id } of old) {
    await store.destroy(manifestName(id));
    await store.destroy(ledgerName(id));
  }
  for (const id of unfinished) await store.destroy(ledgerName(id));
  const needed = new Set(snapshots.slice(old.length).flatMap(({ messages }) => messages.flatMap(({ key, body }) => [key.name, body.name])));
  for (const names of pool.values()) {
    // Keys first: without its key a body is noise.
    for (const name of [...names].sort()) if (!needed.has(name)) await store.destroy(name);
  }
  return old.map(({ id }) => id);
}
