/** The workers over a real PostgreSQL and a real HTTP upstream: exactly one arrival, or a word that says why not (HC 20, 21, 29, 30). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { verifyAudit } from '../../gateway/ledger/audit-chain.js';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import type { PgConnection } from '../../gateway/ledger/connection.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { destroyLedger } from '../../gateway/ledger/destroy-ledger.js';
import { expiryLedger } from '../../gateway/ledger/expiry-ledger.js';
import { holdLedger } from '../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import { outbox } from '../../gateway/ledger/outbox.js';
import { releaseLedger } from '../../gateway/ledger/release-ledger.js';
import { reviewLedger } from '../../gateway/ledger/review-ledger.js';
import { sweepLedger } from '../../gateway/ledger/sweep-ledger.js';
import type { Clock, Direction, ExchangeId, HeldMessage, SealedHead, StoredMessage } from '../../gateway/ports.js';
import { carrier, type Carrier } from '../../workers/carrier.js';
import { destroyHandler } from '../../workers/destroy.js';
import { expireRun } from '../../workers/expire.js';
import type { JobHandler } from '../../workers/job.js';
import { startWorkers, type WorkersOptions } from '../../workers/main.js';
import { reconciler } from '../../workers/reconcile.js';
import { releaseHandler, type ReleaseRoute } from '../../workers/release.js';
import { manualClock } from '../kit/clock.js';
import { testPostgres } from '../kit/database.js';
import { DAY_MS, heldEntry, heldMessage, testId } from '../kit/held.js';
import { memoryVault } from '../kit/memory-vault.js';
import { until } from '../kit/patience.js';
import { plainUpstream } from '../kit/plain-upstream.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';

const server = testPostgres();
const clock = manualClock();
const audit = auditWriter('workers');
const vault = memoryVault();
let app: PgConnection;
let database: LedgerDatabase;
let upstream: RecordingUpstream;
beforeAll(async () => {
  app = await migrateLedger(server().connection, { separateRole: true });
  database = ledgerDatabase(app);
  upstream = await recordingUpstream();
});
afterAll(async () => {
  await upstream.close();
  await database.close();
});

const stores = () => ({ database, audit, clock });
const BODY = Buffer.from('call 13800000000 about the parcel, please');
const MASK = Buffer.from('5 ***');

/** Writes "*" over the digits that the test's one edit names. */
async function* applyEdits(body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const log: Uint8Array[] = [];
  for await (const chunk of edits) log.push(chunk);
  expect(Buffer.concat(log)).toEqual(MASK);
  let at = 0;
  for await (const chunk of body) {
    const copy = Buffer.from(chunk);
    for (let i = 0; i < copy.length; i++) if (at + i >= 8 && at + i < 12) copy[i] = 0x2a;
    at += copy.length;
    yield copy;
  }
}

async function held({ method = 'POST', direction = 'request', ...change }: { method?: string; direction?: Direction } & Partial<HeldMessage> = {}): Promise<{ readonly id: ExchangeId }> {
  const message = heldMessage({ method, direction, receivedAt: new Date(clock.now()), ...change });
  const head: SealedHead = {
    version: 1, id: message.id, channel: 'http', route: message.route, direction, bodyLength: BODY.length, editsLength: MASK.length, maskedTarget: '/share?to=1***', maskedFields: [['X-Kept', 'm***']], trailers: [],
    http: { method, target: '/share?to=13800000000', fields: [['Host', 'weir.example'], ['Authorization', 'sender'], ['X-Kept', 'yes']] },
    facts: { channel: 'http', route: message.route, direction, clientAddress: '192.0.2.1', user: undefined, department: undefined, sender: undefined, recipients: [], subject: undefined, destination: 'upstream.example', method, mediaType: undefined, fileNames: [] },
  };
  vault.put(head, BODY, MASK);
  await holdLedger(stores()).hold(message, heldEntry(message));
  return { id: message.id };
}

/** Held, released by a person, and its job's row. */
async function released(as: 'original' | 'masked' = 'original', options: Parameters<typeof held>[0] = {}): Promise<{ id: ExchangeId; row: number }> {
  const { id } = await held(options);
  await reviewLedger(stores()).release(id, { as, reason: 'fine', actor: 'ann' });
  return { id, row: await jobOf(id) };
}

async function jobOf(id: string): Promise<number> {
  const row = await database.db.selectFrom('outbox').select('n').where('message_id', '=', id).where('closed_at', 'is', null).executeTakeFirstOrThrow();
  return row.n;
}

