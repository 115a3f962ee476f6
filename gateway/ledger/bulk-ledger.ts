/** Bulk decisions in SQL: what a filter or a list of ids would touch, and the plan that a preview leaves behind for five minutes. */
import { sql } from 'kysely';
import type { BulkAction, BulkLedger, BulkPlan, Clock } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { maskedRefusal } from './masked-refused.js';
import { inScope, isWaiting, matching, ORDERS } from './queue-filter.js';
import { jsonText } from './text.js';

/** Pictures have nothing to mask. Of findings beyond those kept it is not known whether a mask reaches them. */
const leavesUnmasked = sql<boolean>`(jsonb_path_exists(unscannable, '$[*] ? (@.reason != "no-text")') or jsonb_path_exists(findings, '$[*] ? (@.maskable == false)')
  or (select coalesce(sum(value::bigint), 0) from jsonb_each_text(finding_counts)) > jsonb_array_length(findings))`.as('leaves_unmasked');

export function bulkLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): BulkLedger {
  const { database, audit, clock } = options;
  return {
    async candidates(pick, scope, limit) {
      const rows = await database.read((db) => {
        const query = db.selectFrom('messages').select(['id', 'state', 'four_eyes', 'legal_hold', 'route', 'sender', 'finding_counts', leavesUnmasked, maskedRefusal]).where(inScope(scope)).limit(limit);
        if ('ids' in pick) return query.where(sql<boolean>`id = any(${pick.ids}::text[])`).orderBy('id').execute();
        const found = query.where(matching(pick.filter)).$if(pick.filter.states === undefined, (all) => all.where(isWaiting()));
        return ORDERS.risk.reduce((sorted, [column, direction]) => sorted.orderBy(column, direction), found).execute();
      });
      return rows.map((row) => ({
        id: row.id, state: row.state, fourEyes: row.four_eyes, legalHold: row.legal_hold, leavesUnmasked: row.leaves_unmasked, maskedRefusal: row.masked_refusal ?? undefined, route: row.route, sender: row.sender ?? undefined,
        findingCounts: row.finding_counts as Readonly<Record<string, number>>,
      }));
    },

    async plan(tokenHash, plan, data) {
      await database.transact(async (trx) => {
        const at = new Date(clock.now());
        await trx.deleteFrom('bulk_plans').where('expires_at', '<=', at).execute();
        const { actor, action, digest, expiresAt } = plan;
        const kept = jsonText({ accountId: plan.accountId, ids: plan.ids });
        await trx.insertInto('bulk_plans').values({ token_hash: tokenHash, actor, action, plan: kept, digest, expires_at: expiresAt }).execute();
        await audit.append(trx, { at, actor, act: 'message.bulk.preview', subject: undefined, data: { action, digest, ...data } });
      });
    },

    async take(tokenHash, { actor, action }) {
      return await database.transact(async (trx): Promise<BulkPlan | undefined> => {
        const at = new Date(clock.now());
        const row = await trx.deleteFrom('bulk_plans').where('token_hash', '=', tokenHash).where('actor', '=', actor).where('action', '=', action).where('expires_at', '>', at)
          .returning(['plan', 'digest', 'expires_at']).executeTakeFirst();
        if (row === undefined) return undefined;
        const { accountId, ids } = row.plan as { readonly accountId?: string | null; readonly ids: readonly string[] };
        await audit.append(trx, { at, actor, act: 'message.bulk', subject: undefined, data: { action, digest: row.digest, count: ids.length, ...(accountId === undefined ? {} : { to: accountId }) } });
        return { actor, action: action satisfies BulkAction, accountId, ids, digest: row.digest, expiresAt: row.expires_at };
      });
    },

    async finished(actor, digest, data) {
      await database.transact((trx) => audit.append(trx, { at: new Date(clock.now()), actor, act: 'message.bulk.done', subject: undefined, data: { digest, ...data } }));
    },
  };
}
