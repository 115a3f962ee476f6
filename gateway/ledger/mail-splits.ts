/** Splits a held mail, so that people can decide about some of its recipients: rows and a copy of the seal, together or not at all. */
import { sql } from 'kysely';
import { BESIDE_FROM, type Clock, type ExchangeId, type HeldState, type MailSplits, type SplitRefused, type Vault, type VaultCopies } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { addJob } from './outbox.js';
import type { Db, Trx } from './tables.js';
import { jsonText } from './text.js';

export interface MailSplitsOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly vault: VaultCopies & Pick<Vault, 'shred'>;
  readonly newId: () => ExchangeId;
}

/** A first approval is for all recipients, and what may have arrived is settled whole. */
const SPLITTABLE: readonly HeldState[] = ['held', 'needs-credentials', 'failed'];
const OPEN_FATES = ['held', 'relaying', 'refused'] as const;
/** As many as a row of the queue shows. */
const LISTED = 200;
/** Of a message that nobody has decided about. */
const UNDECIDED = {
  state: 'held', decision_kind: null, decision_as: null, decision_reason: null, decision_actor: null, decision_at: null, delivery_status: null, delivery_at: null, attempts: 0, last_error: null,
  fence: 0, lease_until: null, sent: 'none', joined: 0, comments: 0, first_account: null, first_until: null, escalated_at: null, escalated_by: null,
} as const;

type Splitting = { readonly kind: 'split'; readonly moved: readonly number[]; readonly sealedAs: string } | { readonly kind: 'done'; readonly id: ExchangeId; readonly made: boolean } | SplitRefused;

export function mailSplits({ database, audit, clock, vault, newId }: MailSplitsOptions): MailSplits {
  return {
    async split(id, recipients, { actor }) {
      const wanted = [...new Set(recipients)].sort((a, b) => a - b);
      const before = await database.read((db) => planned(db, id, wanted));
      if (before.kind !== 'split') return before;
      const made = newId();
      await vault.copyBody(id as ExchangeId, made);
      const result = await database.transact(async (trx): Promise<Splitting> => {
        // Jobs before their message, as everyone locks them.
        await trx.selectFrom('outbox').select('n').where('message_id', '=', id).where('closed_at', 'is', null).orderBy('n').forUpdate().execute();
        await trx.selectFrom('messages').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
        const plan = await planned(trx, id, wanted);
        if (plan.kind !== 'split') return plan;
        const at = new Date(clock.now());
        await insertSplit(trx, id, made, plan.sealedAs, at);
        await trx.updateTable('mail_recipients').set({ message_id: made }).where('message_id', '=', id).where(sql<boolean>`n = any(${plan.moved}::int[])`).execute();
        for (const one of [id, made]) await listRecipients(trx, one);
        await audit.append(trx, { at, actor, act: 'message.split', subject: id, data: { into: made, recipients: plan.moved.length } });
        await audit.append(trx, { at, actor, act: 'message.split-off', subject: made, data: { from: id, recipients: plan.moved.length } });
        await vault.copyKey(id as ExchangeId, made);
        return { kind: 'done', id: made, made: true };
      });
      // What was thrown is in doubt: the row may be there, and reconcile sees to the file if it is not.
      if (result.kind !== 'done' || result.id !== made) await vault.shred(made);
      if (result.kind === 'split') throw new TypeError('a split was planned and not made');
      return result;
    },
  };
}

