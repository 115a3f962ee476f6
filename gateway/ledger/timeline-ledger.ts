/** What has happened to one message: from the audit, with the words that decisions and comments carry beside it. */
import { sql } from 'kysely';
import type { TimelineEvent, TimelineLedger } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import type { Db } from './tables.js';

/** Far more than happens to a message; an endless one would be somebody's loop. */
const EVENTS_MOST = 500;
/** Who looked is the auditor's to know; what was done is everyone's who decides. */
const SHOWN = ['message.%', 'original.open', 'notice.%', 'vault.missing', 'vault.destroyed', 'permit.spent', 'permit.returned'];
const HIDDEN = ['message.view', 'message.search', 'message.content', 'message.mail', 'message.compare', 'message.comments'];
/** Acts whose words stand in another table: their kind there. */
const KIND_OF_ACT: Readonly<Record<string, string>> = {
  'message.release': 'release', 'message.release.first': 'release', 'message.release.refused': 'refuse', 'message.release.lapsed': 'lapse',
  'message.reject': 'reject', 'message.settle': 'settle', 'message.escalate': 'escalate', 'message.expire': 'expire', 'message.false-positive': 'false-positive',
};
const COMMENT = 'message.comment';

export function timelineLedger({ database }: { readonly database: LedgerDatabase }): TimelineLedger {
  return {
    async timeline(id) {
      return await database.read(async (db) => {
        const message = await db.selectFrom('messages').select(['received_at', 'rule', 'policy']).where('id', '=', id).executeTakeFirst();
        if (message === undefined) return [];
        const words = await wordsOf(db, id);
        const rows = await db.selectFrom('audit').select(['at', 'actor', 'act', 'data']).where('subject', '=', id)
          .where(sql<boolean>`act like any(${SHOWN}::text[])`).where('act', 'not in', HIDDEN).where('act', '<>', COMMENT).orderBy('at').orderBy('writer').orderBy('seq').limit(EVENTS_MOST).execute();
        const held: TimelineEvent = { at: message.received_at, actor: 'gateway', act: 'message.held', text: undefined, detail: { rule: message.rule, policy: message.policy } };
        const acts = rows.map(({ at, actor, act, data }): TimelineEvent => ({ at, actor, act, text: words.take(act, actor, at), detail: scalars(data) }));
        const comments = await commentsOf(db, id);
        return [held, ...[...acts, ...comments].sort((a, b) => a.at.getTime() - b.at.getTime())];
      });
    },
  };
}

async function commentsOf(db: Db, id: string): Promise<readonly TimelineEvent[]> {
  const rows = await db.selectFrom('comments').select(['at', 'actor', 'words']).where('message_id', '=', id).orderBy('n').limit(EVENTS_MOST).execute();
  return rows.map(({ at, actor, words }) => ({ at, actor, act: COMMENT, text: words, detail: {} }));
}

/** Reasons are kept out of the audit, and joined to their acts again here. */
async function wordsOf(db: Db, id: string): Promise<{ take(act: string, actor: string, at: Date): string | undefined }> {
  const decisions = await db.selectFrom('decisions').select(['kind', 'actor', 'at', 'reason']).where('message_id', '=', id).orderBy('n').limit(EVENTS_MOST).execute();
  const openings = await db.selectFrom('openings').select(['actor', 'opened_at', 'reason']).where('message_id', '=', id).orderBy('opened_at').limit(EVENTS_MOST).execute();
  const holds = await db.selectFrom('legal_holds').select(['actor', 'at', 'reason']).where('message_id', '=', id).orderBy('n').limit(EVENTS_MOST).execute();
  const words = [
    ...decisions,
    ...openings.map(({ actor, opened_at, reason }) => ({ kind: 'open', actor, at: opened_at, reason })),
    ...holds.map((one) => ({ kind: 'legal-hold', ...one })),
  ];
  return {
    take(act, actor, at) {
      const kind = act === 'original.open' ? 'open' : act.startsWith('message.legal-hold') ? 'legal-hold' : KIND_OF_ACT[act];
      const approves = act === 'message.release';
      const found = words.findIndex((one) => (one.kind === kind || (approves && one.kind === 'approve')) && one.actor === actor && one.at.getTime() === at.getTime());
      return found < 0 ? undefined : words.splice(found, 1)[0]?.reason;
    },
  };
}

function scalars(data: string): Record<string, string | number | boolean> {
  const read: unknown = JSON.parse(data);
  if (typeof read !== 'object' || read === null) return {};
  return Object.fromEntries(Object.entries(read).flatMap(([key, value]) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, value]] : [])));
}
