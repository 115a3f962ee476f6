/** The gateway's side of mail in the ledger: kept with its recipients in one transaction, and confirmed or withdrawn with the client's answer (HC 25). */
import { sql } from 'kysely';
import type { AssessQueue, Clock, ExchangeId, MailLedger } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { writeHeld } from './hold-ledger.js';
import { readRecipients, writeRecipients } from './mail-rows.js';
import { queueNotice } from './notices-ledger.js';
import { addJob } from './outbox.js';
import type { Trx } from './tables.js';

/** As long as the access log: fates of mails that were never kept are of no more use than that. */
const FATES_KEPT_MS = 184 * 24 * 3_600_000;
/** Rows per transaction: short locks; the next run takes the rest. */
const TIDIED = 5_000;
const WITHDRAWN = { kind: 'reject', reason: 'withdrawn', actor: 'gateway' } as const;

export interface MailLedgerOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly assess?: AssessQueue | undefined;
  /** Called after the commit of what a person is to look at. */
  readonly onHeld?: ((id: ExchangeId) => void) | undefined;
  /** Called after a commit that left a job which is due. */
  readonly onJob?: (() => void) | undefined;
}

export function mailLedger(options: MailLedgerOptions): MailLedger & { /** Forgets old fates of mails that were never kept; answers how many. */ tidy(): Promise<number> } {
  const { database, audit, clock } = options;

  async function withdrawn(trx: Trx, id: ExchangeId): Promise<boolean> {
    // Jobs before their message, as everyone locks them.
    await trx.selectFrom('outbox').select('n').where('message_id', '=', id).where('closed_at', 'is', null).orderBy('n').forUpdate().execute();
    const row = await trx.selectFrom('messages').select(['state', 'decision_actor', 'decision_kind', 'fence', 'joined']).where('id', '=', id).forUpdate().executeTakeFirst();
    // One that came again has joined it, and its client was told that it is kept.
    const untouched = row !== undefined && ((row.state === 'held' && row.decision_kind === null && row.joined === 0) || (row.state === 'releasing' && row.decision_actor === WITHDRAWN.actor && row.fence === 0));
    if (!untouched) return false;
    const at = new Date(clock.now());
    const { kind, reason, actor } = WITHDRAWN;
    await trx.updateTable('outbox').set({ closed_at: at, outcome: 'moot' }).where('message_id', '=', id).where('closed_at', 'is', null).execute();
    await trx.updateTable('notices').set({ state: 'none' }).where('message_id', '=', id).where('state', '=', 'open').execute();
    await trx.deleteFrom('mail_recipients').where('message_id', '=', id).execute();
    await trx.updateTable('messages').set({ state: 'rejected', decision_kind: kind, decision_as: null, decision_reason: reason, decision_actor: actor, decision_at: at }).where('id', '=', id).execute();
    await trx.insertInto('decisions').values({ message_id: id, kind, as_form: null, reason, actor, at }).execute();
    await addJob(trx, { kind: 'destroy', messageId: id, why: 'withdrawn', at });
    await audit.append(trx, { at, actor, act: 'message.withdrawn', subject: id, data: { from: row.state } });
    return true;
  }

  return {
    async keep(message, { recipients, relay, tell, notBefore }, entry) {
      const at = new Date(clock.now());
      const dueAt = notBefore ?? at;
      await database.transact(async (trx) => {
        await writeHeld(trx, message, entry, { at, audit, assess: message.kind === 'notice' ? undefined : options.assess, relay: relay?.as });
        await writeRecipients(trx, message.id, recipients, at);
        if (relay !== undefined) await addJob(trx, { kind: 'release', messageId: message.id, at, dueAt });
        if (tell === true) await queueNotice(trx, { messageId: message.id, kind: 'held', at, dueAt });
      });
      if (relay === undefined && message.kind !== 'notice') options.onHeld?.(message.id);
      if (notBefore === undefined) options.onJob?.();
    },

    async confirm(ids) {
      if (ids.length === 0) return;
      await database.transact(async (trx) => {
        const at = new Date(clock.now());
        await trx.updateTable('outbox').set({ due_at: at }).where('message_id', 'in', ids).where('kind', 'in', ['release', 'notice']).where('closed_at', 'is', null).where('attempts', '=', 0).where('due_at', '>', at).execute();
        await trx.updateTable('notices').set({ due_at: at }).where('message_id', 'in', ids).where('state', '=', 'open').where('attempts', '=', 0).where('due_at', '>', at).execute();
      });
      options.onJob?.();
    },

    async withdraw(ids) {
      const ended: ExchangeId[] = [];
      for (const id of ids) if (await database.transact((trx) => withdrawn(trx, id))) ended.push(id);
      if (ended.length > 0) options.onJob?.();
      return ended;
    },

    async fates(incident, recipients) {
      if (recipients.length > 0) await database.transact((trx) => writeRecipients(trx, incident, recipients, new Date(clock.now())));
    },

    recipients: (id) => database.read((db) => readRecipients(db, id)),

    async tidy() {
      const before = new Date(clock.now() - FATES_KEPT_MS);
      const deleted = await database.transact((trx) => sql`
        delete from mail_recipients where (message_id, n) in (
          select message_id, n from mail_recipients where at < ${before} and not exists (select from messages where messages.id = mail_recipients.message_id) limit ${sql.lit(TIDIED)})`.execute(trx));
      return Number(deleted.numAffectedRows ?? 0);
    },
  };
}
