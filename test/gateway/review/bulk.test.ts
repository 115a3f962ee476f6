/** Bulk decisions: what a preview leaves out, what its token carries out, and that each message is looked at again. */
import { describe, expect, it } from '@jest/globals';
import type { BulkCandidate, BulkPlan, Caller, DecisionResult, HeldState, Visit } from '../../../gateway/ports.js';
import { bulkOperations, type BulkPorts } from '../../../gateway/review/bulk-operations.js';
import { withinScope } from '../../../gateway/review/queue-operations.js';
import { manualClock } from '../../kit/clock.js';
import { memoryQueue } from '../../kit/memory-queue.js';
import { message } from './stand.js';

const candidate = (id: string, change: Partial<BulkCandidate> = {}): BulkCandidate => ({ id, state: 'held', fourEyes: false, legalHold: false, route: 'mail', sender: 'a***@b.example', findingCounts: { 'cn.phone': 2 }, ...change });
const visit = {} as Visit;
const caller = (name: string, scope?: Caller['scope']): Caller => ({ actor: `account:${name}`, kind: 'person', accountId: name, roles: ['reviewer'], rights: new Set(['messages.decide']), scope });

function stand(candidates: BulkCandidate[]) {
  const plans = new Map<string, BulkPlan>();
  const decided: [string, string, string][] = [];
  const finished: Readonly<Record<string, unknown>>[] = [];
  const clock = manualClock();
  const answers = new Map<string, DecisionResult | Error>();
  const queue = memoryQueue(new Map(candidates.map(({ id, state }) => [id, message(id, state)])));
  const ports: BulkPorts = {
    ...queue,
    clock,
    bulk: {
      candidates: async (pick, scope, limit) => candidates.filter(({ id, route }) => (!('ids' in pick) || pick.ids.includes(id)) && (scope?.routes?.includes(route) ?? true)).slice(0, limit),
      plan: async (hash, plan) => void plans.set(hash, plan),
      async take(hash, { actor, action }) {
        const plan = plans.get(hash);
        if (plan?.actor !== actor || plan.action !== action || plan.expiresAt.getTime() <= clock.now()) return undefined;
        plans.delete(hash);
        return plan;
      },
      finished: async (_actor, _digest, data) => void finished.push(data),
    },
    async decide(id, action, reason) {
      const answer = answers.get(id) ?? { kind: 'done', state: 'releasing' };
      if (answer instanceof Error) throw answer;
      decided.push([id, action, reason]);
      return answer;
    },
  };
  const [preview, carryOut] = bulkOperations(ports);
  const run = (operation: typeof preview, body: unknown, who: Caller) => {
    if (operation === undefined) throw new Error('no such operation');
    return operation.run({ params: {}, query: {}, body, caller: who, visit, language: 'en' }) as Promise<Record<string, unknown>>;
  };
  return { preview: (body: unknown, who = caller('ann')) => run(preview, body, who), carryOut: (body: unknown, who = caller('ann')) => run(carryOut, body, who), plans, decided, finished, clock, candidates, answers };
}

