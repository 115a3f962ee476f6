/** Sessions: the cookie's hash, when it was used last, and what its sign-in still lacks. */
import type { Selectable } from 'kysely';
import type { Clock, Session, SessionsLedger } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { SessionsTable } from './people-tables.js';

/** Written once a minute at most: every look at the queue is a request. */
const SEEN_EVERY_MS = 60_000;

function sessionOf(row: Selectable<SessionsTable>): Session {
  return {
    hash: row.hash,
    accountId: row.account_id,
    step: row.step ?? undefined,
    by: row.begun_by,
    pendingTotp: row.pending_totp ?? undefined,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
  };
}

export function sessionsLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): SessionsLedger {
  const { database, audit, clock } = options;
  const now = (): Date => new Date(clock.now());
  return {
    async begin({ hash, accountId, step, by, expiresAt }, { actor, address, replaces }) {
      await database.transact(async (trx) => {
        if (replaces !== undefined) await trx.deleteFrom('sessions').where('hash', '=', replaces).execute();
        await trx.deleteFrom('sessions').where('expires_at', '<', now()).execute();
        await trx.insertInto('sessions').values({ hash, account_id: accountId, step: step ?? null, begun_by: by, created_at: now(), seen_at: now(), expires_at: expiresAt }).execute();
        if (step === undefined) await trx.updateTable('accounts').set({ last_seen_at: now() }).where('id', '=', accountId).execute();
        await audit.append(trx, { at: now(), actor, act: step === undefined ? 'session.begin' : 'session.step', subject: accountId, data: { by, address, ...(step === undefined ? {} : { step }) } });
      });
    },

    async find(hash) {
      const row = await database.read((db) => db.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst());
      return row === undefined ? undefined : sessionOf(row);
    },

    async seen(hash) {
      await database.transact(async (trx) => {
        const row = await trx.updateTable('sessions').set({ seen_at: now() }).where('hash', '=', hash).where('seen_at', '<', new Date(clock.now() - SEEN_EVERY_MS)).returning(['account_id', 'step']).executeTakeFirst();
        if (row?.step === null) await trx.updateTable('accounts').set({ last_seen_at: now() }).where('id', '=', row.account_id).execute();
      });
    },

    async pend(hash, totp) {
      await database.transact((trx) => trx.updateTable('sessions').set({ pending_totp: totp }).where('hash', '=', hash).execute());
    },

    async wrongCode(hash) {
      const row = await database.transact((trx) => trx.updateTable('sessions').set((eb) => ({ wrong_codes: eb('wrong_codes', '+', 1) })).where('hash', '=', hash).returning('wrong_codes').executeTakeFirst());
      return row?.wrong_codes ?? Number.POSITIVE_INFINITY;
    },

    async end(hash, { actor, why }) {
      await database.transact(async (trx) => {
        const row = await trx.deleteFrom('sessions').where('hash', '=', hash).returning('account_id').executeTakeFirst();
        if (row !== undefined) await audit.append(trx, { at: now(), actor, act: 'session.end', subject: row.account_id, data: { why } });
      });
    },

    async endOthers(accountId, keep, actor) {
      return await database.transact(async (trx) => {
        let query = trx.deleteFrom('sessions').where('account_id', '=', accountId);
        if (keep !== undefined) query = query.where('hash', '<>', keep);
        const ended = Number((await query.executeTakeFirst()).numDeletedRows);
        if (ended > 0) await audit.append(trx, { at: now(), actor, act: 'session.end', subject: accountId, data: { why: 'password-changed', sessions: ended } });
        return ended;
      });
    },

    async counts() {
      const rows = await database.read((db) =>
        db.selectFrom('sessions').select(({ fn }) => ['account_id', fn.countAll<number>().as('count')]).where('step', 'is', null).where('expires_at', '>', now()).groupBy('account_id').execute(),
      );
      return new Map(rows.map(({ account_id: id, count }) => [id, count]));
    },
  };
}
