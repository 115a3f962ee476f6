/** The nodes that share this ledger: each says every few seconds that it is there, and which policy it runs. */
import { sql } from 'kysely';
import type { NodeRole, NodesLedger } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import { cleanText } from './text.js';

/** Six beats: a restart of the database is no loss. */
const ALIVE_MS = 60_000;
const FORGOTTEN_MS = 86_400_000;

/** Time is the database's: the clocks of a fleet's machines differ. */
const ago = (ms: number) => sql<Date>`clock_timestamp() - ${ms}::float8 * interval '1 millisecond'`;
const now = sql<Date>`clock_timestamp()`;

export function nodesLedger({ database }: { readonly database: LedgerDatabase }): NodesLedger {
  return {
    async beat(node, began) {
      await database.transact(async (trx) => {
        const told = { host: cleanText(node.host), version: node.version, roles: [...node.roles], processes: node.processes, revision: node.revision ?? null };
        await trx.insertInto('nodes').values({ id: node.id, ...told, revision_since: node.revision === undefined ? null : now, started_at: now, last_seen: now })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({
            ...told,
            revision_since: sql<Date>`case when nodes.revision is distinct from excluded.revision then excluded.revision_since else nodes.revision_since end`,
            started_at: began ? now : sql<Date>`nodes.started_at`,
            last_seen: now,
          })).execute();
        if (began) await trx.deleteFrom('nodes').where('last_seen', '<', ago(FORGOTTEN_MS)).execute();
      });
    },
    async list() {
      const rows = await database.read((db) =>
        db.selectFrom('nodes').selectAll().select(sql<boolean>`last_seen > ${ago(ALIVE_MS)}`.as('is_alive')).where('last_seen', '>', ago(FORGOTTEN_MS)).orderBy('started_at').orderBy('id').execute(),
      );
      return rows.map((row) => ({
        id: row.id, host: row.host, version: row.version, roles: row.roles as NodeRole[], processes: row.processes, revision: row.revision ?? undefined,
        startedAt: row.started_at, revisionSince: row.revision_since ?? undefined, lastSeen: row.last_seen, isAlive: row.is_alive,
      }));
    },
    async leave(id) {
      await database.transact((trx) => trx.deleteFrom('nodes').where('id', '=', id).execute());
    },
  };
}
