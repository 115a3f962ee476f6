/** Many messages decided at once: a preview shows what would be touched, and its token carries out exactly that, message by message. */
import { createHash, randomBytes } from 'node:crypto';
import type { MarkAddress } from '../address-mark.js';
import type { BulkAction, BulkCandidate, BulkLedger, BulkPlan, BulkResult, BulkSkip, Caller, Clock, Deciders, DecideOne, DecisionResult, HeldState, QueueLedger } from '../ports.js';
import { bulkAnswer, bulkBody, BULK_MOST, bulkPreviewAnswer, bulkPreviewBody } from './bulk-schemas.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { ledgerFilter, scopeMarks, searchNote, waits } from './queue-asked.js';
import { assignee } from './queue-operations.js';
import { noParams, noQuery } from './schemas.js';

export interface BulkPorts {
  readonly bulk: BulkLedger;
  readonly queue: QueueLedger;
  readonly deciders: Deciders;
  /** The same decision as about one message alone. */
  readonly decide: DecideOne;
  readonly clock: Clock;
  readonly mark: MarkAddress;
}

/** Long enough to read a preview, short enough that it still holds. */
const GOOD_FOR_MS = 5 * 60_000;
/** Decisions at the same time: as many as there are audit chains to write them to. */
const AT_ONCE = 4;
const TOP_SENDERS = 10;
/** States in which a person may decide; `uncertain` needs somebody who asks the destination. */
const DECIDABLE: readonly HeldState[] = ['held', 'needs-credentials', 'failed'];

interface Outcome {
  readonly id: string;
  readonly result: BulkResult;
  readonly state?: HeldState | undefined;
}

export function bulkOperations(ports: BulkPorts): readonly Operation[] {
  const { bulk, queue, deciders, clock, mark } = ports;
  return [
    operation({
      id: 'previewBulk',
      method: 'post',
      right: 'messages.decide',
      path: '/messages/bulk/preview',
      summary: 'What a decision about many messages would touch: nothing is decided yet. Never in it: messages that two people have to decide.',
      params: noParams,
      query: noQuery,
      body: bulkPreviewBody,
      status: 200,
      answer: bulkPreviewAnswer,
      problems: ['not-an-assignee', 'ledger-unavailable'],
      async run({ body: { filter, ids, action, accountId }, caller }) {
        const scope = scopeMarks(caller.scope, mark);
        const pick = ids === undefined ? { filter: ledgerFilter(filter ?? {}, caller, mark) } : { ids: [...new Set(ids)] };
        const found = await away(() => bulk.candidates(pick, scope, BULK_MOST + 1));
        const within = found.slice(0, BULK_MOST);
        const missing = 'ids' in pick ? pick.ids.filter((id) => !found.some((one) => one.id === id)) : [];
        const judged = within.map((candidate) => ({ candidate, why: whySkipped(candidate, action) }));
        const taken = judged.flatMap(({ candidate, why }) => (why === undefined ? [candidate] : []));
        const skipped = [...judged.flatMap(({ candidate, why }) => (why === undefined ? [] : [{ id: candidate.id, why }])), ...missing.map((id) => ({ id, why: 'not-found' as const }))];
        if (typeof accountId === 'string') await away(() => assignee(queue, deciders, mark, accountId, taken.map(({ id }) => id)));
        const token = randomBytes(32).toString('base64url');
        const chosen = taken.map(({ id }) => id).sort();
        const digest = createHash('sha256').update(JSON.stringify([pick, chosen])).digest('hex');
        const plan: BulkPlan = { actor: caller.actor, action, accountId, ids: chosen, digest, expiresAt: new Date(clock.now() + GOOD_FOR_MS) };
        await away(() => bulk.plan(hashOf(token), plan, { count: chosen.length, skipped: skipped.length, ...(filter === undefined ? {} : { filter: searchNote(filter) }) }));
        return { token, expiresAt: plan.expiresAt.toISOString(), count: chosen.length, more: found.length > BULK_MOST, ...figures(taken), skipped };
      },
    }),
    operation({
      id: 'decideBulk',
      method: 'post',
      right: 'messages.decide',
      path: '/messages/bulk',
      summary: 'Carry out what a preview showed. Each message is looked at again and decided by itself; the answer says of each what became of it.',
      params: noParams,
      query: noQuery,
      body: bulkBody,
      status: 200,
      answer: bulkAnswer,
      problems: ['preview-void', 'not-an-assignee', 'ledger-unavailable'],
      async run({ body: { token, action, reason }, caller }) {
        const plan = await away(() => bulk.take(hashOf(token), { actor: caller.actor, action }));
        if (plan === undefined) throw new ApiProblem('preview-void');
        if (typeof plan.accountId === 'string') {
          const { accountId, ids } = plan;
          await away(() => assignee(queue, deciders, mark, accountId, ids));
        }
        const results = await carryOut(ports, plan, reason, caller);
        const counts = countBy(results, ({ result }) => result);
        await away(() => bulk.finished(caller.actor, plan.digest, { action, ...counts }));
        return { results, counts };
      },
    }),
  ];
}

