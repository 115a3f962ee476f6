/** Everything the review API can do, each operation defined once. */
import type { AuditTrail, Clock, DecisionResult, MonitorReport, ReviewLedger } from '../ports.js';
import { away, noting } from './away.js';
import { messageView } from './message-view.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { decisionAnswer, rejectBody, releaseBody, settleBody } from './decision-schemas.js';
import { messageAnswer, messageParams, monitorReportAnswer, noBody, noParams, noQuery } from './schemas.js';

export interface ReviewPorts {
  readonly ledger: ReviewLedger;
  readonly audit: AuditTrail;
  readonly monitorReport: () => MonitorReport | Promise<MonitorReport>;
  readonly clock: Clock;
}

export function reviewOperations({ ledger, audit, monitorReport, clock }: ReviewPorts): readonly Operation[] {
  const note = noting(audit, clock);

  return [
    operation({
      id: 'getMessage',
      method: 'get',
      right: 'messages.read',
      path: '/messages/{id}',
      summary: 'One message: masked facts, findings with their places, what could not be read, and the coverage receipt.',
      params: messageParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: messageAnswer,
      problems: ['not-found', 'ledger-unavailable'],
      async run({ params, caller }) {
        const message = await away(() => ledger.get(params.id));
        if (message === undefined) throw new ApiProblem('not-found');
        await note(caller.actor, 'message.view', message.id, { state: message.state });
        return messageView(message);
      },
    }),
    operation({
      id: 'releaseMessage',
      method: 'post',
      right: 'messages.decide',
      path: '/messages/{id}/release',
      summary: 'Let it go, as it was or with its findings masked. The state becomes `released` once the next hop has said 2xx.',
      params: messageParams,
      query: noQuery,
      body: releaseBody,
      status: 202,
      answer: decisionAnswer,
      problems: ['not-found', 'wrong-state', 'ledger-unavailable'],
      run: async ({ params, body, caller }) => decided(params.id, await away(() => ledger.release(params.id, { ...body, actor: caller.actor }))),
    }),
    operation({
      id: 'rejectMessage',
      method: 'post',
      right: 'messages.decide',
      path: '/messages/{id}/reject',
      summary: 'Refuse it for good; its content is shredded.',
      params: messageParams,
      query: noQuery,
      body: rejectBody,
      status: 200,
      answer: decisionAnswer,
      problems: ['not-found', 'wrong-state', 'ledger-unavailable'],
      run: async ({ params, body, caller }) => decided(params.id, await away(() => ledger.reject(params.id, { reason: body.reason, actor: caller.actor }))),
    }),
    operation({
      id: 'settleMessage',
      method: 'post',
      right: 'messages.decide',
      path: '/messages/{id}/settle',
      summary: 'Settle a release that is `uncertain` or `failed`: say that it arrived, or have it sent again.',
      params: messageParams,
      query: noQuery,
      body: settleBody,
      status: 200,
      answer: decisionAnswer,
      problems: ['not-found', 'wrong-state', 'ledger-unavailable'],
      run: async ({ params, body, caller }) => decided(params.id, await away(() => ledger.settle(params.id, { ...body, actor: caller.actor }))),
    }),
    operation({
      id: 'monitorReport',
      method: 'get',
      right: 'policy.read',
      path: '/monitor-report',
      summary: 'What rules, routes or the whole gateway in monitor mode would have done, counted per day.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: monitorReportAnswer,
      problems: [],
      async run() {
        const { since, rows, folded } = await monitorReport();
        return { since, rows: rows.map(({ day, route, rule, action, exchanges }) => ({ day, route, rule, action, exchanges })), folded };
      },
    }),
  ];
}

function decided(id: string, result: DecisionResult): { id: string; state: (DecisionResult & { kind: 'done' })['state'] } {
  switch (result.kind) {
    case 'done':
      return { id, state: result.state };
    case 'not-found':
      throw new ApiProblem('not-found');
    case 'wrong-state':
      throw new ApiProblem('wrong-state', { state: result.state });
  }
}
