/** An external PostgreSQL: TLS by libpq's modes, passwords that rotate, a role that cannot rewrite the audit, fail-over, and each refusal in words. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectionFromUrl, type PgConnection } from '../../../gateway/ledger/connection.js';
import { ledgerDatabase } from '../../../gateway/ledger/database.js';
import { databaseHealth } from '../../../gateway/ledger/database-health.js';
import { externalConnections } from '../../../gateway/ledger/external-connections.js';
import { leases } from '../../../gateway/ledger/leases-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { mustServe, serverFacts, type ServerFacts } from '../../../gateway/ledger/postgres-server.js';
import { overPostgres } from '../../../workers/carrier-postgres.js';
import { manualClock } from '../../kit/clock.js';
import { externalPostgres, startExternalPostgres } from '../../kit/external-postgres.js';
import { tempFolder } from '../../kit/temp.js';
import { until } from '../../kit/patience.js';

const plain = externalPostgres();
const sealed = externalPostgres({ tls: true });
const folder = tempFolder('external');
const external = { separateRole: false } as const;

const problemOf = async (url: string | PgConnection): Promise<unknown> => {
  const refused: unknown = await migrateLedger(typeof url === 'string' ? connectionFromUrl(url) : url, external).catch((error: unknown) => error);
  const { name, problem, message } = refused as { name?: string; problem?: string; message: string };
  // Whatever happened, who starts Weir reads neither the password nor the server's words.
  expect(message).not.toMatch(/pass-|w\/e:i|pass%|127\.0\.0\.1|authentication failed|FATAL/);
  return name === 'DatabaseRefused' ? problem : refused;
};
async function who(connection: PgConnection): Promise<unknown> {
  const database = ledgerDatabase({ ...connection, poolMax: 3 });
  try {
    const shown = await database.read((db) => sql<{ who: string; tls: boolean }>`select current_user::text as who, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as tls`.execute(db));
    return shown.rows[0];
  } finally {
    await database.close();
  }
}

describe('the start on an external database', () => {
  it('says in one sentence why it cannot be used', async () => {
    const { urlOf, psql, port } = plain();
    expect(await problemOf(urlOf({ password: 'wrong' }))).toBe('wrong-password');
    expect(await problemOf(urlOf({ password: '' }))).toBe('no-password');
    expect(await problemOf(urlOf({ user: 'nobody-here' }))).toBe('wrong-password');
    expect(await problemOf(urlOf({ database: 'not_there' }))).toBe('no-database');
    expect(await problemOf(`${urlOf({})}?sslmode=require`)).toBe('no-tls');
    expect(await problemOf(urlOf({}).replace(String(port), '1'))).toBe('unreachable');
    await psql([`create role guest login password 'g'`, 'create database guarded'], 'postgres');
    expect(await problemOf(urlOf({ user: 'guest', password: 'g', database: 'guarded' }))).toBe('no-right');
    await psql(`create database reading owner weir`, 'postgres');
    await psql(`alter database reading set default_transaction_read_only = on`, 'postgres');
    expect(await problemOf(urlOf({ database: 'reading' }))).toBe('read-only');
    await psql(`create database latin owner weir encoding 'LATIN1' locale 'C' template template0`, 'postgres');
    expect(await problemOf(urlOf({ database: 'latin' }))).toBe('not-utf8');
    await psql([`create role crowded login password 'c' connection limit 0`, 'create database crowd owner crowded'], 'postgres');
    expect(await problemOf(urlOf({ user: 'crowded', password: 'c', database: 'crowd' }))).toBe('no-connections');
  });

  it('refuses a server that is too old, one whose clock is far from ours, and a pooler that drops what a session needs', async () => {
    const facts: ServerFacts = { version: '12.22', major: 12, tls: undefined, standby: false, readOnly: false, keepsSettings: true, encoding: 'UTF8', user: 'weir', superuser: false, mayCreate: true, connectionsLeft: 9, clockAheadMs: 0 };
    expect(() => mustServe(facts)).toThrow('PostgreSQL 12.22; Weir needs 13');
    expect(() => mustServe({ ...facts, major: 13, keepsSettings: false })).toThrow('pooler');
    for (const clockAheadMs of [-40 * 86_400_000, 6 * 60_000]) expect(() => mustServe({ ...facts, major: 15, clockAheadMs })).toThrow('minutes. Set both by NTP');
    expect(() => mustServe({ ...facts, major: 15, clockAheadMs: 4 * 60_000 })).not.toThrow();
    // PgBouncer's answer to a start-up parameter it was not told to ignore.
    const text = Buffer.from('SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0', 'latin1');
    const length = Buffer.alloc(4);
    length.writeInt32BE(text.length + 4);
    const pooler = createServer((socket) => socket.once('data', () => socket.end(Buffer.concat([Buffer.from('E'), length, text]))));
    await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', resolve));
    const address = pooler.address();
    expect(await problemOf(`postgres://weir:p@127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}/weir`)).toBe('pooler');
    await new Promise((resolve) => pooler.close(resolve));
  });
});

describe('TLS to an external database', () => {
  it('is encrypted by require, checked by verify-ca and verify-full, and there is no way without', async () => {
    const { url, ca, certificates, urlOf } = sealed();
    const bare = (query: string): string => `${urlOf({}).split('?')[0] ?? ''}?${query}`;
    expect(await who(connectionFromUrl(url))).toEqual({ who: 'weir', tls: true });
    expect(await who(connectionFromUrl(bare('sslmode=require')))).toMatchObject({ tls: true });
    expect(await problemOf(bare('sslmode=disable'))).toBe('not-let-in');
    expect(await problemOf(bare('sslmode=verify-full'))).toBe('untrusted');
    expect(await problemOf(bare(`sslmode=verify-ca&sslrootcert=${String(certificates?.otherCa)}`))).toBe('untrusted');
    expect(await problemOf(bare(`sslmode=require&sslrootcert=${String(certificates?.otherCa)}`))).toBe('untrusted');
    // The server listens there too, and its certificate says localhost and 127.0.0.1.
    const other = bare(`sslrootcert=${String(ca)}`).replace('@127.0.0.1', '@127.0.0.2');
    expect(await problemOf(`${other}&sslmode=verify-full`)).toBe('wrong-name');
    expect(await who(connectionFromUrl(`${other}&sslmode=verify-ca`))).toMatchObject({ tls: true });
    expect((await serverFacts(connectionFromUrl(url))).tls).toMatch(/^TLSv1\.[23]$/);
  });

  it('lets a client in by its certificate', async () => {
    const { psql, ca, certificates, port } = sealed();
    await psql('create role weir_cert login', 'postgres');
    const url = `postgres://weir_cert@127.0.0.1:${String(port)}/weir?sslmode=verify-full&sslrootcert=${String(ca)}&sslcert=${String(certificates?.clientCert)}&sslkey=${String(certificates?.clientKey)}`;
    expect(await who(connectionFromUrl(url))).toEqual({ who: 'weir_cert', tls: true });
    expect(await problemOf(url.replace(/&sslcert.*/, ''))).toBe('not-let-in');
  });
});

