/** Retention in the ledger: warnings at 50 % and 90 %, then a recorded decision and a notice (HC 29). What a person keeps does not expire. */
import { sql } from 'kysely';
import type { AlertEvent, Clock } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { endRecipients } from './mail-rows.js';
import { queueNotice } from './notices-ledger.js';
import { addJob } from './outbox.js';

export interface ExpiryLedger {
  /** Raises the alerts that are due; answers how many. */
  warn(percent: 50 | 90): Promise<number>;
  /** Ends what has reached its expiry; answers how many. */
  expire(): Promise<number>;
}

/** A release under way is not taken from under its worker; it ends by itself. */
const EXPIRING = ['held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain'] as const;
/** Rows per transaction: short locks; the next run takes the rest. */
const BATCH = 200;

export function expiryLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): ExpiryLedger {
  const { database, audit, clock } = options;
  return {
    async warn(percent) {
      return await database.transact(async (trx) => {
        const at = new Date(clock.now());
        const rows = await trx.selectFrom('messages').select(['id', 'route', 'rule', 'severity']).where('state', 'in', EXPIRING).where('message_kind', '=', 'message').where('legal_hold', '=', false).where('expiry_warned', '<', percent).where('expires_at', '>', at)
          .where(sql<boolean>`received_at + (expires_at - received_at) * ${percent / 100}::float8 <= ${at}`).limit(BATCH).forUpdate().skipLocked().execute();
        if (rows.length === 0) return 0;
        await trx.updateTable('messages').set({ expiry_warned: percent }).where('id', 'in', rows.map(({ id }) => id)).execute();
        await insertAlerts(trx, rows.map(({ id, route, rule, severity }) => ({ kind: 'expiry', at, severity: severity as AlertEvent['severity'], route, incident: id, rule, code: `retention-${percent}`, counts: {} })));
        return rows.length;
      });
    },
    async expire() {
      return await database.transact(async (trx) => {
        const at = new Date(clock.now());
        const rows = await trx.selectFrom('messages').select(['id', 'route', 'rule', 'severity', 'state', 'message_kind']).where('state', 'in', EXPIRING).where('legal_hold', '=', false).where('expires_at', '<=', at).limit(BATCH).forUpdate().skipLocked().execute();
        for (const { id, route, rule, severity, state, message_kind: kind } of rows) {
          const decision = { reason: 'retention ended', actor: 'system' };
          await trx.updateTable('messages').set({ state: 'expired', decision_kind: 'expire', decision_as: null, decision_reason: decision.reason, decision_actor: decision.actor, decision_at: at }).where('id', '=', id).execute();
          await trx.insertInto('decisions').values({ message_id: id, kind: 'expire', as_form: null, ...decision, at }).execute();
          await endRecipients(trx, id, 'expired', at);
          await addJob(trx, { kind: 'destroy', messageId: id, why: 'expired', at });
          // A notice that could not be delivered was alerted of then, and nobody is told of a notice.
          if (kind === 'message') {
            await insertAlerts(trx, [{ kind: 'expiry', at, severity: severity as AlertEvent['severity'], route, incident: id, rule, code: 'expired', counts: {} }]);
            await queueNotice(trx, { messageId: id, kind: 'expired', at });
          }
          await audit.append(trx, { at, actor: 'system', act: 'message.expire', subject: id, data: { from: state } });
        }
        return rows.length;
      });
    },
  };
}
