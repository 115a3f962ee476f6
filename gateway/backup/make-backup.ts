/** One backup while everybody works: the ledger at one moment, the sealed bytes it needs, and last what makes them count. */
import type { BackupSource, ObjectStore, SuiteName } from '../ports.js';
import { BackupFailed } from './backup-failed.js';
import { measured, once } from './bytes.js';
import { copyMessages } from './copy-messages.js';
import { dropOld } from './drop-old.js';
import { manifestBytes, type CheckSignature, type Manifest, type Sign } from './manifest.js';
import { ledgerName, manifestName, newSnapshotId } from './names.js';
import { readTarget } from './snapshots.js';

/** Seals a text; nothing leaves this process in clear. */
export interface Sealed {
  readonly suite: SuiteName;
  readonly recipient: string;
  /** So many bytes in front are the wrapped key. */
  readonly headerBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface BackupOptions {
  readonly target: ObjectStore;
  /** The vault's own store. */
  readonly vault: Pick<ObjectStore, 'size' | 'read'>;
  readonly ledger: BackupSource;
  readonly seal: (text: AsyncIterable<Uint8Array>) => Promise<Sealed>;
  readonly sign: Sign;
  readonly check: CheckSignature;
  /** Snapshots to keep, this one included; undefined keeps all. */
  readonly keep: number | undefined;
  readonly program: string;
  readonly now: () => Date;
  readonly progress: (step: 'ledger' | 'messages', done: number) => void;
  /** Keys elsewhere; before the manifest, so that no snapshot counts whose keys were not kept. */
  readonly keepKeys: (snapshot: string) => Promise<void>;
}

export interface Made {
  readonly id: string;
  readonly messages: number;
  /** Bytes written in this run; what was there already is not written again. */
  readonly written: number;
  readonly rows: number;
  /** Messages that older snapshots held, and whose end has been recorded since. */
  readonly ended: number;
  /** Messages without their sealed bytes. */
  readonly missing: readonly string[];
  readonly dropped: readonly string[];
  /** Manifests in the target that are not what was signed; while there are any, nothing is removed. */
  readonly unusable: readonly string[];
}

export async function makeBackup(options: BackupOptions): Promise<Made> {
  const made = await options.ledger.alone(() => oneBackup(options));
  if (made === undefined) throw new BackupFailed('running');
  return made;
}

async function oneBackup(options: BackupOptions): Promise<Made> {
  const { target, ledger, now } = options;
  // Nobody else writes here: backups of one ledger run one at a time, and each installation has a target of its own.
  await target.tidy(0);
  const before = await readTarget(target, options.check);
  if (before.unusable.some(({ problem }) => problem === 'unknown-key')) throw new BackupFailed('foreign');
  const id = newSnapshotId(now());
  const { needed, ...dumped } = await writeLedger(options, id);
  const copied = await copyMessages({ ...options, needed, before });
  const earlier = new Set(before.snapshots.flatMap(({ messages }) => messages.map((message) => message.id)));
  // As late as can be: what has ended by now is not in this snapshot, and no longer in the older ones.
  const asked = [...new Set([...needed, ...earlier, ...before.pool.keys()])];
  const ended = new Map((await ledger.ended(asked)).map((one) => [one.id, one]));
  for (const message of ended.keys()) {
    for (const name of [...(before.pool.get(message) ?? []), ...(copied.names.get(message) ?? [])]) await target.destroy(name);
  }
  const manifest: Manifest = {
    format: 1, id, madeAt: now().toISOString(), program: options.program, ...dumped,
    messages: copied.messages.filter((message) => !ended.has(message.id)),
    // What no snapshot ever held needs no mark; what this snapshot's own ledger still calls held does.
    ended: [...ended.values()].filter((one) => earlier.has(one.id) || needed.includes(one.id)).map((one) => ({ ...one, at: one.at.toISOString() })),
    missing: copied.missing.filter((message) => !ended.has(message)),
  };
  await options.keepKeys(id);
  const content = await manifestBytes(manifest, options.sign);
  await target.put(manifestName(id), once(content));
  const dropped = before.unusable.length > 0 ? [] : await dropOld(target, options.check, options.keep);
  const made: Made = {
    id,
    messages: manifest.messages.length,
    written: copied.written + manifest.ledger.bytes + content.length,
    rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
    ended: manifest.ended.length,
    missing: manifest.missing,
    dropped,
    unusable: before.unusable.map((one) => one.id),
  };
  await ledger.record('backup.made', id, { messages: made.messages, rows: made.rows, bytes: made.written, ended: made.ended, missing: made.missing.length, dropped: dropped.length });
  return made;
}

type Dumped = Pick<Manifest, 'migrations' | 'suite' | 'recipient' | 'ledger' | 'tables'> & { readonly needed: readonly string[] };

async function writeLedger({ target, ledger, seal, progress }: BackupOptions, id: string): Promise<Dumped> {
  const snapshot = await ledger.snapshot();
  try {
    const sealed = await seal(snapshot.text());
    const name = ledgerName(id);
    let done = 0;
    const measuring = measured(sealed.bytes, (count) => progress('ledger', (done += count)));
    await target.put(name, measuring.stream);
    const needed = await snapshot.needed();
    return {
      migrations: [...snapshot.migrations],
      suite: sealed.suite,
      recipient: sealed.recipient,
      ledger: { name, ...measuring.passed(), headerBytes: sealed.headerBytes },
      tables: snapshot.counts().map((table) => ({ ...table })),
      needed,
    };
  } finally {
    // The moment is held no longer than for this: a database cleans up behind it only then.
    await snapshot.close();
  }
}
