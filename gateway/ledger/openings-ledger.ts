/** Openings in the ledger: who may look at which original until when, and a row in the audit before each look. */
import { sql } from 'kysely';
import type { Clock, OpeningsLedger } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { cleanText } from './text.js';

/** Long enough to compare a number with a file; whoever needs longer says why again. */
export const OPENING_MS = 5 * 60_000;
/** Openings of one account within an hour: a reviewer opens a few, a thief of sessions would open all. */
const OPENINGS_MOST = 60;
const WINDOW_MS = 3_600_000;
/** First key of our advisory lock ("WEIO"); the second is the account. */
const LOCK_SPACE = 0x5745494f;
/** Looks at one opening; a page that loads again asks again. */
const READS_MOST = 20;

export function openingsLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): OpeningsLedger {
  return {
    async open({ tokenHash, messageId, accountId, actor, what, reason }) {
      return await database.transact(async (trx) => {
        const at = new Date(clock.now());
        const message = await trx.selectFrom('messages').select('id').where('id', '=', messageId).executeTakeFirst();
        if (message === undefined) return { kind: 'not-found' };
        // One at a time: openings asked for all at once would each find the others not yet there.
        await sql`select pg_advisory_xact_lock(${LOCK_SPACE}::int, hashtext(${accountId}))`.execute(trx);
        const since = new Date(at.getTime() - WINDOW_MS);
        const { count } = await trx.selectFrom('openings').select(({ fn }) => fn.countAll<number>().as('count')).where('account_id', '=', accountId).where('opened_at', '>', since).executeTakeFirstOrThrow();
        if (count >= OPENINGS_MOST) return { kind: 'too-many' };
        const expiresAt = new Date(at.getTime() + OPENING_MS);
        await trx.insertInto('openings').values({ token_hash: tokenHash, message_id: messageId, account_id: accountId, actor, what, reason: cleanText(reason), opened_at: at, expires_at: expiresAt }).execute();
        await audit.append(trx, { at, actor, act: 'original.open', subject: messageId, data: { what, until: expiresAt } });
        return { kind: 'opened', expiresAt };
      });
    },
    async read({ tokenHash, messageId, accountId, actor, what }) {
      return await database.transact(async (trx) => {
        const at = new Date(clock.now());
        const row = await trx.updateTable('openings').set((eb) => ({ reads: eb('reads', '+', 1) }))
          .where('token_hash', '=', tokenHash).where('message_id', '=', messageId).where('account_id', '=', accountId).where('what', '=', what)
          .where('expires_at', '>', at).where('reads', '<', READS_MOST).returning('expires_at').executeTakeFirst();
        if (row === undefined) return undefined;
        await audit.append(trx, { at, actor, act: 'original.read', subject: messageId, data: { what } });
        return { expiresAt: row.expires_at };
      });
    },
  };
}
