/** Everything that may end a message at once, over a real PostgreSQL: one outcome, no job forgotten, nothing shredded that a person keeps, nobody told twice. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { destroyLedger } from '../../../gateway/ledger/destroy-ledger.js';
import { expiryLedger } from '../../../gateway/ledger/expiry-ledger.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { legalHoldLedger } from '../../../gateway/ledger/legal-hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { releaseLedger } from '../../../gateway/ledger/release-ledger.js';
import { reviewLedger } from '../../../gateway/ledger/review-ledger.js';
import { sweepLedger } from '../../../gateway/ledger/sweep-ledger.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';
import { DAY_MS, heldEntry, heldMessage } from '../../kit/held.js';
import { randomBelow } from '../../kit/numbers.js';
import { PATIENCE_MS } from '../../kit/patience.js';
import { releaseHandler } from '../../../workers/release.js';
import type { JobKind } from '../../../gateway/ports.js';
import { destroyHandler } from '../../../workers/destroy.js';

const server = testPostgres();
const clock = manualClock();
const audit = auditWriter('test');
let database: LedgerDatabase;
beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }), { connectMs: PATIENCE_MS });
});
afterAll(async () => {
  await database.close();
});
const parts = () => ({ database, audit, clock });
const ENDED = ['released', 'rejected', 'expired'];

/** A destination that counts, a vault that knows what it has lost. */
function world() {
  const arrived: string[] = [];
  const shredded: string[] = [];
  const vault = { open: (id: string) => Promise.resolve({ head: { http: { method: 'POST', target: '/', fields: [] }, facts: { clientAddress: undefined }, bodyLength: 1, editsLength: 0, maskedTarget: '/', maskedFields: [], trailers: [], id }, async *body() { yield await Promise.resolve(Buffer.from('x')); }, async *edits() { await Promise.resolve(); yield Buffer.alloc(0); }, close: () => Promise.resolve() }) };
  const upstream = {
    async request({ outbound, onProgress }: { outbound: { body: AsyncIterable<Uint8Array> }; onProgress: (progress: 'some' | 'all') => void }) {
      let bytes = 0;
      for await (const chunk of outbound.body) bytes += chunk.length;
      onProgress('all');
      arrived.push(String(bytes));
      return { status: 200, early: false, body: (async function* () { await Promise.resolve(); yield Buffer.alloc(0); })() };
    },
  };
  const release = releaseHandler({ ledger: releaseLedger(parts()), vault: vault as never, route: () => ({ upstream: upstream as never, release: 'replay', idempotencyHeader: undefined, credential: undefined }), applyEdits: (body) => body, clock });
  const destroy = destroyHandler({ ledger: destroyLedger(parts()), vault: { shred: (id) => Promise.resolve(void shredded.push(id)) } });
  return { arrived, shredded, release, destroy };
}

async function openJobs(id: string): Promise<readonly { n: number; kind: JobKind }[]> {
  return await database.db.selectFrom('outbox').select(['n', 'kind']).where('message_id', '=', id).where('closed_at', 'is', null).orderBy('n').execute();
}

describe('everything at once', () => {
  it.each([11, 12, 13, 14])('has one outcome that is carried out once and told once (seed %i)', async (seed) => {
    const below = randomBelow(seed);
    const legal = legalHoldLedger(parts());
    const review = reviewLedger(parts());
    for (let run = 0; run < 20; run++) {
      const { arrived, shredded, release, destroy } = world();
      const message = heldMessage({ receivedAt: new Date(clock.now()), expiresAt: new Date(clock.now() - 1) });
      await holdLedger(parts()).hold(message, heldEntry(message));
      const { id } = message;
      const who = (n: number, reason: string) => ({ actor: `account:${String(n)}`, accountId: String(n), reason });
      const work = async (): Promise<void> => {
        for (const { n, kind } of await openJobs(id)) await (kind === 'release' ? release : destroy)({ n, kind, messageId: id, ref: undefined, attempts: 0 });
      };
      const acts: readonly (() => Promise<unknown>)[] = [
        () => review.release(id, { ...who(1, 'go'), as: 'original' }),
        () => review.release(id, { ...who(2, 'go too'), as: 'masked' }),
        () => review.reject(id, who(3, 'no')),
        () => expiryLedger(parts()).expire(),
        () => legal.set(id, { on: true, reason: 'court', actor: 'account:4' }),
        () => legal.set(id, { on: false, reason: 'over', actor: 'account:4' }),
        () => review.settle(id, { outcome: 'retry', ...who(5, 'asked') }),
        () => sweepLedger(parts()).lost(id),
        work, work, work,
      ];
      const order = acts.map((act) => ({ act, turn: below(1000) })).sort((a, b) => a.turn - b.turn);
      for (let at = 0; at < order.length; at += 4) await Promise.all(order.slice(at, at + 4).map(({ act }) => act()));
      const heldNow = (await review.get(id))?.legalHold === true;
      if (heldNow) expect(shredded).toEqual([]);
      await legal.set(id, { on: false, reason: 'end of test', actor: 'account:4' });
      for (let turn = 0; turn < 3; turn++) await work();
      const end = await review.get(id);
      const state = end?.state ?? '';
      expect(arrived.length).toBeLessThanOrEqual(1);
      if (ENDED.includes(state)) expect({ state, shredded: shredded.length > 0 }).toEqual({ state, shredded: true });
      else expect({ state, shredded }).toEqual({ state, shredded: [] });
      expect({ state, arrived: arrived.length }).toEqual({ state, arrived: state === 'released' ? 1 : 0 });
      expect(await openJobs(id)).toEqual([]);
      const notices = await database.db.selectFrom('notices').select('kind').where('message_id', '=', id).execute();
      expect({ state, notices: notices.map(({ kind }) => kind) }).toEqual({ state, notices: state === 'rejected' || state === 'expired' ? [state] : [] });
      const destroyed = await database.db.selectFrom('audit').select('act').where('subject', '=', id).where('act', '=', 'vault.destroyed').execute();
      expect(destroyed).toHaveLength(ENDED.includes(state) ? 1 : 0);
    }
    clock.advance(DAY_MS);
  });
});