const route = (change: Partial<ReleaseRoute> = {}): ReleaseRoute => ({ upstream: plainUpstream(upstream.url), release: 'replay', idempotencyHeader: undefined, credential: undefined, ...change });
/** Handlers get the open row; these tests know its number. */
const byRow = (handler: JobHandler) => (n: number) => handler({ n, kind: 'release', messageId: undefined, ref: undefined, attempts: 0 });
const release = (change: Partial<ReleaseRoute> = {}) => byRow(releaseHandler({ ledger: releaseLedger(stores()), vault, route: (id) => (id === 'share' ? route(change) : undefined), applyEdits, clock, random: () => 1 }));
async function stateOf(id: string): Promise<StoredMessage> {
  const message = await reviewLedger(stores()).get(id);
  if (message === undefined) throw new Error('no such message');
  return message;
}
async function actsOf(id: string): Promise<string[]> {
  const rows = await database.db.selectFrom('audit').select('act').where('subject', '=', id).orderBy('at').orderBy('act').execute();
  return rows.map(({ act }) => act).sort();
}
const waitingForALock = (): Promise<void> => until('a statement that waits for another’s row', async () => (await sql`select 1 from pg_locks where not granted`.execute(database.db)).rows.length > 0);
const unreachable = () => plainUpstream('http://127.0.0.1:1');

