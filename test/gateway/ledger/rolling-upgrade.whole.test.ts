/** Versions side by side: a program works with what the next one made of the schema, starts beside it, and refuses in words what it cannot work with. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { connectionFromUrl } from '../../../gateway/ledger/connection.js';
import { closing, ledgerDatabase, ledgerPool, SCHEMA } from '../../../gateway/ledger/database.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { madeMigrations, migrateLedger, migrateLedgerTo, MIGRATIONS } from '../../../gateway/ledger/migrate.js';
import type { LedgerMigrations } from '../../../gateway/ledger/migrations/migration.js';
import { outbox } from '../../../gateway/ledger/outbox.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { catalogue, stumbles } from '../../kit/catalogue.js';
import { manualClock } from '../../kit/clock.js';
import { externalPostgres } from '../../kit/external-postgres.js';
import { heldEntry, heldMessage } from '../../kit/held.js';

const server = externalPostgres();
const clock = manualClock();
const names = Object.keys(MIGRATIONS).sort();
const FIRST_WITH_A_RULE = '0007';
const upTo = (last: string): LedgerMigrations => Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name <= last));
const external = { separateRole: false } as const;
const newest = names.at(-1) ?? '';

const doing = (...statements: readonly string[]) => async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db);
};

/** Rules on old tables that no older program can meet, each with the reason. */
const MEETS_NOBODY: Readonly<Record<string, string>> = {
  'outbox.outbox_one_rescan': 'only rows of a kind that older programs do not write',
};

interface Place {
  readonly name: string;
  readonly connection: ReturnType<typeof connectionFromUrl>;
}
async function database(template?: string): Promise<Place> {
  const connection = connectionFromUrl(await server().newDatabase(template));
  return { name: connection.database, connection };
}
let made: Place;
beforeAll(async () => {
  made = await database();
  await migrateLedger(made.connection, external);
});
/** One that was brought up to date before. */
const upToDate = (): Promise<Place> => database(made.name);

describe('each change of the schema', () => {
  it('leaves alone what older programs use, or says whom it needs', async () => {
    const { name, connection } = await database();
    await migrateLedgerTo(connection, names.filter((one) => one < FIRST_WITH_A_RULE));
    let before = await catalogue((text) => server().psql(text, name));
    expect(before.columns.size).toBeGreaterThan(150);
    for (const one of names.filter((each) => each >= FIRST_WITH_A_RULE)) {
      await migrateLedger(connection, { ...external, migrations: upTo(one) });
      const after = await catalogue((text) => server().psql(text, name));
      const met = stumbles(before, after).filter((line) => !Object.keys(MEETS_NOBODY).some((rule) => line.startsWith(`${rule} `)));
      if (MIGRATIONS[one]?.needs === undefined) expect({ [one]: met }).toEqual({ [one]: [] });
      before = after;
    }
  });

  it.each([
    ['drop table comments', 'comments.words is gone'],
    ['alter table messages drop column subject', 'messages.subject is gone'],
    ['alter table messages rename column subject to topic', 'messages.subject is gone'],
    ['alter table comments alter column words type varchar(10)', 'comments.words changed its type'],
    ['alter table messages alter column subject set not null', 'messages.subject may no longer be null'],
    ['alter table messages alter column risk drop default', 'messages.risk is no longer filled by itself'],
    ['alter table messages add column must text not null', 'messages.must is new and must be given'],
    ['alter table messages add constraint small check (bytes < 10)', 'messages.small is a new or changed check rule'],
    ['create unique index once on messages (target)', 'messages.once is a new or changed unique rule'],
    ['create table later (id text references messages)', 'later.later_id_fkey keeps rows of messages from being deleted'],
    [`alter table bypasses drop constraint bypasses_state_check, add constraint bypasses_state_check check (state in ('proposed', 'active'))`, 'bypasses.bypasses_state_check is a new or changed check rule'],
    ['drop function tell_of_message() cascade', 'tell_of_message() is gone'],
    ['create function no() returns trigger language plpgsql as $$ begin return null; end $$; create trigger no before insert on messages for each row execute function no()', 'messages.no is a new or changed trigger rule'],
  ])('is caught when it would trip an older program: %s', async (statement, line) => {
    const { name } = await upToDate();
    const before = await catalogue((text) => server().psql(text, name));
    await server().psql(`set search_path = weir; ${statement}`, name);
    expect(stumbles(before, await catalogue((text) => server().psql(text, name)))).toContain(line);
  });

  it('may add what an older program does not meet', async () => {
    const { name } = await upToDate();
    const before = await catalogue((text) => server().psql(text, name));
    await server().psql(
      `set search_path = weir; alter table messages add column later text unique, add column n integer not null default 0 check (n >= 0), alter column target drop not null;
       alter table bypasses drop constraint bypasses_state_check, add constraint bypasses_state_check check (state in ('proposed', 'active', 'refused', 'ended', 'expired', 'paused'));
       create table later (id text primary key); create index messages_by_later on messages (later)`, name,
    );
    expect(stumbles(before, await catalogue((text) => server().psql(text, name)))).toEqual([]);
  });
});

