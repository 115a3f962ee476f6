/** What the ledger knows about a message's sender and recipients from earlier messages; all through indexes, and bounded. */
import { sql } from 'kysely';
import type { Clock, FactsLedger, MessageFacts } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import type { Db } from './tables.js';

const WINDOW_MS = 30 * 86_400_000;
/** A sender with more than this in a month has "many". */
const HISTORY_MOST = 5_000;
/** Kinds of terms, as the queue writes them. */
const SENDER_TERM = 's:';
const RECIPIENT_TERM = 'r:';

interface Known {
  readonly sender_key: string | null;
  readonly sender_mark: string | null;
  readonly terms: readonly string[];
}

export function factsLedger({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): FactsLedger {
  return {
    async facts(message) {
      return await database.read(async (db): Promise<MessageFacts> => {
        const known = await db.selectFrom('messages').select(['sender_key', 'sender_mark', 'terms']).where('id', '=', message.id).executeTakeFirst();
        const since = new Date(clock.now() - WINDOW_MS);
        const [senderHistory, recipientFirstSeen, destinationFirstSeen] = [
          known === undefined ? NO_HISTORY : await historyOf(db, message.id, known, since),
          known === undefined ? undefined : await recipientFirst(db, known, message.receivedAt),
          await destinationFirst(db, message.id, message.destination),
        ];
        return { senderHistory, recipientFirstSeen, destinationFirstSeen };
      });
    },
  };
}

const NO_HISTORY: MessageFacts['senderHistory'] = { held30d: 0, released30d: 0, rejected30d: 0 };

async function historyOf(db: Db, id: string, known: Known, since: Date): Promise<MessageFacts['senderHistory']> {
  const by = known.sender_key !== null
    ? sql<boolean>`sender_key = ${known.sender_key}`
    : known.sender_mark !== null
      ? sql<boolean>`terms && ${[SENDER_TERM + known.sender_mark]}::text[]`
      : undefined;
  if (by === undefined) return NO_HISTORY;
  const recent = db.selectFrom('messages').select('state').where(by).where('received_at', '>', since).where('id', '<>', id).limit(HISTORY_MOST).as('recent');
  const row = await db.selectFrom(recent).select(({ fn, eb }) => [
    fn.countAll<number>().as('held'),
    fn.countAll<number>().filterWhere(eb('state', '=', 'released')).as('released'),
    fn.countAll<number>().filterWhere(eb('state', '=', 'rejected')).as('rejected'),
  ]).executeTakeFirstOrThrow();
  return { held30d: row.held, released30d: row.released, rejected30d: row.rejected };
}

/** The newest of the recipients counts: one stranger among colleagues is what a reviewer must see. */
async function recipientFirst(db: Db, { terms }: Known, receivedAt: Date): Promise<Date | undefined> {
  const marks = terms.filter((term) => term.startsWith(RECIPIENT_TERM)).map((term) => term.slice(RECIPIENT_TERM.length));
  if (marks.length === 0) return undefined;
  const row = await db.selectFrom('known_recipients').select(({ fn }) => fn.max('first_at').as('first')).where(sql<boolean>`mark = any(${marks}::text[])`).executeTakeFirst();
  const first = row?.first as Date | null | undefined;
  return first === null || first === undefined || first >= receivedAt ? undefined : first;
}

async function destinationFirst(db: Db, id: string, destination: string): Promise<Date | undefined> {
  const row = await db.selectFrom('messages').select(['id', 'received_at']).where('destination', '=', destination).orderBy('received_at').limit(1).executeTakeFirst();
  return row === undefined || row.id === id ? undefined : row.received_at;
}
