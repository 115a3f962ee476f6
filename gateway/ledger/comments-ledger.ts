/** Comments on messages: added with their count and audit row in one transaction, never changed. */
import type { Clock, CommentsLedger, MessageComment } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { cleanText } from './text.js';

/** A talk longer than this belongs elsewhere; the list is read whole. */
const COMMENTS_MOST = 200;

export function commentsLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): CommentsLedger {
  const { database, audit, clock } = options;
  return {
    async add(messageId, { actor, accountId, text }) {
      return await database.transact(async (trx): Promise<MessageComment | 'not-found' | 'too-many'> => {
        const at = new Date(clock.now());
        const message = await trx.selectFrom('messages').select('comments').where('id', '=', messageId).forUpdate().executeTakeFirst();
        if (message === undefined) return 'not-found';
        if (message.comments >= COMMENTS_MOST) return 'too-many';
        await trx.updateTable('messages').set({ comments: message.comments + 1 }).where('id', '=', messageId).execute();
        const words = cleanText(text);
        const { n } = await trx.insertInto('comments').values({ message_id: messageId, account_id: accountId ?? null, actor, at, words }).returning('n').executeTakeFirstOrThrow();
        // The words are a person's free text and stay out of the audit's data, as reasons do.
        await audit.append(trx, { at, actor, act: 'message.comment', subject: messageId, data: { n } });
        return { n, at, actor, accountId, text: words };
      });
    },
    async list(messageId) {
      const rows = await database.read((db) => db.selectFrom('comments').selectAll().where('message_id', '=', messageId).orderBy('n').limit(COMMENTS_MOST).execute());
      return rows.map(({ n, at, actor, account_id, words }) => ({ n, at, actor, accountId: account_id ?? undefined, text: words }));
    },
  };
}