/** SQLSTATE of the error that `action` ends with, if any. */
const stateOf = (action: () => Promise<unknown>): Promise<string | undefined> =>
  action().then(() => undefined, (error: unknown) => (error as { sqlState?: string }).sqlState);

describe('a password file', () => {
  it('takes the place of the URL’s password, and a rotated one is taken up while Weir runs', async () => {
    const { psql, urlOf } = plain();
    await psql([`create role rotating login password 'first-pass-1'`, 'create database rotated owner rotating'], 'postgres');
    const file = join(folder, 'password');
    writeFileSync(file, 'first-pass-1\n');
    const env = { WEIR_DATABASE_URL: urlOf({ user: 'rotating', password: 'not-this', database: 'rotated' }), WEIR_DATABASE_PASSWORD_FILE: file };
    const owner = externalConnections(env)?.owner;
    if (owner === undefined) throw new Error('no connection');
    const database = ledgerDatabase(await migrateLedger(owner, external));
    const ask = () => database.read((db) => sql`select 1`.execute(db));
    await ask();
    await psql(`alter role rotating password 'second-pass-2'`, 'postgres');
    await psql(`select pg_terminate_backend(pid, 60000) from pg_stat_activity where usename = 'rotating'`, 'postgres');
    // A connection may hear only with its next question that it was cut (57P01): what counts is how a new one is answered.
    await until('a new connection, refused for its password', async () => (await stateOf(ask)) === '28P01');
    writeFileSync(file, 'second-pass-2\n');
    await ask();
    await database.close();
    expect(() => externalConnections({ ...env, WEIR_DATABASE_PASSWORD_FILE: join(folder, 'none') })).toThrow('WEIR_DATABASE_PASSWORD_FILE');
  });
});

