/** Break-glass in the API (HC 37): one person asks, another approves, and it is over after four hours at most. */
import type { ActiveBypass, BypassLedger, StoredBypass } from '../ports.js';
import { bypassAnswer, bypassBody, bypassesAnswer, decisionBody, proposalParams, type BypassAnswer } from './exceptions-schemas.js';
import { decided } from './exceptions-operations.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';

/** The newest; older ones are in the audit. */
const LISTED = 100;

export interface BypassPorts {
  readonly bypasses: BypassLedger;
  /** As this gateway applies them now. */
  readonly inForce: () => readonly ActiveBypass[];
  /** Scanned routes: what there is to bypass. */
  readonly routes: () => readonly string[];
}

export function bypassOperations({ bypasses, inForce, routes }: BypassPorts): readonly Operation[] {
  const answer = async (id: string): Promise<BypassAnswer> => {
    const stored = (await away(() => bypasses.list(LISTED))).find((one) => one.id === id);
    if (stored === undefined) throw new ApiProblem('not-found');
    return bypassView(stored);
  };
  const decision = (id: string, right: 'bypass.approve' | 'bypass.propose', to: 'approve' | 'refuse' | 'end', summary: string): Operation =>
    operation({
      id, method: 'post', right, path: `/bypasses/{id}/${to}`, summary,
      params: proposalParams, query: noQuery, body: decisionBody, status: 200, answer: bypassAnswer,
      problems: ['not-found', 'proposal-state', 'own-proposal', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        decided(await away(() => bypasses[to](params.id, { actor: caller.actor, reason: body.reason })));
        return await answer(params.id);
      },
    });
  const list = async () => ({
    active: inForce().map(({ id, route, endsAt }) => ({ id, route, endsAt: new Date(endsAt).toISOString() })),
    bypasses: (await away(() => bypasses.list(LISTED))).map(bypassView),
    routes: [...routes()],
  });
  return [
    operation({
      id: 'listBypasses', method: 'get', right: 'settings.read', path: '/bypasses',
      summary: 'Break-glass: routes that let everything pass now, what is asked for, and what was.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: bypassesAnswer, problems: ['ledger-unavailable'],
      run: list,
    }),
    operation({
      id: 'proposeBypass', method: 'post', right: 'bypass.propose', path: '/bypasses',
      summary: 'Ask that a route lets everything pass for up to four hours. A second person must approve.',
      params: noParams, query: noQuery, body: bypassBody, status: 200, answer: bypassAnswer, problems: ['not-found', 'proposal-state', 'ledger-unavailable'],
      async run({ body, caller }) {
        if (!routes().includes(body.route)) throw new ApiProblem('not-found');
        const result = await away(() => bypasses.propose({ ...body, actor: caller.actor }));
        if (result.kind === 'wrong-state') throw new ApiProblem('proposal-state');
        return await answer(result.id);
      },
    }),
    decision('approveBypass', 'bypass.approve', 'approve', 'Let it begin. Not for who asked for it.'),
    decision('refuseBypass', 'bypass.approve', 'refuse', 'Refuse what was asked for.'),
    decision('endBypass', 'bypass.propose', 'end', 'End it before its time, or take back what was asked for.'),
  ];
}

function bypassView(one: StoredBypass): BypassAnswer {
  return {
    id: one.id,
    state: one.state,
    route: one.route,
    reason: one.reason,
    hours: one.hours,
    proposedBy: one.proposedBy,
    proposedAt: one.proposedAt.toISOString(),
    decidedBy: one.decidedBy,
    decidedAt: one.decidedAt?.toISOString(),
    decisionReason: one.decisionReason,
    endsAt: one.endsAt?.toISOString(),
  };
}
