/** What an external server is and lets us do, asked before anything is written there. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PgConnection } from './connection.js';
import { closing, kyselyPool, ledgerPool, SCHEMA } from './database.js';
import { DatabaseRefused, databaseRefused } from './database-refused.js';

/** BullMQ's PostgreSQL backend needs it, and older ones get no more fixes. */
const LEAST_VERSION = 13;
/** Far beyond what NTP leaves; a node that is wrong by days would end what others hold, or let its own holds end at once. */
export const CLOCK_OFF_MS = 5 * 60_000;

export interface ServerFacts {
  readonly version: string;
  readonly major: number;
  /** `undefined`: not encrypted. */
  readonly tls: string | undefined;
  readonly standby: boolean;
  readonly readOnly: boolean;
  /** What we asked for at the start of the session is in force. */
  readonly keepsSettings: boolean;
  readonly encoding: string;
  readonly user: string;
  readonly superuser: boolean;
  /** May make a schema here. */
  readonly mayCreate: boolean;
  /** How many more connections this user gets, as far as the server says. */
  readonly connectionsLeft: number;
  /** How far this machine's clock is ahead of the server's. */
  readonly clockAheadMs: number;
}

interface Row {
  readonly version: string;
  readonly number: number;
  readonly tls: string | null;
  readonly standby: boolean;
  readonly read_only: boolean;
  readonly search_path: string;
  readonly encoding: string;
  readonly who: string;
  readonly superuser: boolean;
  readonly may_create: boolean;
  readonly places: number;
  readonly used: number;
  readonly server_ms: number;
}

/** Throws DatabaseRefused with a sentence, or what was thrown where none fits. */
export async function serverFacts(connection: PgConnection): Promise<ServerFacts> {
  const pool = ledgerPool(connection, { max: 1 });
  try {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
    const { rows } = await sql<Row>`
      select current_setting('server_version') as version, current_setting('server_version_num')::integer as number,
             (select s.version from pg_stat_ssl s where s.pid = pg_backend_pid() and s.ssl) as tls,
             pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as read_only,
             current_setting('search_path') as search_path, current_setting('server_encoding') as encoding,
             current_user::text as who, r.rolsuper as superuser, has_database_privilege(current_database(), 'create') as may_create,
             least(current_setting('max_connections')::integer - case when r.rolsuper then 0 else current_setting('superuser_reserved_connections')::integer end,
                   nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1)) as places,
             (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as used,
             (extract(epoch from clock_timestamp()) * 1000)::float8 as server_ms
      from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()`.execute(db);
    const row = rows[0];
    if (row === undefined) throw new DatabaseRefused('no-right');
    return {
      version: (/^[\w.]{1,20}/.exec(row.version) ?? ['?'])[0], major: Math.floor(row.number / 10_000), tls: row.tls ?? undefined,
      standby: row.standby, readOnly: row.read_only, keepsSettings: row.search_path === SCHEMA, encoding: row.encoding,
      user: row.who, superuser: row.superuser, mayCreate: row.may_create, connectionsLeft: Math.max(0, row.places - row.used),
      clockAheadMs: Date.now() - row.server_ms,
    };
  } catch (thrown) {
    throw databaseRefused(thrown) ?? thrown;
  } finally {
    await closing(pool);
  }
}

/** Throws DatabaseRefused for a server that Weir cannot work with. */
export function mustServe(facts: ServerFacts): void {
  if (facts.major < LEAST_VERSION) throw new DatabaseRefused('too-old', { detail: facts.version });
  if (facts.standby || facts.readOnly) throw new DatabaseRefused('read-only');
  if (!facts.keepsSettings) throw new DatabaseRefused('pooler');
  if (facts.encoding !== 'UTF8') throw new DatabaseRefused('not-utf8');
  if (Math.abs(facts.clockAheadMs) > CLOCK_OFF_MS) throw new DatabaseRefused('clock', { detail: String(Math.round(Math.abs(facts.clockAheadMs) / 60_000)) });
}