function whySkipped({ state, fourEyes, legalHold, leavesUnmasked, maskedRefusal }: BulkCandidate, action: BulkAction): BulkSkip | undefined {
  if (action === 'assign') return waits(state) ? undefined : 'wrong-state';
  if (fourEyes) return 'four-eyes';
  if (!DECIDABLE.includes(state)) return 'wrong-state';
  if (maskedRefusal !== undefined && action === 'release-masked') return maskedRefusal;
  // Only its comparison shows what a mask does not reach: somebody has to look at this one.
  if (leavesUnmasked === true && action === 'release-masked') return 'leaves-unmasked';
  // A rejection shreds, and a person keeps this one.
  return legalHold && action === 'reject' ? 'legal-hold' : undefined;
}

async function carryOut(ports: BulkPorts, plan: BulkPlan, reason: string, caller: Caller): Promise<Outcome[]> {
  const scope = scopeMarks(caller.scope, ports.mark);
  // Rights and what a message asks for may have changed since the preview.
  const now = new Map((await away(() => ports.bulk.candidates({ ids: plan.ids }, scope, BULK_MOST))).map((candidate) => [candidate.id, candidate]));
  const results: Outcome[] = [];
  const waiting = [...plan.ids];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) results.push(await one(ports, plan, id, now.get(id), reason, caller));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const place = new Map(plan.ids.map((id, i) => [id, i]));
  return results.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

async function one({ queue, decide, mark }: BulkPorts, plan: BulkPlan, id: string, candidate: BulkCandidate | undefined, reason: string, caller: Caller): Promise<Outcome> {
  if (candidate === undefined) return { id, result: 'not-found' };
  const why = whySkipped(candidate, plan.action);
  if (why !== undefined) return { id, result: why, state: candidate.state };
  try {
    if (plan.action !== 'assign') return outcome(id, await decide(id, plan.action, reason, caller));
    const assigned = await queue.assign(id, { to: plan.accountId ?? null, scope: scopeMarks(caller.scope, mark), actor: caller.actor });
    return assigned.kind === 'done' ? { id, result: 'done', state: candidate.state } : outcome(id, assigned);
  } catch {
    // Undecided or in doubt: its own page says which, and the others go on.
    return { id, result: 'failed' };
  }
}

function outcome(id: string, result: DecisionResult): Outcome {
  if (result.kind === 'done') return { id, result: 'done', state: result.state };
  return result.kind === 'wrong-state' ? { id, result: result.kind, state: result.state } : { id, result: result.kind };
}

function figures(taken: readonly BulkCandidate[]) {
  const findingCounts: Record<string, number> = {};
  for (const { findingCounts: counts } of taken) for (const [detector, count] of Object.entries(counts)) findingCounts[detector] = (findingCounts[detector] ?? 0) + count;
  const bySender = most(countBy(taken, ({ sender }) => sender ?? '')).map(([sender, count]) => ({ sender: sender === '' ? undefined : sender, count }));
  const byRoute = most(countBy(taken, ({ route }) => route)).map(([route, count]) => ({ route, count }));
  return {
    byState: countBy(taken, ({ state }) => state),
    bySender: bySender.slice(0, TOP_SENDERS),
    byRoute,
    findingCounts,
  };
}

function countBy<T, K extends string>(all: readonly T[], key: (one: T) => K): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const one of all) {
    const name = key(one);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function most(counts: Partial<Record<string, number>>): [name: string, count: number][] {
  return Object.entries(counts).map(([name, count = 0]): [string, number] => [name, count]).sort(([, a], [, b]) => b - a);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
