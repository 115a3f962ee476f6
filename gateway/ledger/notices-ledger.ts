/** Notices to senders: one for each decision that ends a message, queued with it, sent by a worker, and never lost silently (HC 29). */
import type { Clock, Direction, SenderNotice } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { Trx } from './tables.js';

/** One that waits to be sent. */
export interface Notice extends SenderNotice {
  readonly n: number;
  readonly attempts: number;
}

export interface NoticesLedger {
  /** Claims notices that are due. */
  take(limit: number): Promise<readonly Notice[]>;
  sent(notice: Notice): Promise<void>;
  /** The route names nobody who could tell the sender. */
  none(notice: Notice): Promise<void>;
  retry(notice: Notice, code: string, delayMs: number): Promise<void>;
  dead(notice: Notice, code: string): Promise<void>;
  counts(): Promise<{ readonly open: number; readonly dead: number }>;
}

/** A worker that died with a notice in hand lets go of it after this long. */
const CLAIM_MS = 5 * 60_000;

/** Inside the transaction of the decision. A second decision of the same kind says nothing again. */
export async function queueNotice(trx: Trx, notice: { readonly messageId: string; readonly kind: Notice['kind']; readonly at: Date }): Promise<void> {
  await trx.insertInto('notices').values({ message_id: notice.messageId, kind: notice.kind, created_at: notice.at, due_at: notice.at })
    .onConflict((conflict) => conflict.columns(['message_id', 'kind']).doNothing()).execute();
}

export function noticesLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): NoticesLedger {
  const now = (): Date => new Date(clock.now());
  const close = async (notice: Notice, state: 'sent' | 'dead' | 'none', code: string | undefined): Promise<void> => {
    await database.transact(async (trx) => {
      const row = await trx.updateTable('notices').set({ state, last_error: code ?? null }).where('n', '=', notice.n).where('state', '=', 'open').returning('n').executeTakeFirst();
      if (row === undefined) return;
      const at = now();
      if (state === 'dead') await insertAlerts(trx, [{ kind: 'dead-letter', at, severity: 'high', route: notice.route, incident: notice.incident, rule: undefined, code: 'notice-dead', counts: {} }]);
      await audit.append(trx, { at, actor: 'worker', act: `notice.${state === 'dead' ? 'dead-letter' : state}`, subject: notice.incident, data: { kind: notice.kind, route: notice.route, ...(code === undefined ? {} : { code }) } });
    });
  };
  return {
    async take(limit) {
      return await database.transact(async (trx) => {
        const due = await trx.selectFrom('notices').select('n').where('state', '=', 'open').where('due_at', '<=', now()).orderBy('n').limit(limit).forUpdate().skipLocked().execute();
        if (due.length === 0) return [];
        const numbers = due.map(({ n }) => n);
        await trx.updateTable('notices').set({ due_at: new Date(clock.now() + CLAIM_MS) }).where('n', 'in', numbers).execute();
        const rows = await trx.selectFrom('notices').innerJoin('messages', 'messages.id', 'notices.message_id')
          .select(['notices.n', 'notices.kind', 'notices.created_at', 'notices.attempts', 'messages.id', 'messages.route', 'messages.direction', 'messages.received_at', 'messages.sender_user', 'messages.sender'])
          .where('notices.n', 'in', numbers).orderBy('notices.n').execute();
        return rows.map((row): Notice => ({
          n: row.n, kind: row.kind, incident: row.id, route: row.route, direction: row.direction as Direction, receivedAt: row.received_at, at: row.created_at,
          sender: row.sender ?? row.sender_user ?? undefined, attempts: row.attempts,
        }));
      });
    },
    sent: (notice) => close(notice, 'sent', undefined),
    none: (notice) => close(notice, 'none', undefined),
    dead: (notice, code) => close(notice, 'dead', code),
    async retry({ n }, code, delayMs) {
      await database.transact((trx) =>
        trx.updateTable('notices').set((eb) => ({ attempts: eb('attempts', '+', 1), last_error: code, due_at: new Date(clock.now() + delayMs) })).where('n', '=', n).where('state', '=', 'open').execute(),
      );
    },
    async counts() {
      const rows = await database.read((db) => db.selectFrom('notices').select(({ fn }) => ['state', fn.countAll<number>().as('count')]).where('state', 'in', ['open', 'dead']).groupBy('state').execute());
      const of = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
      return { open: of('open'), dead: of('dead') };
    },
  };
}
