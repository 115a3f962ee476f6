/** Where sealed objects lie, by name: a folder or a bucket. It knows nothing of keys, suites or messages. */

/** What list() tells of an object. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since the epoch, by the store's own clock. */
  readonly changedAt: number;
}

/**
 * Only whole, durable objects can be seen. Names are `<id>.key`, `<id>.body` and `weir-vault.json`; anything else throws VAULT_BAD_ID.
 * What the store itself cannot do throws the system's error in a folder, VaultError VAULT_UNREACHABLE, VAULT_DENIED or VAULT_NO_BUCKET in a bucket.
 */
export interface VaultStore {
  readonly kind: 'folder' | 's3';
  /** Resolves with the bytes written when the object is durable; throws VaultError VAULT_EXISTS. Nothing remains of one that fails. */
  put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  /** Takes an object's place at once (re-wrapping). */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** Exactly `length` bytes, or VaultError: VAULT_DAMAGED when there are fewer, VAULT_MISSING when there is no such object. */
  read(name: string, from: number, length: number): Promise<Uint8Array>;
  /** A small object whole (a wrapped key, the identity); undefined when there is none. VAULT_DAMAGED when it is larger than such objects are. */
  load(name: string): Promise<Uint8Array | undefined>;
  /** Destroys: overwritten first where that helps, every version where the bucket keeps versions. Gone already is fine. */
  destroy(name: string): Promise<void>;
  /** All objects, in no order. */
  list(): AsyncIterable<StoredObject>;
  /** Bytes free beyond ours; Infinity for a bucket. */
  free(): Promise<number>;
  /** Reachable and writable, and able to destroy? Throws VaultError with the reason. For readiness and `weir config check --connect`. */
  probe(): Promise<void>;
  /** Removes what processes that were killed left half-written, if untouched for so long; answers how many. Never what may still be going on elsewhere. */
  tidy(untouchedMs: number): Promise<number>;
  close(): Promise<void>;
}

/** Wrapped keys are a few hundred bytes; far larger is something else. */
export const SMALL_OBJECT = 64 * 1024;

/** The folder's name for an object, and the key's end in a bucket. */
export const STORED_NAME = /^(?:w[0-9A-Za-z]{26}\.(?:key|body)|weir-vault\.json)$/;

/** Says whose vault this is; see fleet-identity. */
export const IDENTITY_OBJECT = 'weir-vault.json';
