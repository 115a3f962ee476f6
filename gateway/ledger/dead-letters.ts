/** Jobs that nobody could carry out: given up in one transaction with an alert and an audit row, until a person retries them. */
import type { Clock } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { closeJob } from './outbox.js';

export interface DeadLetters {
  bury(n: number, code: string): Promise<void>;
}

export function deadLetters({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): DeadLetters {
  return {
    async bury(n, code) {
      await database.transact(async (trx) => {
        const job = await trx.selectFrom('outbox').select(['kind', 'message_id', 'ref', 'attempts']).where('n', '=', n).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
        if (job === undefined) return;
        const at = new Date(clock.now());
        await closeJob(trx, n, 'dead', at, code);
        if (job.kind === 'notice') await trx.updateTable('notices').set({ state: 'dead', last_error: code }).where('n', '=', Number(job.ref)).where('state', '=', 'open').execute();
        const message = job.message_id === null ? undefined : await trx.selectFrom('messages').select(['route', 'rule']).where('id', '=', job.message_id).executeTakeFirst();
        // An alert about an alert that could not be sent would only be the next one.
        if (job.kind !== 'alert') {
          await insertAlerts(trx, [{ kind: 'dead-letter', at, severity: 'high', route: message?.route, incident: job.message_id ?? undefined, rule: message?.rule, code: `${job.kind}-dead`, counts: {} }]);
        }
        await audit.append(trx, { at, actor: 'worker', act: 'job.dead-letter', subject: job.message_id ?? `ob-${n}`, data: { job: n, kind: job.kind, attempts: job.attempts + 1, code } });
      });
    },
  };
}
