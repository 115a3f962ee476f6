/** The database's line in /readyz: only holding needs it (HC 24). */
import { sql } from 'kysely';
import { causeCode } from '../errors.js';
import type { Health } from '../ports.js';
import type { LedgerDatabase } from './database.js';

export function databaseHealth(database: LedgerDatabase): Health {
  return {
    component: 'database',
    async check() {
      try {
        await database.read((db) => sql`select 1`.execute(db));
        return { ok: true, neededFor: 'hold', detail: 'up' };
      } catch (error) {
        return { ok: false, neededFor: 'hold', detail: causeCode(error) };
      }
    },
  };
}
