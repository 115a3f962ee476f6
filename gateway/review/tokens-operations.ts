/** API tokens: everyone makes their own, the system administrator sees and revokes all. */
import type { Caller, Clock, Issuing, TokensLedger } from '../ports.js';
import { idParams, tokenBody, tokenChangedAnswer, tokenMadeAnswer, tokensAnswer } from './accounts-schemas.js';
import { operation, type Operation } from './operation.js';
import { tokenView } from './people-views.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';
import { emptyBody } from './session-schemas.js';

const DAY_MS = 86_400_000;

export interface TokensPorts {
  readonly tokens: TokensLedger;
  readonly issuing: Pick<Issuing, 'token'>;
  readonly clock: Clock;
}

export function tokensOperations({ tokens, issuing, clock }: TokensPorts): readonly Operation[] {
  /** Which ones the caller may see: undefined for all. */
  const bound = ({ rights, accountId, actor }: Caller): { readonly accountId?: string | undefined } => (rights.has('accounts.manage') ? {} : { accountId: accountId ?? actor });
  return [
    operation({
      id: 'listTokens', method: 'get', right: 'signed-in', path: '/tokens', params: noParams, query: noQuery, body: noBody, status: 200, answer: tokensAnswer, problems: ['ledger-unavailable'],
      summary: 'Your tokens; for the system administrator, everyone’s.',
      run: async ({ caller }) => ({ tokens: (await tokens.list(bound(caller))).map(tokenView) }),
    }),
    operation({
      id: 'createToken', method: 'post', right: 'signed-in', path: '/tokens', params: noParams, query: noQuery, body: tokenBody, status: 200, answer: tokenMadeAnswer, problems: ['name-taken', 'person-needed', 'ledger-unavailable'],
      summary: 'A token of your own account: it never may more than you, opens no original, is no second pair of eyes, and expires.',
      async run({ body, caller }) {
        // A token that could make tokens would never expire.
        if (caller.kind !== 'person' || caller.accountId === undefined) throw new ApiProblem('person-needed');
        const { secret, hash } = issuing.token();
        const made = await tokens.create({ hash, accountId: caller.accountId, name: body.name, rights: body.rights, expiresAt: new Date(clock.now() + body.days * DAY_MS) }, caller);
        if (made.kind !== 'done') throw new ApiProblem('name-taken');
        return { token: tokenView(made.token), secret };
      },
    }),
    operation({
      id: 'revokeToken', method: 'post', right: 'signed-in', path: '/tokens/{id}/revoke', params: idParams, query: noQuery, body: emptyBody, status: 200, answer: tokenChangedAnswer, problems: ['not-found', 'ledger-unavailable'],
      summary: 'It stops working at once.',
      async run({ params, caller }) {
        // Whose it is not hears the same as of one that does not exist.
        const own = (await tokens.list(bound(caller))).some(({ id }) => id === params.id);
        const revoked = own ? await tokens.revoke(params.id, caller) : { kind: 'not-found' as const };
        if (revoked.kind !== 'done') throw new ApiProblem('not-found');
        return { token: tokenView(revoked.token) };
      },
    }),
  ];
}
