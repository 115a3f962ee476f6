import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { attemptsLedger } from '../../../gateway/ledger/attempts-ledger.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { monitorLedger, ROWS_PER_DAY } from '../../../gateway/ledger/monitor-ledger.js';
import { nodesLedger } from '../../../gateway/ledger/nodes-ledger.js';
import type { MonitorRow, NodeBeat } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { PATIENCE_MS } from '../../kit/patience.js';
import { afterAll, beforeAll } from '@jest/globals';

const postgres = testPostgres();
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(postgres().connection, { separateRole: true }), { connectMs: PATIENCE_MS });
});
afterAll(() => database.close());
beforeEach(async () => {
  for (const table of ['nodes', 'monitor_counts', 'monitor_imports', 'failed_attempts'] as const) await database.db.deleteFrom(table).execute();
});

const row = (more: Partial<MonitorRow> = {}): MonitorRow => ({ day: '2026-11-05', route: 'mail', rule: 'ids', action: 'hold', exchanges: 1, ...more });

describe('what monitored rules would have done', () => {
  const counts = () => monitorLedger({ database, clock: manualClock() });

  it('adds up over all who count, also at the same time', async () => {
    await counts().begin('2026-11-05');
    await Promise.all(Array.from({ length: 20 }, (_, n) => counts().add([row({ rule: `r${n % 3}` }), row({ rule: `r${(n + 1) % 3}`, exchanges: 2 })])));
    const { rows, since } = await counts().report('2026-11-01');
    expect(since).toBe('2026-11-05');
    expect(rows.map(({ rule }) => rule)).toEqual(['r0', 'r1', 'r2']);
    expect(rows.reduce((sum, { exchanges }) => sum + exchanges, 0)).toBe(60);
  });

  it('stays bounded: rows beyond the limit of a day are folded into one number', async () => {
    await counts().add(Array.from({ length: ROWS_PER_DAY + 5 }, (_, n) => row({ rule: `r${n}` })));
    await counts().add([row({ rule: 'r0' })]);
    const { rows, folded } = await counts().report('2026-11-01');
    expect([rows.length, folded, rows.find(({ rule }) => rule === 'r0')?.exchanges]).toEqual([ROWS_PER_DAY, 5, 2]);
  });

  it('takes a file of an earlier Weir in once, and goes on from its first day', async () => {
    await counts().begin('2026-11-05');
    await counts().takeIn('digest', '2026-11-02', [row({ exchanges: 7 })]);
    await counts().takeIn('digest', '2026-11-02', [row({ exchanges: 7 })]);
    expect(await counts().report('2026-11-01')).toMatchObject({ since: '2026-11-02', rows: [{ exchanges: 7 }] });
  });

  it('forgets days that are over, and not when counting began', async () => {
    await counts().begin('2026-10-01');
    await counts().add([row({ day: '2026-10-01' }), row()]);
    await counts().forget('2026-11-01');
    expect(await counts().report('2026-01-01')).toMatchObject({ since: '2026-10-01', rows: [{ day: '2026-11-05' }] });
  });
});

describe('the nodes of a fleet', () => {
  const nodes = () => nodesLedger({ database });
  const beat = (more: Partial<NodeBeat> = {}): NodeBeat => ({ id: 'n1', host: 'gw-1', version: '1.0.0', roles: ['gateway'], processes: 2, revision: 'aaaa', ...more });

  it('are listed longest-running first, with what each runs and since when', async () => {
    await nodes().beat(beat(), true);
    await nodes().beat(beat({ id: 'n2', host: 'gw-2', roles: ['worker'], revision: undefined }), true);
    const [one, two] = await nodes().list();
    expect(one).toMatchObject({ id: 'n1', host: 'gw-1', processes: 2, revision: 'aaaa', isAlive: true });
    expect(two).toMatchObject({ id: 'n2', roles: ['worker'], revision: undefined, revisionSince: undefined, isAlive: true });
  });

  it('keep since when they run a policy until it changes', async () => {
    await nodes().beat(beat(), true);
    const [first] = await nodes().list();
    await nodes().beat(beat(), false);
    const [second] = await nodes().list();
    expect(second?.revisionSince).toEqual(first?.revisionSince);
    expect(second?.startedAt).toEqual(first?.startedAt);
    await nodes().beat(beat({ revision: 'bbbb' }), false);
    const [third] = await nodes().list();
    expect(third?.revisionSince?.getTime()).toBeGreaterThanOrEqual(second?.lastSeen.getTime() ?? Infinity);
  });

  it('that fall silent are shown as gone, then forgotten; one that stops is missed by nobody', async () => {
    await nodes().beat(beat(), true);
    await nodes().beat(beat({ id: 'n2' }), true);
    await sql`update nodes set last_seen = clock_timestamp() - interval '2 minutes' where id = 'n2'`.execute(database.db);
    expect((await nodes().list()).map(({ id, isAlive }) => [id, isAlive])).toEqual([['n1', true], ['n2', false]]);
    await sql`update nodes set last_seen = clock_timestamp() - interval '2 days' where id = 'n2'`.execute(database.db);
    await nodes().leave('n1');
    expect(await nodes().list()).toEqual([]);
  });
});

describe('failed attempts', () => {
  const attempts = () => attemptsLedger({ database });

  it('are counted once each, however many nodes count at the same time', async () => {
    const noted = await Promise.all(Array.from({ length: 15 }, () => attempts().note('192.0.2.1', 60_000)));
    expect(noted.toSorted((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
    expect(await attempts().failures('192.0.2.1')).toMatchObject({ failures: 15 });
    expect(await attempts().failures('192.0.2.2')).toEqual({ failures: 0, seconds: 0 });
  });

  it('are over with their window', async () => {
    await attempts().note('192.0.2.1', 3_600_000);
    expect((await attempts().failures('192.0.2.1')).seconds).toBeGreaterThan(3_000);
    await sql`update failed_attempts set until = clock_timestamp() - interval '1 second'`.execute(database.db);
    expect((await attempts().failures('192.0.2.1')).failures).toBe(0);
    expect(await attempts().note('192.0.2.1', 60_000)).toBe(1);
  });
});
