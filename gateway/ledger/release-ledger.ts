/** What the release worker does in the ledger: a fenced lease, `sending` before the first byte, one outcome (HC 21). */
import { sql, type Updateable } from 'kysely';
import { BESIDE_FROM, type AlertEvent, type AuditEntry, type Clock, type HeldState, type OwnMail, type StoredMessage } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { fromRow } from './message-rows.js';
import { readRecipients, type ToldRecipient } from './mail-rows.js';
import { addJob, closeJob, lockJob, postpone } from './outbox.js';
import { writeOwnMail } from './own-mail.js';
import type { MessagesTable, Trx } from './tables.js';

/** The fence outlives the lease: whoever took over has a higher one, and our late writes match nothing. */
export interface Lease {
  readonly n: number;
  readonly id: string;
  readonly fence: number;
}

export type Begun =
  | { readonly kind: 'closed' }
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'go';
      readonly lease: Lease;
      readonly message: StoredMessage;
      readonly as: 'original' | 'masked';
      /** Tries of this job before this one. */
      readonly attempts: number;
      /** An earlier run wrote `sending` and no outcome; `all` when the last byte may have left. */
      readonly interrupted: 'none' | 'all' | undefined;
      /** Of a mail, in their order. */
      readonly recipients?: readonly ToldRecipient[] | undefined;
    };

/** How the sending to one recipient ended for now. */
export interface RecipientOutcome {
  readonly n: number;
  /** Left out: it is tried again. */
  readonly fate?: 'delivered' | 'refused' | undefined;
  readonly reply?: { readonly code: number; readonly enhanced: string | undefined } | undefined;
  /** The last byte may have left, and no answer came. */
  readonly inDoubt?: boolean | undefined;
}

/** What a try of a mail leaves behind, beside the state of its message. */
export interface MailOutcome {
  readonly recipients: readonly RecipientOutcome[];
  /** Reports to the sender, sealed already, and whom each is about. */
  readonly report?: { readonly mail: OwnMail; readonly about: readonly number[] } | undefined;
  /** So with word that it is late. */
  readonly late?: { readonly mail: OwnMail; readonly about: readonly number[] } | undefined;
}

export type ReleaseOutcome = { readonly mail?: MailOutcome | undefined } & (
  | { readonly kind: 'released'; readonly status: number }
  | { readonly kind: 'permitted'; readonly expiresAt: Date }
  | { readonly kind: 'needs-credentials'; readonly status: number }
  | { readonly kind: 'uncertain'; readonly code: string; readonly status?: number | undefined }
  | { readonly kind: 'failed'; readonly code: string; readonly status?: number | undefined }
  | { readonly kind: 'retry'; readonly code: string; readonly status?: number | undefined; readonly delayMs: number }
  /** Not tried: what it needs is not here. */
  | { readonly kind: 'waiting'; readonly code: string; readonly delayMs: number }
);

export interface ReleaseLedger {
  begin(n: number, leaseMs: number): Promise<Begun>;
  /** False: someone else holds the message now; send nothing more. So with the next two. */
  renew(lease: Lease, leaseMs: number): Promise<boolean>;
  /** Written before the first byte leaves. */
  sending(lease: Lease, leaseMs: number): Promise<boolean>;
  /** Written before the last byte leaves. */
  completing(lease: Lease, recipients?: readonly number[]): Promise<boolean>;
  /** What is known of these recipients, before the rest of the mail's are sent to. */
  progress(lease: Lease, recipients: readonly RecipientOutcome[]): Promise<boolean>;
  finish(lease: Lease, outcome: ReleaseOutcome): Promise<boolean>;
}

