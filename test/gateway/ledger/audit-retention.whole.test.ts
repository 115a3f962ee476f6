/** The audit keeps its time and no less: months that are over go whole, what is left still verifies, and nobody can drop a younger row. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { appendAudit, checkpointAudit, verifyAudit, type CheckpointSignature } from '../../../gateway/ledger/audit-chain.js';
import { auditReading } from '../../../gateway/ledger/audit-reading.js';
import { AUDIT_FLOOR_DAYS, keepAuditInBounds } from '../../../gateway/ledger/audit-retention.js';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import type { Trx } from '../../../gateway/ledger/tables.js';
import type { ChainHead } from '../../../gateway/ports.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { checkpointSigner, signatureCheck, signingPaths } from '../../../gateway/vault/signing.js';
import { readFileSync } from 'node:fs';
import { testPostgres } from '../../kit/database.js';
import { tempFolder } from '../../kit/temp.js';

const server = testPostgres();
const DAY = 86_400_000;
const keys = tempFolder('keys');
let app: LedgerDatabase;
let owner: LedgerDatabase;
let sign: (text: string) => Promise<CheckpointSignature>;
const check = (): ReturnType<typeof signatureCheck> => signatureCheck(readFileSync(signingPaths(keys).public, 'utf8'));

beforeAll(async () => {
  app = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
  owner = ledgerDatabase(server().connection);
  const signer = await checkpointSigner(keys, 'age-v1');
  sign = (text) => signer.sign(text);
});
afterAll(async () => {
  await app.close();
  await owner.close();
});

const writer = auditWriter('test');
const write = async (count: number, at: Date): Promise<void> => {
  for (let n = 0; n < count; n++) await app.transact((trx) => writer.append(trx, { at, actor: 'account:someone', act: n % 2 === 0 ? 'message.view' : 'message.search', subject: `w${n}`, data: { n } }));
};
/** Rows written inside are recorded at that time, as if the server's clock had stood there. */
async function recordedAt(time: string, work: () => Promise<void>): Promise<void> {
  await sql.raw(`alter table audit alter column recorded_at set default '${time}'`).execute(owner.db);
  await work();
  await sql`alter table audit alter column recorded_at set default clock_timestamp()`.execute(owner.db);
}
async function month(from: string, to: string): Promise<void> {
  await sql.raw(`create table weir_audit.audit_${from.slice(0, 7).replace('-', '_')} partition of weir.audit for values from ('${from} 00:00:00+00') to ('${to} 00:00:00+00')`).execute(owner.db);
}
const count = async (): Promise<number> => (await sql<{ n: number }>`select count(*) as n from audit`.execute(app.db)).rows[0]?.n ?? 0;
const bound = (keepDays: number): Promise<number> => keepAuditInBounds({ database: app, writer: 'test/keeper', now: new Date(), keep: keepDays * DAY, sign });

