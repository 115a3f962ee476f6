/** The queue in SQL: pages by keyset on indexes, groups, counts, and who is to decide what; every question within its caller's scope. */
import { sql } from 'kysely';
import { WAITING_STATES, type AssignResult, type Clock, type QueueLedger } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { afterCursor, cursorOf, inScope, isLate, isWaiting, matching, ORDERS } from './queue-filter.js';
import { groupSizes, queued, QUEUE_COLUMNS } from './queue-rows.js';

const PAGE_MOST = 200;

/** A cursor that no page has given: the asker's mistake, not the ledger's. */
export class BadCursor extends RangeError {
  override readonly name = 'BadCursor';
}

export function queueLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): QueueLedger {
  const { database, audit, clock } = options;
  return {
    async page({ filter, scope, order, limit: asked, after }) {
      const limit = Math.min(Math.max(asked, 1), PAGE_MOST);
      const from = after === undefined ? undefined : afterCursor(order, after);
      if (after !== undefined && from === undefined) throw new BadCursor('a cursor of another list');
      return await database.read(async (db) => {
        let query = db.selectFrom('messages').select(QUEUE_COLUMNS).where(matching(filter)).where(inScope(scope)).limit(limit + 1);
        if (from !== undefined) query = query.where(from);
        for (const [column, direction] of ORDERS[order]) query = query.orderBy(column, direction);
        const rows = await query.execute();
        const page = rows.slice(0, limit);
        const sizes = await groupSizes(db, page.map(({ group_key }) => group_key), scope);
        const last = page.at(-1);
        return {
          messages: page.map((row) => queued(row, sizes.get(row.group_key) ?? 0)),
          next: rows.length > limit && last !== undefined ? cursorOf(order, last) : undefined,
        };
      });
    },

    async groups({ filter, scope, limit }) {
      return await database.read(async (db) => {
        const groups = await db.selectFrom('messages').select(({ fn }) => ['group_key', fn.countAll<number>().as('size'), fn.max('id').as('sample'), fn.min('id').as('first')])
          .where(filter.states === undefined ? isWaiting() : matching({ states: filter.states, terms: [] })).where(matching({ ...filter, states: undefined })).where(inScope(scope))
          .where('group_key', '<>', '').groupBy('group_key').orderBy('size', 'desc').orderBy('group_key').limit(Math.min(Math.max(limit, 1), PAGE_MOST)).execute();
        if (groups.length === 0) return [];
        const rows = await db.selectFrom('messages').select(QUEUE_COLUMNS).where('id', 'in', [...new Set(groups.flatMap(({ sample, first }) => [sample, first]))]).execute();
        const byId = new Map(rows.map((row) => [row.id, row]));
        return groups.flatMap(({ group_key: key, size, sample, first }) => {
          const row = byId.get(sample);
          const oldest = byId.get(first);
          if (row === undefined || oldest === undefined) return [];
          const message = queued(row, size);
          return [{ key, why: message.queue.groupReason, size, oldest: oldest.received_at, sample: message }];
        });
      });
    },

    async counts({ scope, accountId, now, sla }) {
      return await database.read(async (db) => {
        const states = await db.selectFrom('messages').select(({ fn }) => ['state', fn.countAll<number>().as('count')]).where(inScope(scope)).groupBy('state').execute();
        const waiting = await db.selectFrom('messages').where(isWaiting()).where(inScope(scope))
          .select(({ fn, eb }) => [
            fn.countAll<number>().filterWhere(accountId === undefined ? eb.lit(false) : eb('assignee', '=', accountId)).as('mine'),
            fn.countAll<number>().filterWhere('assignee', 'is', null).as('unassigned'),
            fn.countAll<number>().filterWhere(isLate(now, sla)).as('late'),
          ]).executeTakeFirstOrThrow();
        return { states: Object.fromEntries(states.map(({ state, count }) => [state, count])), ...waiting };
      });
    },

    async visible(ids, scope) {
      if (ids.length === 0) return new Set();
      const rows = await database.read((db) => db.selectFrom('messages').select('id').where(sql<boolean>`id = any(${ids}::text[])`).where(inScope(scope)).execute());
      return new Set(rows.map(({ id }) => id));
    },

    async assign(id, { to, scope, actor }) {
      return await database.transact(async (trx): Promise<AssignResult> => {
        const row = await trx.selectFrom('messages').select(['state', 'assignee']).where('id', '=', id).where(inScope(scope)).forUpdate().executeTakeFirst();
        if (row === undefined) return { kind: 'not-found' };
        if (!WAITING_STATES.some((state) => state === row.state)) return { kind: 'wrong-state', state: row.state };
        await trx.updateTable('messages').set({ assignee: to }).where('id', '=', id).execute();
        await audit.append(trx, { at: new Date(clock.now()), actor, act: 'message.assign', subject: id, data: { from: row.assignee, to } });
        return { kind: 'done' };
      });
    },
  };
}
