/** Exceptions in the API: seen and decided by the security administrator, never by who proposed them. Proposing one is a decision about a message. */
import type { ExceptionLedger, ProposalResult, StoredException } from '../ports.js';
import { approveExceptionBody, decisionBody, exceptionAnswer, exceptionsAnswer, exceptionsQuery, proposalParams, type ExceptionAnswer } from './exceptions-schemas.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface ExceptionsPorts {
  readonly exceptions: ExceptionLedger;
}

export function exceptionsOperations({ exceptions }: ExceptionsPorts): readonly Operation[] {
  const answer = async (id: string): Promise<ExceptionAnswer> => {
    const stored = await away(() => exceptions.get(id));
    if (stored === undefined) throw new ApiProblem('not-found');
    return exceptionView(stored);
  };
  const decision = (id: string, to: 'refuse' | 'end', summary: string): Operation =>
    operation({
      id, method: 'post', right: 'exceptions.decide', path: `/exceptions/{id}/${to}`, summary,
      params: proposalParams, query: noQuery, body: decisionBody, status: 200, answer: exceptionAnswer,
      problems: ['not-found', 'proposal-state', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        decided(await away(() => exceptions[to](params.id, { actor: caller.actor, reason: body.reason })));
        return await answer(params.id);
      },
    });
  return [
    operation({
      id: 'listExceptions', method: 'get', right: 'exceptions.decide', path: '/exceptions',
      summary: 'Exceptions, newest first: proposed, in force, refused, ended, expired.',
      params: noParams, query: exceptionsQuery, body: noBody, status: 200, answer: exceptionsAnswer, problems: ['ledger-unavailable'],
      async run({ query }) {
        const page = await away(() => exceptions.list(query));
        return { exceptions: page.exceptions.map(exceptionView), next: page.next };
      },
    }),
    operation({
      id: 'approveException', method: 'post', right: 'exceptions.decide', path: '/exceptions/{id}/approve',
      summary: 'Put a proposed exception in force. Not for who proposed it, and not for a token.',
      params: proposalParams, query: noQuery, body: approveExceptionBody, status: 200, answer: exceptionAnswer,
      problems: ['not-found', 'person-needed', 'proposal-state', 'own-proposal', 'exception-scope', 'exceptions-full', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        // What silences findings is a second opinion, and those are a person's.
        if (caller.kind === 'token') throw new ApiProblem('person-needed');
        const result = await away(() => exceptions.approve(params.id, { actor: caller.actor, reason: body.reason, conclusive: body.conclusive }));
        if (result.kind === 'scope') throw new ApiProblem('exception-scope');
        if (result.kind === 'full') throw new ApiProblem('exceptions-full');
        decided(result);
        return await answer(params.id);
      },
    }),
    decision('refuseException', 'refuse', 'Refuse a proposed exception.'),
    decision('endException', 'end', 'End an exception before its time.'),
  ];
}

/** What a decision about a proposal came to: nothing, or the problem that says why not. */
export function decided(result: ProposalResult): void {
  if (result.kind === 'not-found') throw new ApiProblem('not-found');
  if (result.kind === 'wrong-state') throw new ApiProblem('proposal-state');
  if (result.kind === 'own-proposal') throw new ApiProblem('own-proposal');
}

function exceptionView(one: StoredException): ExceptionAnswer {
  const { scope } = one;
  const isWhole = scope.senderKey !== undefined && scope.destination !== undefined && scope.detectors !== undefined;
  return {
    id: one.id,
    state: one.state,
    scope: {
      sender: scope.senderKey === undefined ? undefined : (one.sender ?? '***'),
      destination: scope.destination,
      detectors: scope.detectors === undefined ? undefined : [...scope.detectors],
      fingerprints: scope.fingerprints?.length,
    },
    conclusive: one.conclusive,
    coversHigh: scope.fingerprints !== undefined || (one.conclusive && isWhole),
    reason: one.reason,
    owner: one.owner,
    message: one.message,
    proposedBy: one.proposedBy,
    proposedAt: one.proposedAt.toISOString(),
    decidedBy: one.decidedBy,
    decidedAt: one.decidedAt?.toISOString(),
    decisionReason: one.decisionReason,
    expiresAt: one.expiresAt.toISOString(),
  };
}
