/** Copies a vault to another place, object by object, and proves each copy: what a move stands on. May be cut off and run again. */
import type { ObjectStore } from '../ports.js';
import { BackupFailed } from './backup-failed.js';
import { measureObject, objectBytes } from './bytes.js';

export interface MoveObjects {
  readonly from: ObjectStore;
  readonly to: ObjectStore;
  readonly identityName: string;
  readonly progress: (done: number, total: number) => void;
}

/** Answers with how many objects there are now, all of them equal in both places. */
export async function moveObjects({ from, to, identityName, progress }: MoveObjects): Promise<{ readonly objects: number; readonly bytes: number }> {
  const ours = new Map<string, number>();
  for await (const { name, bytes } of from.list()) ours.set(name, bytes);
  await mustBeOurs(from, to, identityName, ours);
  await to.tidy(0);
  const total = [...ours.values()].reduce((sum, bytes) => sum + bytes, 0);
  let done = 0;
  // Whose it is first; of each message its key last.
  const order = (name: string): string => (name === identityName ? '0' : name.endsWith('.key') ? `2${name}` : `1${name}`);
  for (const [name, bytes] of [...ours].sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))) {
    const wanted = (await measureObject(from, name, bytes)).sha256;
    const there = await to.size(name);
    if (there === undefined || there !== bytes || (await measureObject(to, name, there)).sha256 !== wanted) {
      await to.destroy(name);
      await to.put(name, objectBytes(from, name, bytes));
      // Read back from where it lies now: what was written is not what counts.
      if ((await measureObject(to, name, bytes)).sha256 !== wanted) throw new BackupFailed('copy-differs', name);
    }
    progress((done += bytes), total);
  }
  return { objects: ours.size, bytes: total };
}

/** The place is empty, or an earlier run filled it: then it bears our vault's name, and what has been destroyed since goes there too. */
async function mustBeOurs(from: ObjectStore, to: ObjectStore, identityName: string, ours: ReadonlyMap<string, number>): Promise<void> {
  const theirs: string[] = [];
  for await (const { name } of to.list()) theirs.push(name);
  if (theirs.length === 0) return;
  const [mine, other] = [await content(from, identityName), await content(to, identityName)];
  if (mine === undefined || other?.equals(mine) !== true) throw new BackupFailed('vault-in-use');
  for (const name of theirs) if (!ours.has(name)) await to.destroy(name);
}

async function content(store: ObjectStore, name: string): Promise<Buffer | undefined> {
  const size = await store.size(name);
  return size === undefined ? undefined : Buffer.from(await store.read(name, 0, size));
}