/** What a split would do; the same call again finds what the first one made. */
async function planned(db: Db, id: string, wanted: readonly number[]): Promise<Splitting> {
  const row = await db.selectFrom('messages').select(['state', 'channel', 'message_kind', 'sealed_as']).where('id', '=', id).executeTakeFirst();
  if (row === undefined) return { kind: 'not-found' };
  if (row.channel !== 'smtp' || row.message_kind !== 'message') return { kind: 'wrong-state' };
  const rows = await db.selectFrom('mail_recipients').select('n').where('message_id', '=', id).where('n', '<', BESIDE_FROM).where('fate', 'in', OPEN_FATES).orderBy('n').execute();
  const open = new Set(rows.map(({ n }) => n));
  const moved = wanted.filter((n) => open.has(n));
  if (moved.length === 0 || moved.length < wanted.length) {
    const earlier = await splitOff(db, id, wanted);
    return earlier === undefined ? { kind: 'no-recipients' } : { kind: 'done', id: earlier as ExchangeId, made: false };
  }
  if (moved.length === open.size) return { kind: 'done', id: id as ExchangeId, made: false };
  if (!SPLITTABLE.includes(row.state)) return { kind: 'wrong-state' };
  return { kind: 'split', moved, sealedAs: row.sealed_as ?? id };
}

async function splitOff(db: Db, id: string, wanted: readonly number[]): Promise<string | undefined> {
  if (wanted.length === 0) return undefined;
  const found = await db.selectFrom('messages').innerJoin('mail_recipients', 'mail_recipients.message_id', 'messages.id').select(['messages.id', sql<number[]>`array_agg(mail_recipients.n order by mail_recipients.n)`.as('ns')])
    .where('messages.split_from', '=', id).groupBy('messages.id').having(sql<boolean>`array_agg(mail_recipients.n order by mail_recipients.n) = ${wanted}::int[]`).limit(1).executeTakeFirst();
  return found?.id;
}

async function insertSplit(trx: Trx, id: string, made: ExchangeId, sealedAs: string, at: Date): Promise<void> {
  await trx.insertInto('vault_claims').values({ id: made, claim: 'message', at }).execute();
  const change = jsonText({ ...UNDECIDED, id: made, split_from: id, sealed_as: sealedAs });
  await sql`insert into messages select changed.* from messages as source, lateral jsonb_populate_record(source, ${change}::jsonb) as changed where source.id = ${id}`.execute(trx);
  // The same mail again must join neither: each is for some of its recipients only.
  for (const one of [id, made]) await sql`update messages set body_fingerprint = ${`split-${one}`} where id = ${one}`.execute(trx);
  await sql`insert into false_positives (message_id, finding, detector, actor, at, exception_id) select ${made}, finding, detector, actor, at, exception_id from false_positives where message_id = ${id}`.execute(trx);
  await sql`insert into legal_holds (message_id, on_hold, reason, actor, at) select ${made}, on_hold, reason, actor, at from legal_holds where message_id = ${id} order by n desc limit 1`.execute(trx);
  // A scan that is still to come, or was given up, is to come for this one too: until then it does not leave masked.
  const rescan = await trx.selectFrom('outbox').select(['ref', 'closed_at', 'outcome']).where('message_id', '=', id).where('kind', '=', 'rescan').orderBy('n', 'desc').limit(1).executeTakeFirst();
  if (rescan !== undefined && (rescan.closed_at === null || rescan.outcome === 'dead')) {
    await addJob(trx, { kind: 'rescan', messageId: made, at, ...(rescan.ref === null ? {} : { ref: rescan.ref }) });
  }
}

/** The row names those that are left in it. */
async function listRecipients(trx: Trx, id: string): Promise<void> {
  const rows = await trx.selectFrom('mail_recipients').select('address').where('message_id', '=', id).where('n', '<', BESIDE_FROM).orderBy('n').limit(LISTED).execute();
  await trx.updateTable('messages').set({ recipients: jsonText(rows.map(({ address }) => address)) }).where('id', '=', id).execute();
}

/** Which message a copied seal was made for; undefined of all others. */
export async function sealedAs(database: LedgerDatabase, id: string): Promise<string | undefined> {
  const row = await database.read((db) => db.selectFrom('messages').select('sealed_as').where('id', '=', id).executeTakeFirst());
  return row?.sealed_as ?? undefined;
}
