/** What a backup is made of and what it is made from: a place for objects, the ledger at one moment, and what ended since. */

/** A place for objects by name, as the vault's stores are: only whole, durable objects can be seen. */
export interface ObjectStore {
  readonly kind: 'folder' | 's3';
  /** Resolves with the bytes written when the object is durable; throws when there is one of that name. */
  put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  size(name: string): Promise<number | undefined>;
  /** Exactly `length` bytes, or it throws. */
  read(name: string, from: number, length: number): Promise<Uint8Array>;
  /** Gone already is fine. */
  destroy(name: string): Promise<void>;
  list(): AsyncIterable<{ readonly name: string; readonly bytes: number; readonly changedAt: number }>;
  /** Removes what processes that were killed left half-written, if untouched for so long. */
  tidy(untouchedMs: number): Promise<number>;
}

/** A message whose end is decided: its sealed bytes are destroyed, or will be within moments. */
export interface EndedMessage {
  readonly id: string;
  readonly state: 'released' | 'rejected' | 'expired';
  readonly at: Date;
}

export interface TableCount {
  /** With its schema. */
  readonly table: string;
  readonly rows: number;
}

/** The ledger as it stood at one moment, while everybody goes on working. */
export interface LedgerSnapshot {
  /** Names of the schema's migrations, in order. */
  readonly migrations: readonly string[];
  /** All rows as text that psql reads too; once. Memory stays flat whatever the ledger's size. */
  text(): AsyncIterable<Uint8Array>;
  /** Once text() has come to its end. */
  counts(): readonly TableCount[];
  /** Messages whose sealed bytes belong to it, in order. */
  needed(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The ledger's side of a backup. */
export interface BackupSource {
  /** Runs the work while no other backup of this ledger runs; undefined when one does. */
  alone<T>(work: () => Promise<T>): Promise<T | undefined>;
  snapshot(): Promise<LedgerSnapshot>;
  /** Those of the ids whose end is decided and whom nobody keeps. */
  ended(ids: readonly string[]): Promise<readonly EndedMessage[]>;
  record(act: 'backup.made', subject: string, data: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What a ledger's text holds, as far as that shows without a database. */
export interface DumpSummary {
  readonly tables: readonly TableCount[];
}

/** The empty ledger that a backup is restored into. */
export interface RestoreTarget {
  /** Throws when the ledger is in use, or the backup was made by a newer program. Makes the schema as it was at the backup's time. */
  prepare(migrations: readonly string[]): Promise<void>;
  /** All rows or none, in one transaction, with what a restore changes and the audit's row of it. */
  fill(text: AsyncIterable<Uint8Array>, facts: { readonly ended: readonly EndedMessage[]; /** The name of the vault that it now belongs with. */ readonly vault: string; readonly at: Date; readonly subject: string; readonly data: Readonly<Record<string, unknown>> }): Promise<Restored>;
}
/** What a person has to know of what a restore changed. */
export interface Restored {
  /** Releases that were under way. */
  readonly uncertain: number;
  /** Ended since by what newer snapshots say. */
  readonly ended: number;
  /** Waiting for a person; some may have been released after the backup. */
  readonly waiting: number;
}
