/** A ledger as the first Weir left it, with messages and jobs under way, is taken over whole. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { GENESIS, rowHash, verifyAudit } from '../../../gateway/ledger/audit-chain.js';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { closing, ledgerDatabase, ledgerPool, SCHEMA, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { destroyLedger } from '../../../gateway/ledger/destroy-ledger.js';
import { expiryLedger } from '../../../gateway/ledger/expiry-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { ledger } from '../../../gateway/ledger/migrations/0001-ledger.js';
import { outbox } from '../../../gateway/ledger/outbox.js';
import { queueLedger } from '../../../gateway/ledger/queue-ledger.js';
import { releaseLedger } from '../../../gateway/ledger/release-ledger.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS } from '../../kit/held.js';

const server = testPostgres();
const clock = manualClock();
const audit = auditWriter('test');
let database: LedgerDatabase;
const parts = () => ({ database, audit, clock });

const STATES = ['held', 'awaiting-second', 'releasing', 'sending', 'released', 'rejected', 'expired', 'failed', 'uncertain', 'needs-credentials'] as const;
const idOf = (state: (typeof STATES)[number]): string => `w${state.replace(/[^a-z]/g, '').padEnd(26, '0')}`;

beforeAll(async () => {
  const owner = server().connection;
  const pool = ledgerPool(owner, { max: 2 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const { error } = await new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ '0001-ledger': ledger }) }, migrationTableSchema: SCHEMA }).migrateToLatest();
  if (error !== undefined) throw new Error('the first schema could not be made', { cause: error });
  const at = new Date(clock.now());
  for (const state of STATES) {
    const isDecided = !['held', 'rejected', 'expired'].includes(state);
    await sql`insert into messages (id, received_at, channel, route, direction, policy, rule, severity, four_eyes, bytes, findings, finding_counts, unscannable, receipt, method, target,
        destination, sender_user, recipients, body_fingerprint, permit_fingerprint, suite, expires_at, state, decision_kind, decision_as, decision_reason, decision_actor, decision_at, sent)
      values (${idOf(state)}, ${at}, 'http', 'share', 'request', 'p@1', 'r', 'high', ${state === 'awaiting-second'}, 10, '[]', '{"cn.phone":1}', '[]', '{"size":10,"scanned":10,"unscanned":0,"parts":[],"more":0,"detectors":"d","policy":"p"}',
        'POST', '/share', 'files.example', 'l***', '[]', ${`f-${state}`}, ${`p-${state}`}, 'age-v1', ${new Date(at.getTime() + 30 * DAY_MS)}, ${state},
        ${isDecided ? 'release' : null}, ${isDecided ? 'original' : null}, ${isDecided ? 'fine' : null}, ${isDecided ? 'account:ann' : null}, ${isDecided ? at : null}, ${state === 'sending' ? 'all' : 'none'})`.execute(db);
  }
  for (const [kind, state] of [['release', 'releasing'], ['release', 'sending'], ['destroy', 'released'], ['destroy', 'rejected'], ['destroy', 'expired']] as const) {
    await sql`insert into outbox (kind, message_id, why, created_at, due_at) values (${kind}, ${idOf(state)}, ${state}, ${at}, ${at})`.execute(db);
  }
  let prev = GENESIS;
  for (let seq = 1; seq <= 5; seq++) {
    const content = { writer: 'old/1', seq, entry_id: `e${String(seq)}`, at, actor: 'gateway', act: 'verdict.hold', subject: idOf('held'), data: '{}', prev };
    prev = rowHash(content);
    await sql`insert into audit (writer, seq, entry_id, at, actor, act, subject, data, prev, hash) values ('old/1', ${seq}, ${content.entry_id}, ${at}, 'gateway', 'verdict.hold', ${content.subject}, '{}', ${content.prev}, ${prev})`.execute(db);
  }
  await closing(pool);
  database = ledgerDatabase(await migrateLedger(owner, { separateRole: true }));
});
afterAll(async () => {
  await database.close();
});

describe('a ledger of the first schema', () => {
  it('keeps its messages, its audit and its open jobs', async () => {
    for (const state of STATES) expect(await reviewLedger(parts()).get(idOf(state))).toMatchObject({ state, legalHold: false });
    expect(await verifyAudit(database)).toMatchObject({ ok: true, rows: 5 });
    expect(await outbox({ database, clock }).due(100)).toHaveLength(5);
    const page = await queueLedger(parts()).page({ filter: { terms: [] }, scope: undefined, order: 'risk', limit: 50 });
    expect(page.messages).toHaveLength(STATES.length);
  });

  it('carries on what was under way: a release once, an interrupted one as such, and what was ended is shredded', async () => {
    const begun = await Promise.all((await outbox({ database, clock }).due(100)).slice(0, 2).map(({ n }) => releaseLedger(parts()).begin(n, 60_000)));
    expect(begun).toMatchObject([{ kind: 'go', as: 'original', interrupted: undefined }, { kind: 'go', as: 'original', interrupted: 'all' }]);
    for (const { n } of (await outbox({ database, clock }).due(100)).slice(2)) {
      const target = await destroyLedger(parts()).target(n);
      if (target === undefined || 'waitMs' in target) throw new Error('the job for a message that has ended was dropped');
      await destroyLedger(parts()).destroyed(n, target.id, target.why);
    }
    expect(await outbox({ database, clock }).counts()).toMatchObject({ open: 2, dead: 0 });
  });

  it('lets no first approval from before wait for ever, and no first person agree with herself', async () => {
    const review = reviewLedger(parts());
    expect(await review.approve(idOf('awaiting-second'), { actor: 'account:ann', accountId: 'a', reason: 'again' })).toEqual({ kind: 'same-person' });
    clock.advance(2 * DAY_MS);
    expect(await review.lapse()).toBe(1);
    expect(await review.get(idOf('awaiting-second'))).toMatchObject({ state: 'held', decision: undefined });
  });

  it('expires what it kept, each with one notice', async () => {
    clock.advance(31 * DAY_MS);
    expect(await expiryLedger(parts()).expire()).toBe(5);
    expect(await expiryLedger(parts()).expire()).toBe(0);
    expect(await database.db.selectFrom('notices').select('message_id').where('kind', '=', 'expired').execute()).toHaveLength(5);
    expect(await verifyAudit(database)).toMatchObject({ ok: true });
  });
});