describe('a release', () => {
  it('arrives once and whole, with the route credential and its idempotency key, and only then says released', async () => {
    const { id, row } = await released();
    const before = upstream.requests.length;
    const handle = release({ credential: { header: 'authorization', value: 'service' }, idempotencyHeader: 'Idempotency-Key' });
    expect(await handle(row)).toEqual({ kind: 'done' });
    expect(await handle(row)).toEqual({ kind: 'done' });
    expect(upstream.requests.length - before).toBe(1);
    const seen = upstream.requests.at(-1);
    expect(seen).toMatchObject({ method: 'POST', target: '/share?to=13800000000', complete: true });
    expect(seen?.body.equals(BODY)).toBe(true);
    const fields = Object.fromEntries(seen?.fields.map(([name, value]) => [name.toLowerCase(), value]) ?? []);
    expect(fields).toMatchObject({ authorization: 'service', 'idempotency-key': id, 'x-kept': 'yes' });
    expect(await stateOf(id)).toMatchObject({ state: 'released', delivery: { status: 200, attempts: 1 } });
    expect(await actsOf(id)).toEqual(['message.release', 'message.released', 'verdict.hold']);
    const destroy = await jobOf(id);
    const shred = byRow(destroyHandler({ ledger: destroyLedger(stores()), vault }));
    await shred(destroy);
    await shred(destroy);
    expect(vault.ids.has(id)).toBe(false);
    expect((await actsOf(id)).filter((act) => act === 'vault.destroyed')).toHaveLength(1);
  });

  it('sends the mask in body, target and fields when that was released', async () => {
    const { row } = await released('masked');
    await release()(row);
    expect(upstream.requests.at(-1)).toMatchObject({ target: '/share?to=1***' });
    expect(upstream.requests.at(-1)?.fields).toContainEqual(['X-Kept', 'm***']);
    expect(upstream.requests.at(-1)?.body.toString()).toBe('call 138****0000 about the parcel, please');
  });

  it('waits and tries again while the destination cannot be reached, then asks a person', async () => {
    const { id, row } = await released();
    const delays: number[] = [];
    for (let tries = 0; tries < 12; tries++) {
      const result = await release({ upstream: unreachable() })(row);
      if (result.kind === 'again') delays.push(result.delayMs);
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900].map((seconds) => seconds * 1_000));
    expect(await stateOf(id)).toMatchObject({ state: 'failed', lastError: 'ECONNREFUSED' });
    expect(await database.db.selectFrom('outbox').select('outcome').where('n', '=', row).executeTakeFirst()).toEqual({ outcome: 'dead' });
    expect(await database.db.selectFrom('alert_events').select(['kind', 'code']).where('incident', '=', id).where('kind', '=', 'dead-letter').execute()).toEqual([{ kind: 'dead-letter', code: 'ECONNREFUSED' }]);
    await reviewLedger(stores()).settle(id, { outcome: 'retry', reason: 'it is back', actor: 'ann' });
    await release()(await jobOf(id));
    expect(await stateOf(id)).toMatchObject({ state: 'released' });
  });

  it.each([
    ['POST', {}, 'uncertain'],
    ['PUT', {}, 'releasing'],
    ['POST', { idempotencyHeader: 'Idempotency-Key' }, 'releasing'],
  ] as const)('of a %s (%j) that upstream cut off after its last byte becomes %s', async (method, change, state) => {
    const { id, row } = await released('original', { method });
    upstream.next({ reset: 'body' });
    await release(change)(row);
    expect(await stateOf(id)).toMatchObject({ state });
  });

  it.each([
    [{ status: 503 }, 'POST', 'uncertain'],
    [{ status: 503 }, 'PUT', 'releasing'],
    [{ status: 429 }, 'POST', 'releasing'],
    [{ status: 401 }, 'POST', 'needs-credentials'],
    [{ status: 403 }, 'POST', 'needs-credentials'],
    [{ status: 422 }, 'POST', 'failed'],
    [{ status: 302 }, 'POST', 'failed'],
    [{ status: 201 }, 'POST', 'released'],
  ] as const)('answered %j to a %s becomes %s', async (script, method, state) => {
    const { id, row } = await released('original', { method });
    upstream.next(script);
    await release()(row);
    expect(await stateOf(id)).toMatchObject({ state, delivery: { status: script.status } });
  });

  it('of a route that resubmits, and of a held response, leaves a permit that works once and sends nothing', async () => {
    const before = upstream.started;
    for (const [change, direction] of [[{ release: 'resubmit' }, 'request'], [{}, 'response']] as const) {
      const { id, row } = await released('original', { direction });
      await release(change)(row);
      expect(await stateOf(id)).toMatchObject({ state: 'released' });
      expect(await holdLedger(stores()).permit('share', `pf-${id}`)).toBeDefined();
      expect(await holdLedger(stores()).permit('share', `pf-${id}`)).toBeUndefined();
    }
    expect(upstream.started).toBe(before);
  });

  it('as masked leaves no permit, with which the original would pass; a person may decide again', async () => {
    const { id, row } = await released('masked', { direction: 'response' });
    await release()(row);
    expect(await stateOf(id)).toMatchObject({ state: 'failed', lastError: 'masked-not-possible' });
    expect(await holdLedger(stores()).permit('share', `pf-${id}`)).toBeUndefined();
    expect(await reviewLedger(stores()).release(id, { as: 'original', reason: 'as it is', actor: 'ann' })).toEqual({ kind: 'done', state: 'releasing' });
    await release()(await jobOf(id));
    expect(await stateOf(id)).toMatchObject({ state: 'released' });
  });

  it('fails at once where the route or the sealed file is gone', async () => {
    const gone = await released('original', { route: 'removed' });
    await release()(gone.row);
    expect(await stateOf(gone.id)).toMatchObject({ state: 'failed', lastError: 'route-missing' });
    const lost = await released();
    await vault.shred(lost.id);
    await release()(lost.row);
    expect(await stateOf(lost.id)).toMatchObject({ state: 'failed', lastError: 'VAULT_MISSING' });
  });

  it('whose worker died resumes if the last byte cannot have left, else is uncertain; a living worker is left alone', async () => {
    const ledger = releaseLedger(stores());
    for (const [complete, state] of [[false, 'released'], [true, 'uncertain']] as const) {
      const { id, row } = await released();
      const begun = await ledger.begin(row, 60_000);
      if (begun.kind !== 'go') throw new Error('the lease was not given');
      expect(await ledger.sending(begun.lease, 60_000)).toBe(true);
      if (complete) expect(await ledger.completing(begun.lease)).toBe(true);
      expect(await release()(row)).toMatchObject({ kind: 'again' });
      clock.advance(60_001);
      const before = upstream.started;
      await release()(row);
      expect(upstream.started - before).toBe(complete ? 0 : 1);
      expect(await stateOf(id)).toMatchObject({ state });
      // The dead worker's late word no longer counts.
      expect(await ledger.finish(begun.lease, { kind: 'failed', code: 'late' })).toBe(false);
      expect(await ledger.completing(begun.lease)).toBe(false);
      expect(await stateOf(id)).toMatchObject({ state });
    }
  });

  it('by two workers at once arrives once', async () => {
    const { row } = await released();
    const before = upstream.started;
    await Promise.all([release()(row), release()(row), release()(row)]);
    expect(upstream.started - before).toBe(1);
  });

  it('ends while another worker looks at its job: both take the job before the message, so neither waits for the other', async () => {
    const ledger = releaseLedger(stores());
    const { id, row } = await released();
    const begun = await ledger.begin(row, 60_000);
    if (begun.kind !== 'go') throw new Error('the lease was not given');
    const looking = await database.db.startTransaction().execute();
    await looking.selectFrom('outbox').select('n').where('n', '=', row).forUpdate().execute();
    const finishing = ledger.finish(begun.lease, { kind: 'released', status: 200 });
    await waitingForALock();
    // With the message locked first, this and `finishing` would wait for each other.
    await looking.selectFrom('messages').select('id').where('id', '=', id).forUpdate().noWait().execute();
    await looking.commit().execute();
    expect(await finishing).toBe(true);
    expect(await stateOf(id)).toMatchObject({ state: 'released' });
  });
});

