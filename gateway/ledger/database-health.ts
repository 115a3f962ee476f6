/** The database's line in /readyz: only holding needs it (HC 24). */
import { sql } from 'kysely';
import { causeCode } from '../errors.js';
import type { Clock, Health } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import { CLOCK_OFF_MS } from './postgres-server.js';

export function databaseHealth(database: LedgerDatabase, clock: Clock = Date): Health {
  return {
    component: 'database',
    async check() {
      try {
        const { rows } = await database.read((db) => sql<{ ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(db));
        const ok = Math.abs(clock.now() - (rows[0]?.ms ?? 0)) <= CLOCK_OFF_MS;
        return { ok, neededFor: 'hold', detail: ok ? 'up' : 'clock-off' };
      } catch (error) {
        return { ok: false, neededFor: 'hold', detail: causeCode(error) };
      }
    },
  };
}
