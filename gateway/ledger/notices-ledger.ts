/** Notices to senders: one for each decision that ends a message, queued with it, sent by a worker, and never lost silently (HC 29). */
import { sql } from 'kysely';
import type { ChannelName, Clock, Direction, OwnMail, SenderNotice } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { writeOwnMail } from './own-mail.js';
import { addJob, closeJob, lockJob, postpone, type OpenJob } from './outbox.js';
import type { Trx } from './tables.js';
import { cleanOptional } from './text.js';

/** One that waits to be sent. */
export interface Notice extends Omit<SenderNotice, 'kind'> {
  readonly n: number;
  /** `held`: only of mail, and by mail. */
  readonly kind: SenderNotice['kind'] | 'held';
  readonly channel: ChannelName;
  readonly attempts: number;
  /** A reviewer's, for the sender. */
  readonly words: string | undefined;
}

export type NoticeBegun =
  | { readonly kind: 'send'; readonly notice: Notice }
  /** Another worker has it in hand. */
  | { readonly kind: 'busy'; readonly delayMs: number }
  | { readonly kind: 'gone' };

export interface NoticesLedger {
  /** Claims the notice of a job. */
  begin(job: OpenJob): Promise<NoticeBegun>;
  sent(job: OpenJob, notice: Notice): Promise<void>;
  /** The route names nobody who could tell the sender. */
  none(job: OpenJob, notice: Notice): Promise<void>;
  /** Handed over as a mail of our own: it is `sent` here, and its release is another job. `false`: somebody else was quicker, and nothing was written. */
  handedOver(job: OpenJob, notice: Notice, mail: OwnMail): Promise<boolean>;
  /** Not tried: what it needs is not here. */
  waiting(job: OpenJob, notice: Notice, code: string, delayMs: number): Promise<void>;
  retry(job: OpenJob, notice: Notice, code: string, delayMs: number): Promise<void>;
  dead(job: OpenJob, notice: Notice, code: string): Promise<void>;
  /** Gives open notices that have no job one: those of a version before. Answers how many. */
  adopt(): Promise<number>;
  counts(): Promise<{ readonly open: number; readonly dead: number }>;
}

/** A worker that died with a notice in hand lets go of it after this long. */
const CLAIM_MS = 5 * 60_000;
/** Younger ones are in the hands of whoever wrote them. */
const ADOPT_MS = 60_000;
const ADOPTED = 1_000;

/** Inside the transaction of the decision. A second decision of the same kind says nothing again. */
export async function queueNotice(trx: Trx, notice: { readonly messageId: string; readonly kind: Notice['kind']; readonly at: Date; readonly dueAt?: Date; readonly words?: string | undefined }): Promise<void> {
  const dueAt = notice.dueAt ?? notice.at;
  const row = await trx.insertInto('notices').values({ message_id: notice.messageId, kind: notice.kind, created_at: notice.at, due_at: dueAt, last_error: null, words: cleanOptional(notice.words) })
    .onConflict((conflict) => conflict.columns(['message_id', 'kind']).doNothing()).returning('n').executeTakeFirst();
  if (row !== undefined) await addJob(trx, { kind: 'notice', messageId: notice.messageId, ref: String(row.n), at: notice.at, dueAt });
}

