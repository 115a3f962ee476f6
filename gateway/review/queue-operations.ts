/** The queue's operations: pages, groups, counts, and who is to decide what. */
import type { MarkAddress } from '../address-mark.js';
import type { AuditTrail, Caller, Clock, Decider, Deciders, QueueLedger, SlaLimits } from '../ports.js';
import { away, noting } from './away.js';
import type { IsOutside } from './mail-answers.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { ledgerFilter, scopeMarks, searchNote } from './queue-asked.js';
import { assignAnswer, assignBody, assigneesAnswer, groupsAnswer, groupsQuery, queueAnswer, queueCountsAnswer, queueQuery } from './queue-schemas.js';
import { personOf, queueView, type ViewOptions } from './queue-view.js';
import { messageParams, noBody, noParams, noQuery } from './schemas.js';

export interface QueuePorts {
  readonly queue: QueueLedger;
  readonly deciders: Deciders;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly mark: MarkAddress;
  /** As the configuration says now. */
  readonly sla: () => SlaLimits;
  /** Which masked addresses are not of one's own house. */
  readonly isOutside: IsOutside;
}

export function queueOperations({ queue, deciders, audit, clock, mark, sla, isOutside }: QueuePorts): readonly Operation[] {
  const note = noting(audit, clock);
  const view = async (): Promise<ViewOptions> => ({ now: clock.now(), sla: sla(), isOutside, person: personOf(await deciders.list()) });

  return [
    operation({
      id: 'listMessages',
      method: 'get',
      right: 'messages.read',
      path: '/messages',
      summary: 'Held messages, masked; filtered, and in order of arrival, risk or expiry. Only those within the caller’s scope.',
      params: noParams,
      query: queueQuery,
      body: noBody,
      status: 200,
      answer: queueAnswer,
      problems: ['ledger-unavailable'],
      async run({ query: { order, limit, after, ...asked }, caller }) {
        const filter = ledgerFilter(asked, caller, mark);
        const page = await away(() => queue.page({ filter, scope: scopeMarks(caller.scope, mark), order, limit, after }).catch(badCursor));
        const options = await away(view);
        await note(caller.actor, 'message.search', undefined, { ...searchNote(asked), order, limit, found: page.messages.length });
        return { messages: page.messages.map((message) => queueView(message, options)), next: page.next };
      },
    }),
    operation({
      id: 'listGroups',
      method: 'get',
      right: 'messages.read',
      path: '/messages/groups',
      summary: 'Alike messages together, largest group first; of those that wait, unless states are named.',
      params: noParams,
      query: groupsQuery,
      body: noBody,
      status: 200,
      answer: groupsAnswer,
      problems: ['ledger-unavailable'],
      async run({ query: { limit, ...asked }, caller }) {
        const groups = await away(() => queue.groups({ filter: ledgerFilter(asked, caller, mark), scope: scopeMarks(caller.scope, mark), limit }));
        const options = await away(view);
        await note(caller.actor, 'message.search', undefined, { ...searchNote(asked), groups: true, limit, found: groups.length });
        return { groups: groups.map(({ key, why, size, oldest, sample }) => ({ key, why, size, oldest: oldest.toISOString(), sample: queueView(sample, options) })) };
      },
    }),
    operation({
      id: 'countMessages',
      method: 'get',
      right: 'messages.read',
      path: '/messages/counts',
      summary: 'How many messages there are by state, and of those that wait: mine, nobody’s, late.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: queueCountsAnswer,
      problems: ['ledger-unavailable'],
      run: async ({ caller }) =>
        away(async () => {
          const { states, mine, unassigned, late } = await queue.counts({ scope: scopeMarks(caller.scope, mark), accountId: caller.accountId, now: new Date(clock.now()), sla: sla() });
          return { states, mine, unassigned, late };
        }),
    }),
    operation({
      id: 'listAssignees',
      method: 'get',
      right: 'messages.read',
      path: '/assignees',
      summary: 'People who may decide about messages, and so be given one.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: assigneesAnswer,
      problems: ['ledger-unavailable'],
      run: async () => ({ people: (await away(() => deciders.list())).map(({ id, name, displayName }) => ({ id, name, displayName })) }),
    }),
    operation({
      id: 'assignMessage',
      method: 'post',
      right: 'messages.decide',
      path: '/messages/{id}/assign',
      summary: 'Give a waiting message to someone who may decide about it, take it oneself, or give it back to everyone.',
      params: messageParams,
      query: noQuery,
      body: assignBody,
      status: 200,
      answer: assignAnswer,
      problems: ['not-found', 'wrong-state', 'not-an-assignee', 'ledger-unavailable'],
      async run({ params, body: { accountId }, caller }) {
        const person = accountId === null ? undefined : await away(() => assignee(queue, deciders, mark, accountId, [params.id]));
        const result = await away(() => queue.assign(params.id, { to: accountId, scope: scopeMarks(caller.scope, mark), actor: caller.actor }));
        if (result.kind === 'not-found') throw new ApiProblem('not-found');
        if (result.kind === 'wrong-state') throw new ApiProblem('wrong-state', { state: result.state });
        return { id: params.id, assignee: person && { id: person.id, name: person.name, displayName: person.displayName } };
      },
    }),
  ];
}

/** Someone who may decide, and who sees these messages: nobody is given what is hidden from them. */
export async function assignee(queue: QueueLedger, deciders: Deciders, mark: MarkAddress, accountId: string, ids: readonly string[]): Promise<Decider> {
  const person = (await deciders.list()).find(({ id }) => id === accountId);
  if (person === undefined) throw new ApiProblem('not-an-assignee');
  const scope = scopeMarks(person.scope, mark);
  if (scope !== undefined && (await queue.visible(ids, scope)).size < new Set(ids).size) throw new ApiProblem('not-an-assignee');
  return person;
}

/** A cursor that no page has given is a mistake of the request. */
function badCursor(thrown: unknown): never {
  if (thrown instanceof RangeError) throw new ApiProblem('invalid-request', { problems: [{ in: 'query', path: 'after', message: 'not the `next` of a page with this order' }] });
  throw thrown;
}

/** Operations about one message answer 404 where it is outside the caller's scope. What bounds a scope never changes about a message, so asking first is enough. */
export function withinScope(operations: readonly Operation[], { queue, mark }: Pick<QueuePorts, 'queue' | 'mark'>): readonly Operation[] {
  const sees = async (caller: Caller, id: unknown): Promise<boolean> => {
    const scope = scopeMarks(caller.scope, mark);
    return scope === undefined || (typeof id === 'string' && (await away(() => queue.visible([id], scope))).has(id));
  };
  return operations.map((one): Operation => {
    if (!one.path.startsWith('/messages/{id}')) return one;
    return {
      ...one,
      async run(call) {
        if (!(await sees(call.caller, (call.params as { id?: unknown } | undefined)?.id))) throw new ApiProblem('not-found');
        return await one.run(call);
      },
    };
  });
}
