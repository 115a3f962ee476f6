/** Marks of findings that somebody called false positives; what follows from them is an exception that somebody else decides about. */
import type { Clock, FalsePositives } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { cleanText } from './text.js';

const KIND = 'false-positive';

export function falsePositivesLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): FalsePositives {
  return {
    async marked(messageId) {
      const rows = await database.read((db) => db.selectFrom('false_positives').select('finding').where('message_id', '=', messageId).orderBy('finding').execute());
      return rows.map(({ finding }) => finding);
    },
    async repeated({ messageId, findings, reason, actor }) {
      return await database.read(async (db) => {
        const decided = await db.selectFrom('decisions').select('n').where('message_id', '=', messageId).where('kind', '=', KIND).where('reason', '=', cleanText(reason)).where('actor', '=', actor).limit(1).executeTakeFirst();
        if (decided === undefined) return undefined;
        const rows = await db.selectFrom('false_positives').select(['finding', 'exception_id']).where('message_id', '=', messageId).where('actor', '=', actor).execute();
        const exceptions = new Set(findings.map(({ index }) => rows.find(({ finding }) => finding === index)?.exception_id));
        const [only] = exceptions;
        return exceptions.size === 1 ? only : undefined;
      });
    },
    async mark({ messageId, findings, exception, reason, actor }) {
      await database.transact(async (trx) => {
        const at = new Date(clock.now());
        await trx.selectFrom('messages').select('id').where('id', '=', messageId).forUpdate().executeTakeFirst();
        await trx.insertInto('false_positives').values(findings.map(({ index, detector }) => ({ message_id: messageId, finding: index, detector, actor, at, exception_id: exception })))
          .onConflict((conflict) => conflict.columns(['message_id', 'finding']).doUpdateSet({ actor, at, exception_id: exception })).execute();
        await trx.insertInto('decisions').values({ message_id: messageId, kind: KIND, as_form: null, reason: cleanText(reason), actor, at }).execute();
        const detectors = Object.fromEntries([...new Set(findings.map(({ detector }) => detector))].map((one) => [one, findings.filter(({ detector }) => detector === one).length]));
        await audit.append(trx, { at, actor, act: 'message.false-positive', subject: messageId, data: { exception, findings: findings.length, detectors } });
      });
    },
  };
}
