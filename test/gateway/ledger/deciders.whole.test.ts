/** Who may be given a message, and who may go on listening, read from real accounts, grants, sessions and tokens. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { decidersLedger, listeningLedger } from '../../../gateway/ledger/deciders-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import type { AccountState, Caller, GrantState, Role, Scope, Session } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';

const server = testPostgres();
const clock = manualClock();
const IDLE_MS = 30 * 60_000;
const HOUR_MS = 3_600_000;
let database: LedgerDatabase;

const now = (): Date => new Date(clock.now());
async function account(id: string, grants: readonly { role: Role; scope?: Scope; state?: GrantState }[], state: AccountState = 'active'): Promise<void> {
  await database.transact(async (trx) => {
    await trx.insertInto('accounts').values({ id, name: id, display_name: id.toUpperCase(), state, created_at: now(), created_by: 'system' }).execute();
    for (const [i, grant] of grants.entries()) {
      const decided = { decided_by: 'account:sec', decided_by_account: 'sec', decided_at: now() };
      await trx.insertInto('grants').values({
        id: `${id}-${i}`, account_id: id, role: grant.role, scope: grant.scope === undefined ? null : JSON.stringify(grant.scope), may_open: false, set_up: false,
        state: grant.state ?? 'active', proposed_by: 'account:sys', proposed_at: now(), ...(grant.state === 'proposed' ? {} : decided),
      }).execute();
    }
  });
}
const caller = (id: string, scope?: Scope, actor = `account:${id}`): Caller => ({ actor, kind: actor.startsWith('token') ? 'token' : 'person', accountId: id, roles: [], rights: new Set(), scope });
const session = (hash: string): Session => ({ hash, accountId: 'ann', step: undefined, by: 'password', pendingTotp: undefined, createdAt: now(), seenAt: now(), expiresAt: now() });
const listening = (setUpEnded = false) => listeningLedger({ database, clock, idleMs: IDLE_MS, setUpEnded: async () => setUpEnded });

beforeAll(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
  await account('ann', [{ role: 'reviewer' }, { role: 'approver' }]);
  await account('bob', [{ role: 'reviewer', scope: { routes: ['mail'] } }]);
  await account('carl', [{ role: 'approver' }]);
  await account('dora', [{ role: 'reviewer' }], 'disabled');
  await account('eve', [{ role: 'reviewer', state: 'proposed' }]);
  await account('fay', [{ role: 'auditor' }]);
  await database.transact((trx) => trx.insertInto('sessions').values({ hash: 'h1', account_id: 'ann', step: null, begun_by: 'password', created_at: now(), seen_at: now(), expires_at: new Date(clock.now() + 12 * HOUR_MS) }).execute());
  await database.transact((trx) => trx.insertInto('api_tokens').values({ id: 't1', hash: 'th', account_id: 'ann', name: 'script', rights: null, created_at: now(), expires_at: new Date(clock.now() + HOUR_MS) }).execute());
});
afterAll(() => database.close());

describe('a message may be given', () => {
  it('to active people with the role for it, and to nobody else', async () => {
    expect(await decidersLedger({ database, clock }).list()).toEqual([
      { id: 'ann', name: 'ann', displayName: 'ANN', scope: undefined },
      { id: 'bob', name: 'bob', displayName: 'BOB', scope: { routes: ['mail'] } },
    ]);
  });
});

describe('somebody may go on listening', () => {
  it('while the session is there and in use', async () => {
    expect(await listening().stillMay(caller('ann'), session('h1'))).toBe(true);
    expect(await listening().stillMay(caller('ann'), session('gone'))).toBe(false);
    clock.advance(IDLE_MS);
    expect(await listening().stillMay(caller('ann'), session('h1'))).toBe(false);
    clock.advance(-IDLE_MS);
  });

  it('with the scope the stream was opened with, an active account and a role that looks at messages', async () => {
    await database.transact((trx) => trx.insertInto('sessions').values(['bob', 'dora', 'fay'].map((id) => ({ hash: `h-${id}`, account_id: id, step: null, begun_by: 'password' as const, created_at: now(), seen_at: now(), expires_at: new Date(clock.now() + HOUR_MS) }))).execute());
    expect(await listening().stillMay(caller('bob', { routes: ['mail'] }), session('h-bob'))).toBe(true);
    expect(await listening().stillMay(caller('bob'), session('h-bob'))).toBe(false);
    expect(await listening().stillMay(caller('dora'), session('h-dora'))).toBe(false);
    expect(await listening().stillMay(caller('fay'), session('h-fay'))).toBe(false);
  });

  it('with a token until it ends or is revoked, and with the start-up token until set-up has ended', async () => {
    const token = caller('ann', undefined, 'token:ann/script');
    expect(await listening().stillMay(token, undefined)).toBe(true);
    expect(await listening().stillMay(caller('ann', undefined, 'token:ann/other'), undefined)).toBe(false);
    await database.transact((trx) => trx.updateTable('api_tokens').set({ revoked_at: now() }).where('id', '=', 't1').execute());
    expect(await listening().stillMay(token, undefined)).toBe(false);
    const setUp: Caller = { ...caller('x'), kind: 'set-up', accountId: undefined };
    expect([await listening(false).stillMay(setUp, undefined), await listening(true).stillMay(setUp, undefined)]).toEqual([true, false]);
  });
});
