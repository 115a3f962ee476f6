/** Deciding about a message: release, the second person's word, rejection, escalation, false positives, and what became of a release. */
import type { Caller, Decision, DecisionResult } from '../ports.js';
import { away } from './away.js';
import { messageFor } from './mail-answers.js';
import { messageOf, type ContentPorts } from './content-ports.js';
import { approveBody, decisionAnswer, escalateBody, falsePositiveAnswer, falsePositiveBody, refuseBody, rejectBody, releaseBody, settleBody, type DecisionAnswer } from './decision-schemas.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { messageParams, noQuery } from './schemas.js';

type Ports = Pick<ContentPorts, 'ledger' | 'exceptions' | 'falsePositives' | 'splits'>;

function by({ actor, accountId }: Caller, reason: string): Decision {
  return { reason, actor, accountId };
}

export function decisionOperations({ ledger, exceptions, falsePositives, splits }: Ports): readonly Operation[] {
  const decided = async (id: string, result: DecisionResult): Promise<DecisionAnswer> => {
    switch (result.kind) {
      case 'done': {
        const until = result.state === 'awaiting-second' ? (await away(() => ledger.get(id)))?.firstUntil : undefined;
        return { id, state: result.state, until: until?.toISOString() };
      }
      case 'not-found':
        throw new ApiProblem('not-found');
      case 'wrong-state':
        throw new ApiProblem('wrong-state', { state: result.state });
      case 'rescan-found-more':
      case 'rescan-open':
      case 'not-maskable':
        throw new ApiProblem(result.kind);
    }
  };
  const shape = { method: 'post', params: messageParams, query: noQuery, status: 200, answer: decisionAnswer } as const;

  return [
    operation({
      ...shape,
      id: 'releaseMessage',
      right: 'messages.decide',
      path: '/messages/{id}/release',
      summary: 'Let it go, as it was or with its findings masked; a mail also to some of its recipients alone. With four eyes it waits for a second person (`awaiting-second`); `released` once the next hop has said 2xx.',
      body: releaseBody,
      status: 202,
      problems: ['not-found', 'wrong-state', 'no-such-recipients', 'rescan-found-more', 'rescan-open', 'not-maskable', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        const id = await messageFor(splits, params.id, body.recipients, caller);
        return await decided(id, await away(() => ledger.release(id, { ...by(caller, body.reason), as: body.as })));
      },
    }),
    operation({
      ...shape,
      id: 'approveMessage',
      right: 'messages.approve',
      path: '/messages/{id}/approve',
      summary: 'Agree, as the second person, to the release that another has chosen.',
      body: approveBody,
      status: 202,
      problems: ['not-found', 'wrong-state', 'rescan-found-more', 'rescan-open', 'not-maskable', 'same-person', 'person-needed', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        if (caller.kind !== 'person') throw new ApiProblem('person-needed');
        const result = await away(() => ledger.approve(params.id, by(caller, body.reason)));
        if (result.kind === 'same-person') throw new ApiProblem('same-person');
        return await decided(params.id, result);
      },
    }),
    operation({
      ...shape,
      id: 'refuseMessage',
      right: ['messages.decide', 'messages.approve'],
      path: '/messages/{id}/refuse',
      summary: 'Take a first approval back, as either of the two: the message is held again.',
      body: refuseBody,
      problems: ['not-found', 'wrong-state', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        if (!caller.rights.has('messages.approve') && !caller.rights.has('messages.decide')) throw new ApiProblem('forbidden');
        return await decided(params.id, await away(() => ledger.refuse(params.id, by(caller, body.reason))));
      },
    }),
    operation({
      ...shape,
      id: 'rejectMessage',
      right: 'messages.decide',
      path: '/messages/{id}/reject',
      summary: 'Refuse it for good, a mail also for some of its recipients alone; its content is shredded, and its sender is told where the route can.',
      body: rejectBody,
      problems: ['not-found', 'wrong-state', 'no-such-recipients', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        const id = await messageFor(splits, params.id, body.recipients, caller);
        return await decided(id, await away(() => ledger.reject(id, { ...by(caller, body.reason), notify: body.notify, words: body.words })));
      },
    }),
    operation({
      ...shape,
      id: 'escalateMessage',
      right: 'messages.decide',
      path: '/messages/{id}/escalate',
      summary: 'Call for those above: an alert goes out, the message stays as it is.',
      body: escalateBody,
      problems: ['not-found', 'wrong-state', 'ledger-unavailable'],
      run: async ({ params, body, caller }) => decided(params.id, await away(() => ledger.escalate(params.id, by(caller, body.reason)))),
    }),
    operation({
      ...shape,
      id: 'settleMessage',
      right: 'messages.decide',
      path: '/messages/{id}/settle',
      summary: 'Settle a release that is `uncertain` or `failed`: say that it arrived, or have it sent again.',
      body: settleBody,
      problems: ['not-found', 'wrong-state', 'rescan-found-more', 'rescan-open', 'not-maskable', 'ledger-unavailable'],
      run: async ({ params, body, caller }) => decided(params.id, await away(() => ledger.settle(params.id, { outcome: body.outcome, reason: body.reason, actor: caller.actor }))),
    }),
    operation({
      ...shape,
      id: 'markFalsePositive',
      right: 'exceptions.propose',
      path: '/messages/{id}/false-positive',
      summary: 'Call findings false positives, and propose an exception for the security administrator to decide about. Releases nothing.',
      body: falsePositiveBody,
      answer: falsePositiveAnswer,
      problems: ['not-found', 'exception-refused', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        const message = await messageOf(ledger, params.id);
        const { actor } = caller;
        const indexes = [...new Set(body.findings)].sort((a, b) => a - b);
        const findings = indexes.map((index) => ({ index, detector: message.findings[index]?.detector }));
        const chosen = findings.flatMap(({ index, detector }) => (detector === undefined ? [] : [{ index, detector }]));
        if (chosen.length < findings.length) throw new ApiProblem('exception-refused', { why: 'no-such-finding' });
        const mark = { messageId: message.id, findings: chosen, reason: body.reason, actor };
        const earlier = await away(() => falsePositives.repeated(mark));
        if (earlier !== undefined) return { id: message.id, state: message.state, exception: earlier };
        const proposed = await away(() => exceptions.propose({ message: message.id, findings: indexes, bind: body.scope, reason: body.reason, expiresAt: new Date(body.expiresAt), actor }));
        if (proposed.kind === 'not-found') throw new ApiProblem('not-found');
        if (proposed.kind === 'invalid') throw new ApiProblem('exception-refused', { why: proposed.problem });
        await away(() => falsePositives.mark({ ...mark, exception: proposed.id }));
        return { id: message.id, state: message.state, exception: proposed.id };
      },
    }),
  ];
}
