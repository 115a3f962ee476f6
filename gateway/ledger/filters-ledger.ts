/** Saved filters: each account's own, and those that others share. */
import type { Selectable } from 'kysely';
import type { Clock, FiltersLedger, QueueOrder, SavedFilter } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { SavedFiltersTable } from './tables.js';
import { cleanText, jsonText } from './text.js';

/** A list that a person still looks through. */
const OWN_MOST = 50;
const SHOWN_MOST = 200;

export function filtersLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): FiltersLedger {
  const { database, audit, clock } = options;
  return {
    async list(accountId) {
      const rows = await database.read((db) =>
        db.selectFrom('saved_filters').selectAll().where((eb) => eb.or([eb('account_id', '=', accountId), eb('shared', '=', true)]))
          .orderBy((eb) => eb('account_id', '<>', accountId)).orderBy('n').limit(SHOWN_MOST).execute(),
      );
      return rows.map(fromRow);
    },
    async save(accountId, actor, { name, filter, labels, order, shared }) {
      return await database.transact(async (trx) => {
        const at = new Date(clock.now());
        const own = await trx.selectFrom('saved_filters').select(({ fn }) => fn.countAll<number>().as('count')).where('account_id', '=', accountId).executeTakeFirstOrThrow();
        if (own.count >= OWN_MOST) return 'too-many';
        const values = { account_id: accountId, name: cleanText(name), filter: jsonText(filter), labels: jsonText(labels), sort: order ?? null, shared, created_at: at };
        const row = await trx.insertInto('saved_filters').values(values).returningAll().executeTakeFirstOrThrow();
        await audit.append(trx, { at, actor, act: 'filter.save', subject: undefined, data: { filter: row.n, shared } });
        return fromRow(row);
      });
    },
    async remove(accountId, actor, id) {
      return await database.transact(async (trx) => {
        const row = await trx.deleteFrom('saved_filters').where('n', '=', Number(id)).where('account_id', '=', accountId).returning('n').executeTakeFirst();
        if (row === undefined) return false;
        await audit.append(trx, { at: new Date(clock.now()), actor, act: 'filter.delete', subject: undefined, data: { filter: row.n } });
        return true;
      });
    },
  };
}

function fromRow(row: Selectable<SavedFiltersTable>): SavedFilter {
  return {
    id: String(row.n), name: row.name, filter: row.filter, labels: row.labels as SavedFilter['labels'], order: (row.sort ?? undefined) as QueueOrder | undefined,
    shared: row.shared, accountId: row.account_id, createdAt: row.created_at,
  };
}
