/** What the destroying worker does in the ledger: which message may be shredded, and the record that it was. */
import type { Clock, ExchangeId } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { closeJob, lockJob, postpone } from './outbox.js';

export interface DestroyLedger {
  /** The message an open `destroy` job is for, if its decision still stands. */
  target(n: number): Promise<{ readonly id: ExchangeId; readonly why: string } | { readonly waitMs: number } | undefined>;
  destroyed(n: number, id: ExchangeId, why: string): Promise<void>;
}

/** The sender's address lies in the seal alone, so a notice by mail needs it; one that cannot be made within this time is not worth keeping content for. */
const NOTICE_WITHIN_MS = 24 * 3_600_000;
const LOOK_AGAIN_MS = 30_000;
const ENDED = ['released', 'rejected', 'expired'] as const;

export function destroyLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): DestroyLedger {
  const { database, audit, clock } = options;
  return {
    async target(n) {
      return await database.transact(async (trx) => {
        const job = await trx.selectFrom('outbox').select(['message_id', 'why']).where('n', '=', n).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
        if (job === undefined) return undefined;
        const message = await trx.selectFrom('messages').select(['id', 'channel', 'decision_at']).where('id', '=', job.message_id).where('state', 'in', ENDED).where('legal_hold', '=', false).executeTakeFirst();
        const patient = message?.channel === 'smtp' && message.decision_at !== null && clock.now() - message.decision_at.getTime() < NOTICE_WITHIN_MS;
        if (patient && (await trx.selectFrom('notices').select('n').where('message_id', '=', message.id).where('state', '=', 'open').limit(1).executeTakeFirst()) !== undefined) {
          await postpone(trx, n, 'notice-first', new Date(clock.now() + LOOK_AGAIN_MS), false);
          return { waitMs: LOOK_AGAIN_MS };
        }
        if (message !== undefined) return { id: message.id as ExchangeId, why: job.why ?? 'decided' };
        // Under legal hold too: whoever ends the hold leaves a new job.
        await closeJob(trx, n, 'moot', new Date(clock.now()));
        return undefined;
      });
    },
    async destroyed(n, id, why) {
      await database.transact(async (trx) => {
        await lockJob(trx, n);
        const at = new Date(clock.now());
        const row = await trx.updateTable('messages').set({ shredded_at: at }).where('id', '=', id).where('shredded_at', 'is', null).returning('id').executeTakeFirst();
        await closeJob(trx, n, 'done', at);
        // A second run finds it destroyed already: one act, one record.
        if (row !== undefined) await audit.append(trx, { at, actor: 'worker', act: 'vault.destroyed', subject: id, data: { why } });
      });
    },
  };
}
