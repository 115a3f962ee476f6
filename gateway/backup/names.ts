/** What lies in a backup target, by name: snapshots of the ledger, their manifests, and sealed messages that all snapshots share. */
import { randomBytes } from 'node:crypto';

export const SNAPSHOT_ID = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;
/** A re-wrapped key is another object: an older snapshot keeps the one it was made with. */
const POOL = /^(w[0-9A-Za-z]{26})(?:-([0-9a-f]{16})\.key|\.body)$/;
const SNAPSHOT = /^snapshot-(\d{8}T\d{6}Z-[0-9a-f]{6})\.(ledger|manifest)$/;
/** Everything a target may hold; for the store, which refuses other names. */
export const TARGET_NAME = /^(?:w[0-9A-Za-z]{26}(?:-[0-9a-f]{16}\.key|\.body)|snapshot-\d{8}T\d{6}Z-[0-9a-f]{6}\.(?:ledger|manifest))$/;

/** Sorts by time, and no two are alike. */
export function newSnapshotId(now: Date): string {
  return `${now.toISOString().replace(/\.\d{3}/, '').replace(/[-:]/g, '')}-${randomBytes(3).toString('hex')}`;
}
export const ledgerName = (id: string): string => `snapshot-${id}.ledger`;
export const manifestName = (id: string): string => `snapshot-${id}.manifest`;
export const poolBody = (message: string): string => `${message}.body`;
export const poolKey = (message: string, sha256: string): string => `${message}-${sha256.slice(0, 16)}.key`;

/** The message that an object of the pool belongs to. */
export function messageOf(name: string): string | undefined {
  return POOL.exec(name)?.[1];
}
export function snapshotOf(name: string): { readonly id: string; readonly kind: 'ledger' | 'manifest' } | undefined {
  const [, id, kind] = SNAPSHOT.exec(name) ?? [];
  return id === undefined ? undefined : { id, kind: kind === 'ledger' ? 'ledger' : 'manifest' };
}