describe('expiry', () => {
  it('warns once at 50 % and at 90 %, then ends by a recorded decision, and the file goes', async () => {
    const { id } = await held();
    const codes = async (): Promise<(string | null)[]> => (await database.db.selectFrom('alert_events').select('code').where('incident', '=', id).where('kind', '=', 'expiry').orderBy('n').execute()).map(({ code }) => code);
    clock.advance(15 * DAY_MS - 1);
    await expireRun(expiryLedger(stores()));
    expect(await codes()).toEqual([]);
    clock.advance(1);
    await expireRun(expiryLedger(stores()));
    await expireRun(expiryLedger(stores()));
    expect(await codes()).toEqual(['retention-50']);
    clock.advance(12 * DAY_MS);
    await expireRun(expiryLedger(stores()));
    await expireRun(expiryLedger(stores()));
    expect(await codes()).toEqual(['retention-50', 'retention-90']);
    clock.advance(3 * DAY_MS);
    await expireRun(expiryLedger(stores()));
    expect(await stateOf(id)).toMatchObject({ state: 'expired', decision: { kind: 'expire', actor: 'system' } });
    await byRow(destroyHandler({ ledger: destroyLedger(stores()), vault }))(await jobOf(id));
    expect(vault.ids.has(id)).toBe(false);
    expect(await actsOf(id)).toEqual(['message.expire', 'vault.destroyed', 'verdict.hold']);
  });
});