describe('an older program', () => {
  it('starts on the newest schema and works, also one that still asks kysely', async () => {
    const { name, connection } = await upToDate();
    // Of any release: what it knows is made, what it does not know says that this suits.
    for (const last of names.filter((one) => one >= '0006')) await migrateLedger(connection, { ...external, migrations: upTo(last) });
    const pool = ledgerPool(connection, { max: 2 });
    const before = upTo('0006-audit');
    const asked = await new Migrator({ db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }), provider: { getMigrations: () => Promise.resolve({ ...before }) }, migrationTableSchema: SCHEMA }).migrateToLatest();
    await closing(pool);
    expect(asked).toEqual({ results: [] });
    // What the statements of 0001 to 0006 write, as the first release wrote it: no column that is younger.
    await server().psql(
      `set search_path = weir;
       insert into messages (id, received_at, channel, route, direction, policy, rule, severity, four_eyes, bytes, findings, finding_counts, unscannable, receipt, method, target, destination, sender_user, recipients,
         body_fingerprint, permit_fingerprint, suite, expires_at, state) values ('m', now(), 'http', 'r', 'request', 'p', 'r', 'high', false, 1, '[]', '{}', '[]', '{}', 'POST', '/', 'd', 's', '[]', 'f', 'p', 'age-v1', now(), 'held');
       insert into outbox (kind, message_id, why, created_at, due_at) values ('destroy', 'm', 'expired', now(), now());
       insert into notices (message_id, kind, created_at, due_at) values ('m', 'expired', now(), now())`, name,
    );
    expect(await madeMigrations(connection)).toEqual(names);
  });

  it('refuses in words what says that it needs a newer one; a program that knows the named one works on', async () => {
    const { connection } = await upToDate();
    const later: LedgerMigrations = { ...MIGRATIONS, '9001-adds': { up: doing('create table added (id text)') }, '9002-drops': { up: doing('drop table comments'), needs: '9001-adds' } };
    await migrateLedger(connection, { ...external, migrations: later });
    const refused = migrateLedger(connection, external);
    await expect(refused).rejects.toMatchObject({ name: 'DatabaseRefused', problem: 'schema-newer' });
    await expect(refused).rejects.toThrow('9002-drops');
    await migrateLedger(connection, { ...external, migrations: Object.fromEntries(Object.entries(later).filter(([name]) => name !== '9002-drops')) });
    const pool = ledgerPool(connection, { max: 2 });
    const asked = await new Migrator({ db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }), provider: { getMigrations: () => Promise.resolve({ ...upTo('0006-audit') }) }, migrationTableSchema: SCHEMA }).migrateToLatest();
    await closing(pool);
    expect(asked.error).toBeInstanceOf(Error);
  });
});

describe('a fleet that starts at the same time', () => {
  it('changes the schema once, and every node goes on to work', async () => {
    const { connection } = await database();
    const ways = await Promise.all(Array.from({ length: 6 }, () => migrateLedger(connection, external)));
    expect(await madeMigrations(connection)).toEqual(names);
    const nodes = ways.map((way) => ledgerDatabase({ ...way, poolMax: 3 }));
    await Promise.all(nodes.map(async (node, i) => {
      const audit = auditWriter(`node-${String(i)}`);
      const message = heldMessage();
      await holdLedger({ database: node, audit, clock }).hold(message, heldEntry(message));
      expect(await reviewLedger({ database: node, audit, clock }).reject(message.id, { actor: 'account:ann', accountId: 'a', reason: 'no' })).toMatchObject({ kind: 'done' });
    }));
    const [node] = nodes;
    if (node === undefined) throw new Error('no node');
    expect((await outbox({ database: node, clock }).due(100)).length).toBeGreaterThanOrEqual(nodes.length);
    await Promise.all(nodes.map((each) => each.close()));
  });

  it('waits a bounded time for a node that does not end, and says so', async () => {
    const { connection } = await database();
    const pool = ledgerPool(connection, { max: 1 });
    const other = await pool.connect();
    await other.query('select pg_advisory_lock(3853314791062309107)');
    const waited = migrateLedger(connection, { ...external, lockWaitMs: 200 });
    await expect(waited).rejects.toMatchObject({ name: 'DatabaseRefused', problem: 'migration-waits' });
    other.release(true);
    await closing(pool);
    await migrateLedger(connection, external);
  });

  it('leaves nothing half done when a change fails, and goes on from where an older program stopped', async () => {
    const { name, connection } = await database();
    const failing: LedgerMigrations = { ...MIGRATIONS, '9001-fails': { up: doing('create table added (id text)', 'select * from nowhere') } };
    await expect(migrateLedger(connection, { ...external, migrations: failing })).rejects.toMatchObject({ name: 'LedgerFailure' });
    expect(await server().psql(`select 1 from pg_namespace where nspname = 'weir'`, name)).toEqual([]);
    expect(await migrateLedgerTo(connection, ['0001-ledger', 'unheard-of'])).toBe(false);
    await migrateLedgerTo(connection, names.slice(0, 2));
    expect(await madeMigrations(connection)).toEqual(names.slice(0, 2));
    await migrateLedger(connection, external);
    expect(await madeMigrations(connection)).toContain(newest);
  });
});
