/** Jobs that ended long ago go, over a real PostgreSQL; what is open, and what a person may still try again, stays. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { jobsLedger } from '../../../gateway/ledger/jobs-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { addJob, closeJob } from '../../../gateway/ledger/outbox.js';
import { DEAD_KEPT_MS, ENDED_KEPT_MS, outboxTidy, tidyOutbox } from '../../../gateway/ledger/outbox-tidy.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { heldEntry, heldMessage } from '../../kit/held.js';

const server = testPostgres();
const clock = manualClock();
const audit = auditWriter('test');
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
});
afterAll(async () => {
  await database.close();
});

const now = (): Date => new Date(clock.now());
const tidy = () => tidyOutbox(outboxTidy({ database, clock }));
async function held(): Promise<string> {
  const message = heldMessage({ receivedAt: now() });
  await holdLedger({ database, audit, clock }).hold(message, heldEntry(message));
  return message.id;
}
const job = (messageId: string, outcome?: 'done' | 'moot' | 'dead', kind: 'rescan' | 'destroy' | 'alert' = 'destroy') =>
  database.transact(async (trx) => {
    const n = await addJob(trx, { kind, ...(kind === 'alert' ? { ref: '1' } : { messageId }), at: now() });
    if (outcome !== undefined) await closeJob(trx, n, outcome, now());
    return n;
  });
async function left(): Promise<readonly number[]> {
  return (await database.db.selectFrom('outbox').select('n').orderBy('n').execute()).map(({ n }) => n);
}

it('finds what ended by an index, not by reading all jobs there ever were', async () => {
  const plan = await database.transact(async (trx) => {
    // With so few rows a scan would be chosen.
    await sql`set local enable_seqscan = off`.execute(trx);
    return await sql<{ readonly 'QUERY PLAN': string }>`explain select n from outbox where closed_at < ${now()} and outcome in ('done', 'moot') limit 10`.execute(trx);
  });
  expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('outbox_ended');
});

it('deletes what ended thirty days ago, keeps what is open for ever, and what was given up for as long as somebody may try it again', async () => {
  const [kept, destroyed] = [await held(), await held()];
  await database.db.deleteFrom('outbox').execute();
  await database.db.updateTable('messages').set({ shredded_at: now() }).where('id', '=', destroyed).execute();
  const open = [await job(kept), await job(destroyed)];
  const ended = [await job(kept, 'done'), await job(kept, 'moot', 'rescan'), await job(destroyed, 'done'), await job(kept, 'done', 'alert')];
  const dead = { kept: await job(kept, 'dead', 'rescan'), destroyed: await job(destroyed, 'dead'), alert: await job(kept, 'dead', 'alert') };
  const given = [dead.kept, dead.destroyed, dead.alert];
  clock.advance(ENDED_KEPT_MS);
  const young = await job(kept, 'done');
  expect(await tidy()).toBe(0);
  clock.advance(1);
  expect(await tidy()).toBe(ended.length);
  expect(await left()).toEqual([...open, ...given, young].sort((a, b) => a - b));
  clock.advance(DEAD_KEPT_MS - ENDED_KEPT_MS - 1);
  expect(await tidy()).toBe(1);
  expect(await left()).toEqual([...open, ...given].sort((a, b) => a - b));
  clock.advance(1);
  expect(await tidy()).toBe(1);
  expect(await left()).toEqual([...open, dead.kept, dead.alert].sort((a, b) => a - b));
  expect(await jobsLedger({ database, audit, clock }).retry(dead.kept, { actor: 'account:ann', reason: 'back from leave' })).toEqual({ kind: 'done', n: dead.kept });
});

it('takes many in one run, batch by batch', async () => {
  const id = await held();
  await sql`insert into outbox (kind, message_id, created_at, due_at, closed_at, outcome) select 'rescan', ${id}, ${now()}, ${now()}, ${now()}, 'done' from generate_series(1, 2500)`.execute(database.db);
  clock.advance(ENDED_KEPT_MS + 1);
  expect(await outboxTidy({ database, clock }).ended()).toBe(1_000);
  expect(await tidy()).toBeGreaterThanOrEqual(1_500);
  expect(await tidy()).toBe(0);
});
