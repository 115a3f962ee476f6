/** What monitored rules would have done, counted by all processes of a fleet into one table. */
import { sql } from 'kysely';
import type { Clock, MonitorCounts, MonitorRow } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import type { Trx } from './tables.js';
import { cleanText } from './text.js';

/** Rows a day: 500 rules × some routes stay far below; more is folded into one number. */
export const ROWS_PER_DAY = 2_000;
/** No route or rule is called so: the day on which counting began, and what had no row of its own. */
const BEGUN = { route: '', rule: '', action: 'pass' } as const;
const FOLDED = { route: '', rule: 'folded', action: 'pass' } as const;

const keyOf = ({ route, rule, action }: Pick<MonitorRow, 'route' | 'rule' | 'action'>): string => `${route}\n${rule}\n${action}`;

export function monitorLedger({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): MonitorCounts {
  return {
    async add(rows) {
      await database.transact((trx) => addRows(trx, rows));
    },
    async takeIn(digest, since, rows) {
      await database.transact(async (trx) => {
        const taken = await trx.insertInto('monitor_imports').values({ digest, at: new Date(clock.now()) }).onConflict((conflict) => conflict.doNothing()).returning('digest').executeTakeFirst();
        if (taken === undefined) return;
        await addRows(trx, [{ day: since, ...BEGUN, exchanges: 0 }, ...rows]);
      });
    },
    async begin(day) {
      await database.transact((trx) => addRows(trx, [{ day, ...BEGUN, exchanges: 0 }]));
    },
    async report(from) {
      return await database.read(async (db) => {
        const rows = await db.selectFrom('monitor_counts').selectAll().where('day', '>=', from).orderBy('day').orderBy('route').orderBy('rule').orderBy('action').execute();
        const first = await db.selectFrom('monitor_counts').select(({ fn }) => fn.min('day').as('day')).executeTakeFirst();
        return {
          since: first?.day ?? undefined,
          rows: rows.filter(({ route }) => route !== ''),
          folded: rows.reduce((sum, { route, rule, exchanges }) => (route === '' && rule === FOLDED.rule ? sum + exchanges : sum), 0),
        };
      });
    },
    async forget(before) {
      // The day on which counting began stays: it says how much a quiet month means.
      await database.transact((trx) => trx.deleteFrom('monitor_counts').where('day', '<', before).where((eb) => eb.or([eb('route', '<>', ''), eb('rule', '<>', '')])).execute());
    },
  };
}

async function addRows(trx: Trx, rows: readonly MonitorRow[]): Promise<void> {
  for (const day of new Set(rows.map((row) => row.day))) {
    const there = await trx.selectFrom('monitor_counts').select(['route', 'rule', 'action']).where('day', '=', day).execute();
    const known = new Set(there.map(keyOf));
    let folded = 0;
    // In one order everywhere: two nodes that write at once wait for each other instead of locking each other out.
    const sums = new Map<string, MonitorRow>();
    for (const row of rows.filter((one) => one.day === day)) {
      const key = keyOf(row);
      if (!known.has(key) && known.size >= ROWS_PER_DAY && row.route !== '') {
        folded += row.exchanges;
        continue;
      }
      known.add(key);
      sums.set(key, { ...row, exchanges: row.exchanges + (sums.get(key)?.exchanges ?? 0) });
    }
    if (folded > 0) sums.set(keyOf(FOLDED), { day, ...FOLDED, exchanges: folded });
    const values = [...sums.keys()].sort().flatMap((key) => sums.get(key) ?? []).map((row) => ({ day: row.day, route: cleanText(row.route), rule: cleanText(row.rule), action: row.action, exchanges: row.exchanges }));
    if (values.length === 0) continue;
    await trx.insertInto('monitor_counts').values(values)
      .onConflict((conflict) => conflict.columns(['day', 'route', 'rule', 'action']).doUpdateSet({ exchanges: sql<number>`monitor_counts.exchanges + excluded.exchanges` })).execute();
  }
}