describe('the audit', () => {
  it('drops months whose time is over, writes what went into a signed row, and still verifies', async () => {
    await month('2020-01-01', '2020-02-01');
    await month('2020-02-01', '2020-03-01');
    await recordedAt('2020-01-20T00:00:00Z', async () => {
      await write(10, new Date('2020-01-20'));
      await checkpointAudit(app, 'test/points', new Date('2020-01-20'), sign);
    });
    await recordedAt('2020-02-20T00:00:00Z', () => write(10, new Date('2020-02-20')));
    await write(3, new Date());
    expect(await verifyAudit(app, check())).toMatchObject({ ok: true, rows: 24, checkpoints: { good: 1, unsigned: 0, unknown: 0 } });

    expect(await bound(1095)).toBe(2);
    expect(await count()).toBe(4);
    expect(await verifyAudit(app, check())).toMatchObject({ ok: true, rows: 4, checkpoints: { good: 1 } });
    const { rows } = await auditReading(app).page({ limit: 10, act: 'audit.dropped' });
    expect(rows).toMatchObject([{ actor: 'system', data: { months: ['2020_01', '2020_02'] } }]);
    expect(await bound(1095)).toBe(0);
    // The chains go on where they were.
    await write(8, new Date());
    expect(await verifyAudit(app, check())).toMatchObject({ ok: true, rows: 12 });
  });

  it('goes on in a chain of which no row is left', async () => {
    const quiet = auditWriter('quiet');
    await month('2020-03-01', '2020-04-01');
    await recordedAt('2020-03-05T00:00:00Z', async () => {
      for (let n = 0; n < 4; n++) await app.transact((trx) => quiet.append(trx, { at: new Date('2020-03-05'), actor: 'a', act: 'test', subject: undefined, data: {} }));
    });
    expect(await bound(1095)).toBe(1);
    await app.transact((trx) => quiet.append(trx, { at: new Date(), actor: 'a', act: 'test', subject: undefined, data: {} }));
    expect(await verifyAudit(app, check())).toMatchObject({ ok: true });
    const { rows } = await sql<{ seq: number }>`select seq from audit where writer like 'quiet/%'`.execute(app.db);
    expect(rows.map(({ seq }) => seq)).toEqual([2]);
  });

  it('keeps six months whatever it is told, and the server refuses anyone who asks for less', async () => {
    const younger = new Date(Date.now() - 100 * DAY);
    const [from, to] = [new Date(Date.UTC(younger.getUTCFullYear(), younger.getUTCMonth(), 1)), new Date(Date.UTC(younger.getUTCFullYear(), younger.getUTCMonth() + 1, 1))].map((date) => date.toISOString().slice(0, 10));
    await month(from ?? '', to ?? '');
    await recordedAt(`${from ?? ''}T12:00:00Z`, () => write(2, younger));
    const before = await count();
    expect(AUDIT_FLOOR_DAYS).toBe(184);
    expect(await bound(1)).toBe(0);
    expect(await count()).toBe(before);
    await expect(app.transact((trx) => sql`select audit_drop_before(now() - interval '183 days')`.execute(trx))).rejects.toMatchObject({ kind: 'refused', sqlState: '42501' });
    for (const statement of ['delete from weir_audit.audit_other', `drop table weir_audit.audit_${(from ?? '').slice(0, 7).replace('-', '_')}`, `delete from audit`, `update audit set actor = 'x'`])
      await expect(app.transact((trx) => sql.raw(statement).execute(trx))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('is not whole when the record of a drop was forged, or its beginning taken without one', async () => {
    const forged = async (statement: string, also?: (trx: Trx) => Promise<void>): Promise<unknown> => {
      let found: unknown;
      await owner.transact(async (trx) => {
        await sql`alter table audit disable trigger all`.execute(trx);
        await also?.(trx);
        await sql.raw(statement).execute(trx);
        found = await verifyAudit({ ...owner, read: (work) => work(trx) }, check());
        throw new Error('undo');
      }).catch(() => undefined);
      return found;
    };
    expect(await forged(`delete from audit where writer = 'test/points'`)).toMatchObject({ ok: true });
    expect(await forged(`delete from audit where writer = 'test/1' and seq = (select min(seq) from audit where writer = 'test/1')`)).toMatchObject({ ok: false, problem: 'missing' });
    // Whoever takes the beginning of a chain may also write that its time was over, but cannot sign it.
    for (const signature of [undefined, { key: 'of-nobody', value: 'AAAA' }])
      expect(await forged(`delete from audit where writer = 'test/2' and seq = (select min(seq) from audit where writer = 'test/2')`, async (trx) => {
        const { rows } = await sql<ChainHead>`select writer, seq, hash from audit where writer = 'test/2' order by seq limit 1`.execute(trx);
        await appendAudit(trx, 'test/2', 'forged', { at: new Date(), actor: 'system', act: 'audit.dropped', subject: undefined, data: { heads: rows, ...(signature === undefined ? {} : { signature }) } });
      })).toMatchObject({ ok: false, problem: 'signature' });
    expect(await forged(`update audit set data = replace(data, '"signature":{"key"', '"signature":{"kez"') where act = 'audit.dropped'`)).toMatchObject({ ok: false });
  });
});

describe('reading the audit', () => {
  it('gives every row once, newest first in pages, oldest first as a stream, and only what was asked for', async () => {
    const reading = auditReading(app);
    const paged: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await reading.page({ limit: 3, after });
      paged.push(...page.rows.map(({ writer: chain, seq }) => `${chain} ${seq}`));
      if (page.next === undefined) break;
      after = page.next;
    }
    const streamed: string[] = [];
    for await (const { writer: chain, seq } of reading.all({})) streamed.push(`${chain} ${seq}`);
    expect(paged).toHaveLength(await count());
    expect(new Set(paged).size).toBe(paged.length);
    expect([...streamed].reverse()).toEqual(paged);
    const views = await reading.page({ limit: 500, act: 'message.view' });
    expect(new Set(views.rows.map(({ act }) => act))).toEqual(new Set(['message.view']));
    expect((await reading.page({ limit: 500, act: 'message.' })).rows.length).toBeGreaterThan(views.rows.length);
    expect((await reading.page({ limit: 500, actor: 'nobody' })).rows).toEqual([]);
    expect((await reading.page({ limit: 5, after: 'bm8gcGxhY2U' })).rows).toEqual([]);
  });
});
