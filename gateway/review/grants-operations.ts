/** Grants: the system administrator proposes, the security administrator approves. */
import type { GrantsLedger, ProposeResult } from '../ports.js';
import { grantBody, grantChangedAnswer, grantsAnswer, grantsQuery, idParams, type GrantAnswer } from './accounts-schemas.js';
import { operation, type Operation } from './operation.js';
import { grantView } from './people-views.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';
import { emptyBody } from './session-schemas.js';

export function grantsOperations({ grants }: { readonly grants: GrantsLedger }): readonly Operation[] {
  const act = { method: 'post', params: idParams, query: noQuery, body: emptyBody, status: 200, answer: grantChangedAnswer, problems: ['not-found', 'grant-refused', 'person-needed', 'ledger-unavailable'] } as const;
  return [
    operation({
      id: 'listGrants', method: 'get', right: ['accounts.manage', 'grants.approve'], path: '/grants', params: noParams, query: grantsQuery, body: noBody, status: 200, answer: grantsAnswer, problems: ['ledger-unavailable'],
      summary: 'Grants, newest first.',
      run: async ({ query }) => ({ grants: (await grants.list(query)).map(grantView) }),
    }),
    operation({
      id: 'proposeGrant', method: 'post', right: 'accounts.manage', path: '/grants', params: noParams, query: noQuery, body: grantBody, status: 200, answer: grantChangedAnswer, problems: ['not-found', 'grant-refused', 'ledger-unavailable'],
      summary: 'Propose a role for an account. In the set-up phase the first security administrator and the first auditor are granted at once.',
      run: async ({ body, caller }) => changed(await grants.propose({ accountId: body.accountId, role: body.role, scope: body.scope, mayOpen: body.mayOpen }, caller)),
    }),
    operation({
      ...act, id: 'approveGrant', right: 'grants.approve', path: '/grants/{id}/approve',
      summary: 'Put it in force: never by who proposed it, or for oneself. The account’s sessions end.',
      run: async ({ params, caller }) => changed(await grants.approve(params.id, caller)),
    }),
    operation({
      ...act, id: 'refuseGrant', right: 'grants.approve', path: '/grants/{id}/refuse',
      summary: 'Refuse what was proposed.',
      run: async ({ params, caller }) => changed(await grants.refuse(params.id, caller)),
    }),
    operation({
      ...act, id: 'revokeGrant', right: 'accounts.manage', path: '/grants/{id}/revoke',
      summary: 'Take it back, at once. The last of an administrator’s role stays.',
      run: async ({ params, caller }) => changed(await grants.revoke(params.id, caller)),
    }),
  ];
}

function changed(result: ProposeResult): { grant: GrantAnswer } {
  switch (result.kind) {
    case 'done':
      return { grant: grantView(result.grant) };
    case 'not-found':
      throw new ApiProblem('not-found');
    case 'refused':
      throw result.why === 'person-needed' ? new ApiProblem('person-needed') : new ApiProblem('grant-refused', { why: result.why });
  }
}