describe('a preview', () => {
  it('leaves out of a masked release what no mask would reach', async () => {
    const { preview } = stand([candidate('w1'), candidate('w2', { leavesUnmasked: true })]);
    expect(await preview({ ids: ['w1', 'w2'], action: 'release-masked' })).toMatchObject({ count: 1, skipped: [{ id: 'w2', why: 'leaves-unmasked' }] });
    expect(await preview({ ids: ['w1', 'w2'], action: 'reject' })).toMatchObject({ count: 2, skipped: [] });
  });

  it('leaves out of a masked release what a later scan stands against', async () => {
    const { preview } = stand([candidate('w1', { maskedRefusal: 'rescan-found-more', leavesUnmasked: true }), candidate('w2', { maskedRefusal: 'rescan-open' }), candidate('w3')]);
    expect(await preview({ ids: ['w1', 'w2', 'w3'], action: 'release-masked' })).toMatchObject({ count: 1, skipped: [{ id: 'w1', why: 'rescan-found-more' }, { id: 'w2', why: 'rescan-open' }] });
    expect(await preview({ ids: ['w1', 'w2', 'w3'], action: 'release' })).toMatchObject({ count: 3, skipped: [] });
  });

  it('says what would be touched and what would not, and why', async () => {
    const { preview, plans, decided } = stand([candidate('w1'), candidate('w2', { sender: undefined, state: 'failed' }), candidate('w3', { fourEyes: true }), candidate('w4', { state: 'released' }), candidate('w5', { legalHold: true })]);
    const answer = await preview({ ids: ['w1', 'w2', 'w3', 'w4', 'w5', 'w9'], action: 'reject' });
    expect(answer).toMatchObject({
      count: 2, more: false, byState: { held: 1, failed: 1 }, bySender: [{ sender: 'a***@b.example', count: 1 }, { count: 1 }], findingCounts: { 'cn.phone': 4 },
      skipped: [{ id: 'w3', why: 'four-eyes' }, { id: 'w4', why: 'wrong-state' }, { id: 'w5', why: 'legal-hold' }, { id: 'w9', why: 'not-found' }],
    });
    expect([...plans.values()]).toMatchObject([{ actor: 'account:ann', ids: ['w1', 'w2'] }]);
    expect([...plans.keys()]).not.toContain(answer['token']);
    expect(decided).toEqual([]);
  });

  it('leaves out what is outside the scope, as if it were not there', async () => {
    const { preview } = stand([candidate('w1'), candidate('w2', { route: 'share' })]);
    expect(await preview({ ids: ['w1', 'w2'], action: 'release' }, caller('bob', { routes: ['mail'] }))).toMatchObject({ count: 1, skipped: [{ id: 'w2', why: 'not-found' }] });
  });

  it('takes a thousand and says that there are more', async () => {
    const { preview } = stand(Array.from({ length: 1_200 }, (_, n) => candidate(`w${n}`)));
    expect(await preview({ filter: { route: ['mail'] }, action: 'release' })).toMatchObject({ count: 1_000, more: true });
  });

  it.each([{ action: 'reject' }, { ids: ['w1'], filter: {}, action: 'reject' }, { ids: ['w1'], action: 'assign' }, { ids: ['w1'], action: 'reject', accountId: 'ann' }, { ids: [], action: 'reject' }, { ids: ['w1'], action: 'shred' }])('of %j is refused', async (body) => {
    await expect(stand([candidate('w1')]).preview(body)).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('gives nothing to whom it would be hidden from, or who may not decide', async () => {
    const { preview } = stand([candidate('share-1', { route: 'share' })]);
    await expect(preview({ ids: ['share-1'], action: 'assign', accountId: 'bob' })).rejects.toMatchObject({ code: 'not-an-assignee' });
    await expect(preview({ ids: ['share-1'], action: 'assign', accountId: 'carol' })).rejects.toMatchObject({ code: 'not-an-assignee' });
    expect(await preview({ ids: ['share-1'], action: 'assign', accountId: 'ann' })).toMatchObject({ count: 1 });
  });
});

describe('carrying it out', () => {
  it('decides each message by itself, once, and says of each what became of it', async () => {
    const { preview, carryOut, decided, finished, answers } = stand([candidate('w1'), candidate('w2'), candidate('w3')]);
    answers.set('w2', { kind: 'wrong-state', state: 'rejected' });
    answers.set('w3', new Error('in doubt'));
    const { token } = await preview({ ids: ['w1', 'w2', 'w3'], action: 'release-masked' });
    const body = { token, action: 'release-masked', reason: 'alike and harmless' };
    expect(await carryOut(body)).toEqual({
      results: [{ id: 'w1', result: 'done', state: 'releasing' }, { id: 'w2', result: 'wrong-state', state: 'rejected' }, { id: 'w3', result: 'failed' }],
      counts: { done: 1, 'wrong-state': 1, failed: 1 },
    });
    expect(decided).toEqual(expect.arrayContaining([['w1', 'release-masked', 'alike and harmless']]));
    expect(finished).toEqual([{ action: 'release-masked', done: 1, 'wrong-state': 1, failed: 1 }]);
    await expect(carryOut(body)).rejects.toMatchObject({ code: 'preview-void' });
  });

  it('is for the account, the action and the five minutes of the preview alone', async () => {
    const { preview, carryOut, decided, clock } = stand([candidate('w1')]);
    const { token } = await preview({ ids: ['w1'], action: 'reject' });
    await expect(carryOut({ token, action: 'reject', reason: 'x' }, caller('bob'))).rejects.toMatchObject({ code: 'preview-void' });
    await expect(carryOut({ token, action: 'release', reason: 'x' })).rejects.toMatchObject({ code: 'preview-void' });
    clock.advance(5 * 60_000);
    await expect(carryOut({ token, action: 'reject', reason: 'x' })).rejects.toMatchObject({ code: 'preview-void' });
    expect(decided).toEqual([]);
  });

  it('looks again: what changed since the preview is not touched', async () => {
    const { preview, carryOut, decided, candidates } = stand([candidate('w1'), candidate('w2'), candidate('w3', { route: 'share' }), candidate('w4')]);
    const { token } = await preview({ ids: ['w1', 'w2', 'w3', 'w4'], action: 'release' });
    candidates[0] = candidate('w1', { fourEyes: true });
    candidates[1] = candidate('w2', { state: 'expired' satisfies HeldState });
    const answer = await carryOut({ token, action: 'release', reason: 'x' }, { ...caller('ann'), scope: { routes: ['mail'] } });
    expect(answer['results']).toEqual([{ id: 'w1', result: 'four-eyes', state: 'held' }, { id: 'w2', result: 'wrong-state', state: 'expired' }, { id: 'w3', result: 'not-found' }, { id: 'w4', result: 'done', state: 'releasing' }]);
    expect(decided.map(([id]) => id)).toEqual(['w4']);
  });

  it('takes no reason with a number in it', async () => {
    await expect(stand([candidate('w1')]).carryOut({ token: 'a'.repeat(43), action: 'reject', reason: 'call 13800138000' })).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('a scope', () => {
  it('makes every operation about one message answer 404 outside of it', async () => {
    const queue = memoryQueue(new Map([['w1', message('w1', 'held', { route: 'mail' })], ['w2', message('w2', 'held', { route: 'share' })]]));
    const ran: unknown[] = [];
    const [first] = bulkOperations({ ...queue, clock: manualClock(), decide: async () => ({ kind: 'not-found' }) });
    if (first === undefined) throw new Error('no operation');
    const [one] = withinScope([{ ...first, path: '/messages/{id}/anything', run: async ({ params }) => void ran.push(params) }], queue);
    const call = (id: string, scope: Caller['scope']) => one?.run({ params: { id }, query: {}, body: {}, caller: caller('ann', scope), visit, language: 'en' });
    await call('w1', { routes: ['mail'] });
    await call('w2', undefined);
    await expect(call('w2', { routes: ['mail'] })).rejects.toMatchObject({ code: 'not-found' });
    expect(ran).toEqual([{ id: 'w1' }, { id: 'w2' }]);
  });
});
