/** Writes the audit into one chain alone, so that the rows' numbers tell their order: the time they bear may be the same for several, and a writer's other chains count for themselves. */
import { randomUUID } from 'node:crypto';
import { appendAudits } from '../../gateway/ledger/audit-chain.js';
import type { AuditWriter } from '../../gateway/ledger/audit-writer.js';

export function oneChain(name: string): AuditWriter {
  return {
    name,
    append: (trx, entry, id = randomUUID()) => appendAudits(trx, `${name}/1`, [{ id, entry }]),
    appendAll: (trx, additions) => appendAudits(trx, `${name}/1`, additions),
  };
}
