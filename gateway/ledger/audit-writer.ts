/** Names the chains this process writes: a few, so that transactions rarely wait for each other's commit. */
import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../ports.js';
import { appendAudits, type AuditAddition } from './audit-chain.js';
import type { Trx } from './tables.js';

/** One commit is one fsync; four chains keep as many of them overlapping as a small disk makes use of. */
export const LANES = 4;

export interface AuditWriter {
  readonly name: string;
  /** Adds the entry inside the caller's transaction. Last statement before the commit, since it takes the chain's lock. */
  append(trx: Trx, entry: AuditEntry, entryId?: string): Promise<void>;
  /** The same for several, in this order. */
  appendAll(trx: Trx, additions: readonly AuditAddition[]): Promise<void>;
}

export function auditWriter(name: string): AuditWriter {
  let next = 0;
  const appendAll = (trx: Trx, additions: readonly AuditAddition[]): Promise<void> => {
    next = (next + 1) % LANES;
    return appendAudits(trx, `${name}/${next}`, additions);
  };
  return {
    name,
    append: (trx, entry, id = randomUUID()) => appendAll(trx, [{ id, entry }]),
    appendAll,
  };
}