describe('a role of its own for daily work', () => {
  it.each(['the owner', 'the daily role'] as const)('shares the queues of jobs with the other, when %s was there first', async (first) => {
    const { psql, urlOf } = plain();
    const name = first === 'the owner' ? 'owner_first' : 'daily_first';
    await psql([`create role ${name}_role login password 'd'`, `create database ${name} owner weir`], 'postgres');
    const owner = connectionFromUrl(urlOf({ database: name }));
    const daily = connectionFromUrl(urlOf({ database: name, user: `${name}_role`, password: 'd' }));
    const open = async (connection: PgConnection): Promise<void> => {
      const side = await overPostgres(connection, () => undefined);
      const queue = await side.queue('release');
      await queue.add('row', { row: 1 });
      await side.end();
    };
    await migrateLedger(owner, external);
    if (first === 'the owner') {
      await open(owner);
      await expect(open(daily)).rejects.toMatchObject({ problem: 'schema-older' });
    }
    expect(await migrateLedger(owner, { ...external, app: daily })).toBe(daily);
    await open(daily);
    await Promise.all([open(owner), open(daily), open(owner)]);
  });

  it('does everything but rewrite the audit and the list of changes; a node that has only this role starts once the owner has been there', async () => {
    const { psql, urlOf } = plain();
    await psql([`create role daily login password 'd'`, 'create database roles owner weir'], 'postgres');
    const env = { WEIR_DATABASE_URL: urlOf({ database: 'roles' }), WEIR_DATABASE_APP_URL: urlOf({ database: 'roles', user: 'daily', password: 'd' }) };
    const ways = externalConnections(env);
    if (ways?.app === undefined) throw new Error('no connection');
    expect(await problemOf(ways.app)).toBe('no-right');
    const app = await migrateLedger(ways.owner, { ...external, app: ways.app });
    expect(app.user).toBe('daily');
    const database = ledgerDatabase(app);
    await database.transact((trx) => trx.insertInto('audit').values({ writer: 'w', seq: 1, entry_id: 'e', at: new Date(), actor: 'a', act: 'x', subject: null, data: '{}', prev: 'p', hash: 'h' }).execute());
    for (const statement of ['update audit set act = $$y$$', 'delete from audit', 'truncate audit', 'alter table audit disable trigger all', 'delete from schema_changes', 'drop table messages']) {
      await expect(database.transact((trx) => sql.raw(statement).execute(trx))).rejects.toMatchObject({ kind: 'refused', sqlState: '42501' });
    }
    await database.transact((trx) => sql`select audit_make_partitions()`.execute(trx));
    await database.close();
    // A second node, and one that was given this role alone.
    expect((await migrateLedger(ways.owner, { ...external, app: ways.app })).user).toBe('daily');
    expect((await migrateLedger(ways.app, external)).user).toBe('daily');
    await expect(migrateLedger(ways.app, { ...external, migrations: { '9001-new': { up: async () => undefined } } })).rejects.toMatchObject({ problem: 'schema-newer' });
    await expect(migrateLedger(ways.owner, { ...external, app: ways.owner })).rejects.toMatchObject({ problem: 'app-role' });
    await expect(migrateLedger(ways.owner, { ...external, app: { ...ways.app, user: 'unheard_of' } })).rejects.toMatchObject({ problem: 'app-role' });
  });
});

describe('a node whose clock is wrong', () => {
  it('does nothing for the others that its time decides, and is not ready to hold', async () => {
    const database = ledgerDatabase(await migrateLedger(connectionFromUrl(await plain().newDatabase()), external));
    try {
      const clock = manualClock(Date.now());
      const book = leases({ database, clock });
      expect(await book.hold('periodic', 'here', 60_000)).toBe(true);
      for (const off of [40 * 86_400_000, -3_600_000]) {
        clock.set(Date.now() + off);
        expect(await book.hold('periodic', 'here', 60_000)).toBe(false);
        expect(await databaseHealth(database, clock).check()).toMatchObject({ ok: false, detail: 'clock-off' });
      }
      clock.set(Date.now());
      expect(await book.hold('periodic', 'here', 60_000)).toBe(true);
      expect(await databaseHealth(database, clock).check()).toMatchObject({ ok: true });
    } finally {
      await database.close();
    }
  });
});

describe('several hosts', () => {
  it('are one database: writes go where the primary is, also after the standby was promoted', async () => {
    const primary = plain();
    await primary.psql('create database moving owner weir', 'postgres');
    const standby = await startExternalPostgres({ standbyOf: primary });
    try {
      const hosts = `127.0.0.1:${String(standby.port)},127.0.0.1:${String(primary.port)}`;
      const url = `${primary.urlOf({ database: 'moving' }).replace(/@[^/]+/, `@${hosts}`)}?target_session_attrs=read-write`;
      const connection = connectionFromUrl(url);
      const database = ledgerDatabase(await migrateLedger(connection, external));
      const write = (id: string) => database.transact((trx) => trx.insertInto('vault_claims').values({ id, claim: 'orphan', at: new Date() }).execute());
      await write('before');
      expect(await problemOf(`postgres://weir:${encodeURIComponent(primary.password)}@127.0.0.1:${String(standby.port)}/moving`)).toBe('read-only');
      await until('a standby that followed', async () => (await standby.psql(`select 1 from weir.vault_claims where id = 'before'`, 'moving').catch(() => [])).length > 0);
      await primary.kill();
      await expect(write('while').then(() => write('while'))).rejects.toMatchObject({ kind: 'unavailable' });
      await standby.promote();
      await write('after');
      expect(await database.read((db) => db.selectFrom('vault_claims').select('id').orderBy('id').execute())).toEqual([{ id: 'after' }, { id: 'before' }]);
      await database.close();
    } finally {
      await standby.end();
      await primary.start();
    }
  });
});
