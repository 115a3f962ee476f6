/** Proves a snapshot before anybody relies on it: its manifest's signature, every object's size and digest, and with the review key the ledger within. */
import type { DumpSummary, EndedMessage, ObjectStore } from '../ports.js';
import { BackupFailed } from './backup-failed.js';
import { measureObject } from './bytes.js';
import type { CheckSignature, Manifest, ManifestMessage } from './manifest.js';
import { endedIn, readTarget } from './snapshots.js';

export interface Chosen {
  readonly manifest: Manifest;
  /** Of this snapshot's messages, those that this one or a newer one says have ended. */
  readonly ended: readonly EndedMessage[];
  /** Those whose sealed bytes must be there. */
  readonly messages: readonly ManifestMessage[];
}

/** The newest snapshot, or the one of that id. Throws BackupFailed. */
export async function chooseSnapshot(target: ObjectStore, check: CheckSignature, id: string | undefined): Promise<Chosen> {
  const { snapshots, unusable } = await readTarget(target, check);
  const wrong = unusable.find((one) => id === undefined || one.id === id);
  const manifest = id === undefined ? snapshots.at(-1) : snapshots.find((one) => one.id === id);
  // The newest of the sound ones is not the newest there is: a person has to say which one is meant.
  if (wrong !== undefined && (manifest === undefined || id !== undefined || wrong.id > manifest.id)) throw new BackupFailed(wrong.problem, wrong.id);
  if (manifest === undefined) throw new BackupFailed(id === undefined ? 'no-snapshot' : 'unknown-snapshot', id);
  const ended = endedIn(snapshots);
  return {
    manifest,
    // Also those that its own ledger still calls held while its bytes were no longer there.
    ended: [...ended.values()],
    messages: manifest.messages.filter((message) => !ended.has(message.id)),
  };
}

export interface VerifyOptions {
  readonly target: ObjectStore;
  readonly chosen: Chosen;
  /** Opens the ledger's text; undefined where the review key is not. */
  readonly open: ((manifest: Manifest) => Promise<AsyncIterable<Uint8Array>>) | undefined;
  readonly checkText: (text: AsyncIterable<Uint8Array>) => Promise<DumpSummary>;
  readonly progress: (done: number, total: number) => void;
}

/** Streams all of it, writes nothing. Throws BackupFailed with the first object that is not as it was. */
export async function verifySnapshot({ target, chosen, open, checkText, progress }: VerifyOptions): Promise<{ readonly objects: number; readonly bytes: number; readonly opened: boolean }> {
  const { manifest, messages } = chosen;
  const objects = [manifest.ledger, ...messages.flatMap(({ key, body }) => [key, body])];
  const total = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { name, bytes, sha256 } of objects) {
    const size = await target.size(name);
    if (size === undefined) throw new BackupFailed('missing-object', name);
    if (size !== bytes) throw new BackupFailed('damaged-object', name);
    const passed = await measureObject(target, name, bytes, (count) => progress((done += count), total));
    if (passed.sha256 !== sha256) throw new BackupFailed('damaged-object', name);
  }
  if (open === undefined) return { objects: objects.length, bytes: total, opened: false };
  const summary = await checkText(await open(manifest)).catch((thrown: unknown) => {
    throw thrown instanceof Error && thrown.name === 'DumpDamaged' ? new BackupFailed('damaged-ledger', manifest.ledger.name) : thrown;
  });
  const stated = manifest.tables.map(({ table, rows }) => `${table} ${String(rows)}`).join('\n');
  if (summary.tables.map(({ table, rows }) => `${table} ${String(rows)}`).join('\n') !== stated) throw new BackupFailed('damaged-ledger', manifest.ledger.name);
  return { objects: objects.length, bytes: total, opened: true };
}
