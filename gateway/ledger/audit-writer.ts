/** Names the chains this process writes: a few, so that transactions rarely wait for each other's commit. */
import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../ports.js';
import { appendAudit } from './audit-chain.js';
import type { Trx } from './tables.js';

/** One commit is one fsync; four chains keep as many of them overlapping as a small disk makes use of. */
const LANES = 4;

export interface AuditWriter {
  readonly name: string;
  /** Adds the entry inside the caller's transaction. Last statement before the commit, since it takes the chain's lock. */
  append(trx: Trx, entry: AuditEntry, entryId?: string): Promise<void>;
}

export function auditWriter(name: string): AuditWriter {
  let next = 0;
  return {
    name,
    append(trx, entry, entryId = randomUUID()) {
      next = (next + 1) % LANES;
      return appendAudit(trx, `${name}/${next}`, entryId, entry);
    },
  };
}