describe('reconcile', () => {
  it('hands a row over again that nobody carried, or whose carrier lost it, after a minute', async () => {
    const enqueued: number[] = [];
    const run = reconciler({ outbox: outbox(stores()), carrier: { enqueue: async ({ n }) => void enqueued.push(n) }, ledger: sweepLedger(stores()), vault, clock });
    const { row } = await released();
    await run();
    expect(enqueued).not.toContain(row);
    clock.advance(60_000);
    await run();
    await run();
    expect(enqueued.filter((one) => one === row)).toHaveLength(1);
    clock.advance(60_000);
    await run();
    expect(enqueued.filter((one) => one === row)).toHaveLength(2);
    await release()(row);
    clock.advance(60_000);
    await run();
    expect(enqueued.filter((one) => one === row)).toHaveLength(2);
  });

  it('destroys a file without a message only after it stayed so, and then no message can come', async () => {
    const run = reconciler({ outbox: outbox(stores()), carrier: { enqueue: async () => undefined }, ledger: sweepLedger(stores()), vault, clock });
    const { id: kept } = await held();
    const orphan = testId();
    vault.put({ ...(await vault.open(kept)).head, id: orphan }, BODY, MASK);
    await run();
    clock.advance(15 * 60_000 - 1);
    await run();
    expect(vault.ids.has(orphan)).toBe(true);
    clock.advance(1);
    expect(await run()).toMatchObject({ orphans: 1 });
    expect(vault.ids.has(orphan)).toBe(false);
    expect(vault.ids.has(kept)).toBe(true);
    expect(await actsOf(orphan)).toEqual(['vault.orphan-destroyed']);
    const late = heldMessage({ id: orphan });
    await expect(holdLedger(stores()).hold(late, heldEntry(late))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('leaves a file whose message came meanwhile, and says of a message without a file that it failed', async () => {
    const run = reconciler({ outbox: outbox(stores()), carrier: { enqueue: async () => undefined }, ledger: sweepLedger(stores()), vault, clock });
    const { id: kept } = await held();
    const slow = heldMessage({ receivedAt: new Date(clock.now()) });
    vault.put({ ...(await vault.open(kept)).head, id: slow.id }, BODY, MASK);
    await run();
    await holdLedger(stores()).hold(slow, heldEntry(slow));
    clock.advance(60 * 60_000);
    await run();
    expect(vault.ids.has(slow.id)).toBe(true);
    await vault.shred(slow.id);
    await run();
    expect(await stateOf(slow.id)).toMatchObject({ state: 'failed', lastError: 'vault-missing' });
    expect(await reviewLedger(stores()).settle(slow.id, { outcome: 'retry', reason: 'r', actor: 'ann' })).toMatchObject({ kind: 'wrong-state' });
    // The same again must not join what has lost its content; and what comes back (a disk mounted late) can still be released.
    expect(await holdLedger(stores()).join(slow.route, slow.bodyFingerprint)).toBeUndefined();
    vault.put({ ...(await vault.open(kept)).head, id: slow.id }, BODY, MASK);
    expect(await holdLedger(stores()).join(slow.route, slow.bodyFingerprint)).toBeUndefined();
    expect(await reviewLedger(stores()).release(slow.id, { as: 'original', reason: 'it is back', actor: 'ann' })).toMatchObject({ state: 'releasing' });
    await release()(await jobOf(slow.id));
    expect(await stateOf(slow.id)).toMatchObject({ state: 'released' });
  });

  it('lets a message that has lost its file be rejected', async () => {
    const run = reconciler({ outbox: outbox(stores()), carrier: { enqueue: async () => undefined }, ledger: sweepLedger(stores()), vault, clock });
    const slow = await held();
    await vault.shred(slow.id);
    await run();
    expect(await reviewLedger(stores()).reject(slow.id, { reason: 'lost', actor: 'ann' })).toMatchObject({ kind: 'done' });
  });
});

/** What works on releases and destruction, and looks for what a crash left. */
function together(now: Clock, one: Carrier): Pick<WorkersOptions, 'carrier' | 'outbox' | 'handlers' | 'once'> {
  const live = { database, audit, clock: now };
  const rows = outbox(live);
  return {
    carrier: one, outbox: rows,
    handlers: (breakOff) => ({
      release: releaseHandler({ ledger: releaseLedger(live), vault, route: () => route(), applyEdits, clock: now, breakOff }),
      destroy: destroyHandler({ ledger: destroyLedger(live), vault }),
    }),
    once: { reconcile: reconciler({ outbox: rows, carrier: one, ledger: sweepLedger(live), vault, clock: now }), expire: () => expireRun(expiryLedger(live)) },
  };
}

describe('the workers together', () => {
  // What the tests before left to be tried again is due by the real clock: its requests would take the answers meant for another.
  beforeEach(async () => {
    await database.db.updateTable('outbox').set({ closed_at: new Date(), outcome: 'moot' }).where('closed_at', 'is', null).execute();
  });

  it('carry a decision to its end by themselves, over a kill -9 of the database, and stop when told', async () => {
    const now = { now: () => Date.now() };
    const live = { database, audit, clock: now };
    const logged: string[] = [];
    const one = await carrier({ store: { database: app }, log: (_level, code) => logged.push(code), stalledAfterMs: 2_000 });
    const workers = startWorkers({
      ...together(now, one),
      log: (_level, code) => logged.push(code),
    });
    const review = reviewLedger({ ...live, onJob: () => workers.wake() });
    const shredded = (id: string): Promise<void> => until('the end of the file', () => !vault.ids.has(id));
    const first = await held({ receivedAt: new Date() });
    await review.release(first.id, { as: 'masked', reason: 'r', actor: 'ann' });
    await shredded(first.id);
    expect(await stateOf(first.id)).toMatchObject({ state: 'released' });
    const back = new Promise<void>((resolve) => server().onState((state) => state === 'up' && resolve()));
    const second = await held({ receivedAt: new Date() });
    await review.reject(second.id, { reason: 'no', actor: 'ann' });
    const pid = server().pid();
    if (pid === undefined) throw new Error('the database is not running');
    process.kill(pid, 'SIGKILL');
    await back;
    await shredded(second.id);
    await workers.stop();
    expect(await verifyAudit(database)).toMatchObject({ ok: true });
  });

  it('break a release off when they must stop, and the next ones send it whole', async () => {
    const now = { now: () => Date.now() };
    const live = { database, audit, clock: now };
    // The workers here follow the real clock: the message must not have expired under it.
    const { id } = await held({ method: 'PUT', receivedAt: new Date() });
    const open = async (stopWithinMs: number) =>
      startWorkers({
        ...together(now, await carrier({ store: { database: app }, log: () => undefined, stalledAfterMs: 2_000 })),
        stopWithinMs,
        log: () => undefined,
      });
    upstream.next({ delay: new Promise(() => undefined) });
    const { started } = upstream;
    const first = await open(100);
    await reviewLedger(live).release(id, { as: 'original', reason: 'r', actor: 'ann' });
    first.wake();
    await upstream.reached(started + 1);
    await first.stop();
    expect((await stateOf(id)).state).toBe('releasing');
    const second = await open(20_000);
    await until('the release', async () => (await stateOf(id)).state === 'released');
    expect(await stateOf(id)).toMatchObject({ state: 'released', delivery: { status: 200, attempts: 2 } });
    await second.stop();
  });
});
