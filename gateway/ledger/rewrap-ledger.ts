/** Which messages may get a new key header, and a lock under which none of them can be destroyed meanwhile. */
import { sql } from 'kysely';
import type { Clock, ExchangeId } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';

export interface RewrapLedger {
  /** Messages whose content still exists, oldest first, after the given id. */
  kept(after: string, limit: number): Promise<readonly ExchangeId[]>;
  /** Runs `work` while the message stays as it is; undefined when its end was decided in the meantime. */
  whileKept<T>(id: ExchangeId, work: () => Promise<T>): Promise<T | undefined>;
  /** One at a time, also from several commands: each must see what the one before has written. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  record(act: 'keys.rotate' | 'keys.rewrap' | 'keys.escrow', data: Readonly<Record<string, string | number>>): Promise<void>;
}

/** Their content is destroyed by a job that may be running now. */
const ENDED = ['released', 'rejected', 'expired'] as const;

export function rewrapLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): RewrapLedger {
  return {
    async kept(after, limit) {
      const rows = await database.read((db) =>
        db.selectFrom('messages').select('id').where('id', '>', after).where('shredded_at', 'is', null).where('state', 'not in', ENDED).orderBy('id').limit(limit).execute(),
      );
      return rows.map(({ id }) => id as ExchangeId);
    },
    whileKept: (id, work) =>
      database.transact(async (trx) => {
        const row = await trx.selectFrom('messages').select('id').where('id', '=', id).where('shredded_at', 'is', null).where('state', 'not in', ENDED).forUpdate().executeTakeFirst();
        return row === undefined ? undefined : await work();
      }),
    alone: (work) =>
      database.transact(async (trx) => {
        await sql`select pg_advisory_xact_lock(hashtext('weir keys'))`.execute(trx);
        return await work();
      }),
    record: (act, data) => database.transact((trx) => audit.append(trx, { at: new Date(clock.now()), actor: 'command', act, subject: undefined, data })),
  };
}