export function noticesLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): NoticesLedger {
  const now = (): Date => new Date(clock.now());
  const close = async (job: OpenJob, notice: Notice, state: 'sent' | 'dead' | 'none', code: string | undefined): Promise<void> => {
    await database.transact(async (trx) => {
      await lockJob(trx, job.n);
      const at = now();
      const row = await trx.updateTable('notices').set({ state, last_error: code ?? null }).where('n', '=', notice.n).where('state', '=', 'open').returning('n').executeTakeFirst();
      await closeJob(trx, job.n, state === 'dead' ? 'dead' : 'done', at, code);
      if (row === undefined) return;
      if (state === 'dead') await insertAlerts(trx, [{ kind: 'dead-letter', at, severity: 'high', route: notice.route, incident: notice.incident, rule: undefined, code: 'notice-dead', counts: {} }]);
      await audit.append(trx, { at, actor: 'worker', act: `notice.${state === 'dead' ? 'dead-letter' : state}`, subject: notice.incident, data: { kind: notice.kind, route: notice.route, ...(code === undefined ? {} : { code }) } });
    });
  };
  return {
    async begin(job) {
      return await database.transact(async (trx): Promise<NoticeBegun> => {
        const open = await trx.selectFrom('outbox').select('n').where('n', '=', job.n).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
        if (open === undefined) return { kind: 'gone' };
        const row = await trx.selectFrom('notices').innerJoin('messages', 'messages.id', 'notices.message_id')
          .select(['notices.n', 'notices.kind', 'notices.state', 'notices.due_at', 'notices.created_at', 'notices.attempts', 'notices.words', 'messages.id', 'messages.channel', 'messages.route', 'messages.direction', 'messages.received_at', 'messages.sender_user', 'messages.sender'])
          .where('notices.n', '=', Number(job.ref ?? -1)).forUpdate('notices').executeTakeFirst();
        if (row?.state !== 'open') {
          await closeJob(trx, job.n, 'moot', now());
          return { kind: 'gone' };
        }
        const wait = row.due_at.getTime() - clock.now();
        if (wait > 0) return { kind: 'busy', delayMs: wait };
        await trx.updateTable('notices').set({ due_at: new Date(clock.now() + CLAIM_MS) }).where('n', '=', row.n).execute();
        const notice: Notice = {
          n: row.n, kind: row.kind, incident: row.id, route: row.route, direction: row.direction as Direction, receivedAt: row.received_at, at: row.created_at,
          sender: row.sender ?? row.sender_user ?? undefined, attempts: row.attempts, channel: row.channel as ChannelName, words: row.words ?? undefined,
        };
        return { kind: 'send', notice };
      });
    },
    sent: (job, notice) => close(job, notice, 'sent', undefined),
    none: (job, notice) => close(job, notice, 'none', undefined),
    dead: (job, notice, code) => close(job, notice, 'dead', code),
    async handedOver(job, notice, mail) {
      return await database.transact(async (trx) => {
        await lockJob(trx, job.n);
        const at = now();
        const row = await trx.updateTable('notices').set({ state: 'sent', last_error: null }).where('n', '=', notice.n).where('state', '=', 'open').returning('n').executeTakeFirst();
        await closeJob(trx, job.n, 'done', at);
        if (row === undefined) return false;
        await writeOwnMail(trx, mail, { at, audit });
        await audit.append(trx, { at, actor: 'worker', act: 'notice.sent', subject: notice.incident, data: { kind: notice.kind, route: notice.route, mail: mail.message.id } });
        return true;
      });
    },
    async waiting(job, { n }, code, delayMs) {
      const due = new Date(clock.now() + delayMs);
      await database.transact(async (trx) => {
        await lockJob(trx, job.n);
        await trx.updateTable('notices').set({ last_error: code, due_at: now() }).where('n', '=', n).where('state', '=', 'open').execute();
        await postpone(trx, job.n, code, due, false);
      });
    },
    async retry(job, { n }, code, delayMs) {
      const due = new Date(clock.now() + delayMs);
      await database.transact(async (trx) => {
        await lockJob(trx, job.n);
        await trx.updateTable('notices').set((eb) => ({ attempts: eb('attempts', '+', 1), last_error: code, due_at: due })).where('n', '=', n).where('state', '=', 'open').execute();
        await postpone(trx, job.n, code, due);
      });
    },
    async adopt() {
      const before = new Date(clock.now() - ADOPT_MS);
      const { rows } = await database.transact((trx) => sql`
        insert into outbox (kind, message_id, ref, created_at, due_at)
        select 'notice', message_id, n::text, created_at, ${now()} from notices
        where state = 'open' and created_at < ${before} and not exists (select from outbox where outbox.kind = 'notice' and outbox.ref = notices.n::text and outbox.closed_at is null)
        limit ${sql.lit(ADOPTED)} returning n`.execute(trx));
      return rows.length;
    },
    async counts() {
      const rows = await database.read((db) => db.selectFrom('notices').select(({ fn }) => ['state', fn.countAll<number>().as('count')]).where('state', 'in', ['open', 'dead']).groupBy('state').execute());
      const of = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
      return { open: of('open'), dead: of('dead') };
    },
  };
}