/** State, audit act and alert of every outcome that ends a job. */
const ENDS = {
  released: { state: 'released', act: 'message.released', alert: undefined, job: 'done' },
  permitted: { state: 'released', act: 'message.permitted', alert: undefined, job: 'done' },
  'needs-credentials': { state: 'needs-credentials', act: 'message.needs-credentials', alert: 'failure', job: 'done' },
  uncertain: { state: 'uncertain', act: 'message.uncertain', alert: 'failure', job: 'done' },
  failed: { state: 'failed', act: 'message.release-failed', alert: 'dead-letter', job: 'dead' },
} as const satisfies Record<string, { state: HeldState; act: string; alert: AlertEvent['kind'] | undefined; job: 'done' | 'dead' }>;

export function releaseLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): ReleaseLedger {
  const { database, audit, clock } = options;
  const now = (): Date => new Date(clock.now());
  const until = (leaseMs: number): Date => new Date(clock.now() + leaseMs);

  /** Changes the message only while the fence is still ours. */
  const fenced = async (trx: Trx, lease: Lease, change: Updateable<MessagesTable>): Promise<boolean> => {
    const row = await trx.updateTable('messages').set(change).where('id', '=', lease.id).where('fence', '=', lease.fence).where('state', 'in', ['releasing', 'sending']).returning('id').executeTakeFirst();
    return row !== undefined;
  };

  const writeOutcomes = async (trx: Trx, id: string, outcomes: readonly RecipientOutcome[]): Promise<void> => {
    const at = now();
    // Ten thousand of one hop fare alike: a statement for each way to fare, not for each of them.
    const alike = new Map<string, { readonly change: RecipientOutcome; readonly ns: number[] }>();
    for (const one of outcomes) {
      const key = JSON.stringify([one.fate, one.reply?.code, one.reply?.enhanced, one.inDoubt]);
      const found = alike.get(key) ?? { change: one, ns: [] };
      alike.set(key, found);
      found.ns.push(one.n);
    }
    for (const { change: { fate, reply, inDoubt }, ns } of alike.values()) {
      const change = { in_doubt: inDoubt ?? false, at, ...(fate === undefined ? {} : { fate }), ...(reply === undefined ? {} : { code: reply.code, enhanced: reply.enhanced ?? null }) };
      await trx.updateTable('mail_recipients').set(change).where('message_id', '=', id).where(sql<boolean>`n = any(${ns}::int[])`).execute();
    }
  };

  const writeMail = async (trx: Trx, id: string, mail: MailOutcome | undefined): Promise<void> => {
    if (mail === undefined) return;
    await writeOutcomes(trx, id, mail.recipients);
    for (const [own, told] of [[mail.report, { told: true }], [mail.late, { delay_told: true }]] as const) {
      if (own === undefined) continue;
      await writeOwnMail(trx, own.mail, { at: now(), audit });
      await trx.updateTable('mail_recipients').set(told).where('message_id', '=', id).where(sql<boolean>`n = any(${own.about}::int[])`).execute();
    }
  };

  return {
    async begin(n, leaseMs) {
      return await database.transact(async (trx): Promise<Begun> => {
        // Waited for: who locks a row does so for a moment, as the dispatcher that marks it as handed over. What is worked on has a lease.
        const job = await trx.selectFrom('outbox').selectAll().where('n', '=', n).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
        if (job === undefined) return { kind: 'closed' };
        const row = await trx.selectFrom('messages').selectAll().where('id', '=', job.message_id).forUpdate().executeTakeFirst();
        if (row === undefined || (row.state !== 'releasing' && row.state !== 'sending') || row.decision_as === null) {
          await closeJob(trx, n, 'moot', now());
          return { kind: 'closed' };
        }
        if (row.lease_until !== null && row.lease_until.getTime() > clock.now()) return { kind: 'busy' };
        const fence = row.fence + 1;
        await trx.updateTable('messages').set({ fence, lease_until: until(leaseMs) }).where('id', '=', row.id).execute();
        const interrupted = row.state === 'sending' ? row.sent : undefined;
        // A run that ended without a word counts as a try: a message that kills its worker must not do so for ever.
        if (interrupted !== undefined) await trx.updateTable('outbox').set((eb) => ({ attempts: eb('attempts', '+', 1) })).where('n', '=', n).execute();
        const recipients = row.channel === 'smtp' ? (await readRecipients(trx, row.id)).filter(({ n: at }) => at < BESIDE_FROM) : undefined;
        return { kind: 'go', recipients, lease: { n, id: row.id, fence }, message: fromRow(row), as: row.decision_as, attempts: job.attempts + (interrupted === undefined ? 0 : 1), interrupted };
      });
    },
    renew: (lease, leaseMs) => database.transact((trx) => fenced(trx, lease, { lease_until: until(leaseMs) })),
    sending: (lease, leaseMs) =>
      database.transact(async (trx) => {
        if (!(await fenced(trx, lease, { state: 'sending', sent: 'none', lease_until: until(leaseMs) }))) return false;
        await trx.updateTable('messages').set((eb) => ({ attempts: eb('attempts', '+', 1) })).where('id', '=', lease.id).execute();
        return true;
      }),
    completing: (lease, recipients) =>
      database.transact(async (trx) => {
        if (!(await fenced(trx, lease, { sent: 'all' }))) return false;
        if (recipients !== undefined) await trx.updateTable('mail_recipients').set({ in_doubt: true }).where('message_id', '=', lease.id).where(sql<boolean>`n = any(${recipients}::int[])`).execute();
        return true;
      }),
    progress: (lease, recipients) =>
      database.transact(async (trx) => {
        if (!(await fenced(trx, lease, { sent: 'none' }))) return false;
        await writeOutcomes(trx, lease.id, recipients);
        return true;
      }),

    async finish(lease, outcome) {
      return await database.transact(async (trx) => {
        await lockJob(trx, lease.n);
        const at = now();
        const status = 'status' in outcome ? outcome.status : undefined;
        const code = 'code' in outcome ? outcome.code : null;
        const delivery = status === undefined ? {} : { delivery_status: status, delivery_at: at };
        const common = { lease_until: null, last_error: code, ...delivery };
        if (outcome.kind === 'retry' || outcome.kind === 'waiting') {
          if (!(await fenced(trx, lease, { ...common, state: 'releasing', sent: 'none' }))) return false;
          await writeMail(trx, lease.id, outcome.mail);
          await postpone(trx, lease.n, outcome.code, new Date(clock.now() + outcome.delayMs), outcome.kind === 'retry');
          return true;
        }
        const end = ENDS[outcome.kind];
        if (!(await fenced(trx, lease, { ...common, state: end.state }))) return false;
        await writeMail(trx, lease.id, outcome.mail);
        const message = await trx.selectFrom('messages').select(['route', 'rule', 'severity', 'permit_fingerprint', 'decision_as', 'attempts']).where('id', '=', lease.id).executeTakeFirstOrThrow();
        if (outcome.kind === 'permitted') {
          await trx.insertInto('permits').values({ route: message.route, permit_fingerprint: message.permit_fingerprint, message_id: lease.id, expires_at: outcome.expiresAt }).execute();
        }
        if (end.state === 'released') await addJob(trx, { kind: 'destroy', messageId: lease.id, why: 'released', at });
        if (end.alert !== undefined) {
          const severity = message.severity as AlertEvent['severity'];
          await insertAlerts(trx, [{ kind: end.alert, at, severity, route: message.route, incident: lease.id, rule: message.rule, code: code ?? outcome.kind, counts: {} }]);
        }
        await closeJob(trx, lease.n, end.job, at, code ?? undefined);
        const fates = outcome.mail === undefined ? {} : { delivered: count(outcome.mail, 'delivered'), refused: count(outcome.mail, 'refused') };
        const data: AuditEntry['data'] = { ...fates, as: message.decision_as, attempts: message.attempts, ...(status === undefined ? {} : { status }), ...(code === null ? {} : { code }) };
        await audit.append(trx, { at, actor: 'worker', act: end.act, subject: lease.id, data });
        return true;
      });
    },
  };
}

function count({ recipients }: MailOutcome, fate: RecipientOutcome['fate']): number {
  return recipients.filter((one) => one.fate === fate).length;
}
