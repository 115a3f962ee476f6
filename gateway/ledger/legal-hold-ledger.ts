/** Legal hold: while a person keeps a message, neither expiry nor a decision shreds its content. */
import type { Clock, HeldState, LegalHoldLedger, LegalHoldResult } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { addJob } from './outbox.js';
import { cleanText } from './text.js';

const ENDED: readonly HeldState[] = ['released', 'rejected', 'expired'];

export function legalHoldLedger({ database, audit, clock, onJob }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock; readonly onJob?: (() => void) | undefined }): LegalHoldLedger {
  return {
    async set(id, { on, reason, actor }) {
      const result = await database.transact(async (trx): Promise<LegalHoldResult> => {
        const row = await trx.selectFrom('messages').select(['state', 'legal_hold', 'shredded_at']).where('id', '=', id).forUpdate().executeTakeFirst();
        if (row === undefined) return { kind: 'not-found' };
        const isEnded = ENDED.includes(row.state);
        if (row.legal_hold === on || (on && isEnded)) return { kind: 'wrong-state', state: row.state };
        const at = new Date(clock.now());
        await trx.updateTable('messages').set({ legal_hold: on }).where('id', '=', id).execute();
        await trx.insertInto('legal_holds').values({ message_id: id, on_hold: on, reason: cleanText(reason), actor, at }).execute();
        // Its destruction had been put off: it is due now.
        if (!on && isEnded && row.shredded_at === null) await addJob(trx, { kind: 'destroy', messageId: id, why: row.state, at });
        await audit.append(trx, { at, actor, act: on ? 'message.legal-hold' : 'message.legal-hold.end', subject: id, data: { state: row.state } });
        return { kind: 'done' };
      });
      if (result.kind === 'done') onJob?.();
      return result;
    },
  };
}
