/** Restores a snapshot onto an empty installation: proves all of it first, then sealed bytes, then the ledger in one transaction. Cut off, it is run again. */
import type { ObjectStore, RestoreTarget, Restored } from '../ports.js';
import { BackupFailed } from './backup-failed.js';
import { measured, measureObject, objectBytes } from './bytes.js';
import type { Manifest } from './manifest.js';
import { verifySnapshot, type VerifyOptions } from './verify-backup.js';

/** Where it is restored to; opened once the snapshot is proven, so that nothing is made for one that is not. */
interface RestorePlace {
  /** The empty vault. */
  readonly vault: ObjectStore;
  readonly ledger: RestoreTarget;
  /** Gives the vault a name of its own, or answers with the one that an earlier run gave it. */
  readonly nameVault: () => Promise<string>;
}

export interface RestoreOptions extends Pick<VerifyOptions, 'target' | 'chosen' | 'checkText'> {
  readonly open: (manifest: Manifest) => Promise<AsyncIterable<Uint8Array>>;
  readonly identityName: string;
  readonly place: () => Promise<RestorePlace>;
  /** An earlier run of this very restore was cut off: what it left may be there. */
  readonly again: boolean;
  /** Called once everything is proven and found empty, before the first byte is written. */
  readonly begin: () => Promise<void>;
  readonly now: () => Date;
  readonly progress: (step: 'verify' | 'messages' | 'ledger', done: number, total: number) => void;
}

export interface RestoreResult extends Restored {
  readonly messages: number;
  readonly rows: number;
}

export async function restoreSnapshot(options: RestoreOptions): Promise<RestoreResult> {
  const { target, chosen, open, checkText, progress, now } = options;
  const { manifest, messages, ended } = chosen;
  await verifySnapshot({ target, chosen, open, checkText, progress: (done, total) => progress('verify', done, total) });
  const { vault, ledger, nameVault } = await options.place();
  if (options.again) await vault.tidy(0);
  await mustBeEmpty(options, vault);
  await ledger.prepare(manifest.migrations);
  await options.begin();

  const total = messages.reduce((sum, { key, body }) => sum + key.bytes + body.bytes, 0);
  let done = 0;
  // Not the old one's: what is restored must never be taken for what it was copied from, nor started on its vault.
  const named = await nameVault();
  for (const { id, key, body } of messages) {
    // The key last: a message whose key can be seen is whole.
    for (const [object, name] of [[body, `${id}.body`], [key, `${id}.key`]] as const) {
      await copyObject(target, object, vault, name);
      progress('messages', (done += object.bytes), total);
    }
  }
  let read = 0;
  const text = measured(await open(manifest), (count) => progress('ledger', (read += count), manifest.ledger.bytes));
  const restored = await ledger.fill(text.stream, { ended, vault: named, at: now(), subject: manifest.id, data: { madeAt: manifest.madeAt, program: manifest.program, messages: messages.length, missing: manifest.missing.length } });
  return { ...restored, messages: messages.length, rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0) };
}

/** Nothing in the vault but what an earlier run of the same restore put there. */
async function mustBeEmpty({ chosen, again, identityName }: RestoreOptions, vault: ObjectStore): Promise<void> {
  const ours = new Set([identityName, ...chosen.messages.flatMap(({ id }) => [`${id}.key`, `${id}.body`])]);
  for await (const { name } of vault.list()) if (!again || !ours.has(name)) throw new BackupFailed('vault-in-use');
}

/** Copies one object and proves the copy's digest on the way; nothing remains of one that is not right. */
async function copyObject(from: Pick<ObjectStore, 'read'>, object: { readonly name: string; readonly bytes: number; readonly sha256: string }, to: ObjectStore, name: string): Promise<void> {
  const there = await to.size(name);
  if (there !== undefined) {
    if (there === object.bytes && (await measureObject(to, name, there)).sha256 === object.sha256) return;
    await to.destroy(name);
  }
  const measuring = measured(objectBytes(from, object.name, object.bytes));
  await to.put(name, proven(measuring, object));
}

/** Throws at the end of a stream that is not the object's: the store then leaves nothing of it. */
async function* proven(measuring: ReturnType<typeof measured>, object: { readonly name: string; readonly sha256: string }): AsyncGenerator<Uint8Array, void, undefined> {
  yield* measuring.stream;
  if (measuring.passed().sha256 !== object.sha256) throw new BackupFailed('damaged-object', object.name);
}

