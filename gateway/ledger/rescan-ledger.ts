/** Scanning again in the ledger: one open job for each held message, and what a new scan says of it, in one transaction. Nothing here releases or destroys. */
import { sql } from 'kysely';
import type { AuditEntry, Clock, ExchangeId, Finding, Receipt, RescanRun, Severity, StoredMessage, Unscannable } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { fromRow, riskRank } from './message-rows.js';
import { closeJob, lockJob, postpone, type OpenJob } from './outbox.js';
import { jsonText } from './text.js';

/** What a second scan found, and what follows from it. */
export interface Rescanned {
  readonly revision: string;
  readonly findings: readonly Finding[];
  readonly findingCounts: Readonly<Record<string, number>>;
  readonly unscannable: readonly Unscannable[];
  readonly receipt: Receipt;
  readonly severity: Severity;
  readonly rule: string;
  readonly policy: string;
  readonly fourEyes: boolean;
  /** The sealed edits do not cover all of it. */
  readonly foundMore: boolean;
  readonly risk: number;
  readonly riskReasons: readonly unknown[];
  readonly grades: readonly string[];
  readonly detectors: readonly string[];
}

export type RescanBegun =
  | { readonly kind: 'go'; readonly message: StoredMessage; readonly riskReasons: readonly string[] }
  /** Decided, or gone: there is nothing left to look at. */
  | { readonly kind: 'closed' };

export interface RescanLedger {
  /** For a revision that begins to run, once in a fleet: undefined when it was the last one ordered already. */
  order(asked: { readonly revision: string; readonly cause: 'revision' | 'asked'; readonly actor: string; readonly reason?: string | undefined }): Promise<number | undefined>;
  begin(job: OpenJob): Promise<RescanBegun>;
  finish(job: OpenJob, id: ExchangeId, result: Rescanned): Promise<void>;
  waiting(job: OpenJob, code: string, delayMs: number): Promise<void>;
  last(): Promise<RescanRun | undefined>;
}

/** A release under way is decided, and its bytes may be leaving. */
const WAITING = ['held', 'awaiting-second', 'needs-credentials', 'failed', 'uncertain'] as const;
/** Terms of the queue that say what was found. */
const FOUND = /^[dg]:/;

export function rescanLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): RescanLedger {
  const now = (): Date => new Date(clock.now());
  return {
    async order({ revision, cause, actor, reason }) {
      return await database.transact(async (trx) => {
        // Nodes that begin a revision together ask one after the other.
        await sql`lock table rescan_runs in share row exclusive mode`.execute(trx);
        const last = await trx.selectFrom('rescan_runs').select('revision').orderBy('n', 'desc').limit(1).executeTakeFirst();
        if (cause === 'revision' && last?.revision === revision) return undefined;
        const at = now();
        const { rows } = await sql<{ n: number }>`
          insert into outbox (kind, message_id, ref, created_at, due_at)
          select 'rescan', id, ${revision}, ${at}, ${at} from messages where state in (${sql.join(WAITING)}) and shredded_at is null order by id
          on conflict (message_id) where kind = 'rescan' and closed_at is null
          do update set ref = excluded.ref, due_at = excluded.due_at, carried_at = null, attempts = 0 returning n`.execute(trx);
        await trx.insertInto('rescan_runs').values({ revision, cause, actor, reason: reason ?? null, messages: rows.length, at }).execute();
        if (cause === 'asked' || rows.length > 0) await audit.append(trx, { at, actor, act: 'rescan.ordered', subject: undefined, data: { revision, cause, messages: rows.length, ...(reason === undefined ? {} : { reason }) } });
        return rows.length;
      });
    },

    async begin(job) {
      return await database.transact(async (trx): Promise<RescanBegun> => {
        await lockJob(trx, job.n);
        const open = await trx.selectFrom('outbox').select('n').where('n', '=', job.n).where('closed_at', 'is', null).executeTakeFirst();
        if (open === undefined) return { kind: 'closed' };
        const row = await trx.selectFrom('messages').selectAll().where('id', '=', job.messageId ?? '').where('state', 'in', WAITING).where('shredded_at', 'is', null).executeTakeFirst();
        if (row !== undefined) return { kind: 'go', message: fromRow(row), riskReasons: reasonCodes(row.risk_reasons) };
        await closeJob(trx, job.n, 'moot', now());
        return { kind: 'closed' };
      });
    },

    async finish(job, id, result) {
      await database.transact(async (trx) => {
        const open = await trx.selectFrom('outbox').select('n').where('n', '=', job.n).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
        const row = open === undefined ? undefined : await trx.selectFrom('messages').selectAll().where('id', '=', id).where('state', 'in', WAITING).where('shredded_at', 'is', null).forUpdate().executeTakeFirst();
        const at = now();
        if (open !== undefined) await closeJob(trx, job.n, row === undefined ? 'moot' : 'done', at);
        if (row === undefined) return;
        const terms = [...row.terms.filter((term) => !FOUND.test(term)), ...result.detectors.map((name) => `d:${name}`), ...result.grades.map((grade) => `g:${grade}`)];
        await trx.updateTable('messages').set({
          findings: jsonText(result.findings), finding_counts: jsonText(result.findingCounts), unscannable: jsonText(result.unscannable), receipt: jsonText(result.receipt),
          severity: result.severity, rule: result.rule, policy: result.policy, four_eyes: result.fourEyes,
          risk: result.risk, risk_reasons: jsonText(result.riskReasons), risk_rank: riskRank(result.risk, row.received_at),
          grades: [...result.grades], detectors: [...result.detectors], terms,
          rescanned_at: at, rescan_revision: result.revision,
          // Once more was found than the seal covers, no later scan takes that back: the sealed edits stay what they are.
          rescan_found_more: result.foundMore || row.rescan_found_more,
        }).where('id', '=', id).execute();
        // Marks of false positives name findings by their place in the list, which is another one now.
        await trx.deleteFrom('false_positives').where('message_id', '=', id).execute();
        const data: AuditEntry['data'] = {
          revision: result.revision, before: row.finding_counts, after: result.findingCounts, severity: { from: row.severity, to: result.severity }, rule: { from: row.rule, to: result.rule }, foundMore: result.foundMore,
        };
        await audit.append(trx, { at, actor: 'worker', act: 'message.rescan', subject: id, data });
      });
    },

    async waiting(job, code, delayMs) {
      await database.transact((trx) => postpone(trx, job.n, code, new Date(clock.now() + delayMs), false));
    },

    async last() {
      const row = await database.read((db) => db.selectFrom('rescan_runs').select(['revision', 'cause', 'actor', 'at', 'messages']).orderBy('n', 'desc').limit(1).executeTakeFirst());
      return row;
    },
  };
}

function reasonCodes(reasons: unknown): readonly string[] {
  return Array.isArray(reasons) ? reasons.flatMap((reason: unknown) => (typeof reason === 'object' && reason !== null && 'code' in reason && typeof reason.code === 'string' ? [reason.code] : [])) : [];
}
