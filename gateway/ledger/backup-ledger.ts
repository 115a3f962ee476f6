/** What a backup asks of the ledger beside its rows: whether another one runs, what ended meanwhile, and the record that it was made. */
import type { BackupSource, Clock, EndedMessage } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { PgConnection } from './connection.js';
import type { LedgerDatabase } from './database.js';
import { dumpConnection, ENDED_STATES, ledgerSnapshot } from './dump.js';

/** Beside the audit's locks ("WEIR" and the next). */
const LOCK_SPACE = 0x57454952 + 2;
/** A server that says nothing is not waited for long; pg knows this bound, its declaration does not. */
const GIVE_BACK = { text: `select pg_advisory_unlock(${LOCK_SPACE}, 1)`, query_timeout: 5_000 };
/** Ids asked for at a time. */
const PAGE = 1_000;

export function backupSource(options: { readonly connection: PgConnection; readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock; readonly actor: string }): BackupSource {
  const { connection, database, audit, clock, actor } = options;
  return {
    async alone(work) {
      const { client, end } = await dumpConnection(connection);
      try {
        const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${LOCK_SPACE}, 1) as got`);
        if (rows[0]?.got !== true) return undefined;
        try {
          return await work();
        } finally {
          // It would go with its connection, as it does when this process is killed: a moment later, and the next one may not wait.
          await client.query(GIVE_BACK).catch(() => undefined);
        }
      } finally {
        await end();
      }
    },
    snapshot: () => ledgerSnapshot(connection, { all: false }),
    async ended(ids) {
      const found: EndedMessage[] = [];
      for (let at = 0; at < ids.length; at += PAGE) {
        const page = ids.slice(at, at + PAGE);
        const rows = await database.read((db) =>
          db.selectFrom('messages').select(['id', 'state', 'shredded_at', 'decision_at']).where('id', 'in', page)
            .where((eb) => eb.or([eb('shredded_at', 'is not', null), eb.and([eb('state', 'in', ENDED_STATES), eb('legal_hold', '=', false)])])).execute(),
        );
        for (const { id, state, shredded_at: shredded, decision_at: decided } of rows) {
          found.push({ id, state: ENDED_STATES.find((one) => one === state) ?? 'expired', at: shredded ?? decided ?? new Date(clock.now()) });
        }
      }
      return found;
    },
    async record(act, subject, data) {
      await database.transact((trx) => audit.append(trx, { at: new Date(clock.now()), actor, act, subject, data }, `${act} ${subject}`));
    },
  };
}
