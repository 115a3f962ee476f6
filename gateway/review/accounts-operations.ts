/** Accounts and who may do what: the system administrator's pages, and the report that everyone who watches them reads. */
import type { AccountChange, AccountsLedger, AuditTrail, Clock, GrantsLedger, Issuing, Role, SessionsLedger, SignIn, TokensLedger } from '../ports.js';
import {
  accessReviewAnswer, accountBody, accountChangedAnswer, accountsAnswer, idParams, invitedAnswer,
  type AccessReviewAnswer, type AccountAnswer,
} from './accounts-schemas.js';
import { operation, type Operation } from './operation.js';
import { accountView, grantView, scopeView, tokenView } from './people-views.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';
import { emptyBody } from './session-schemas.js';

const DAY_MS = 86_400_000;

export interface AccountsPorts {
  readonly accounts: AccountsLedger;
  readonly grants: GrantsLedger;
  readonly sessions: SessionsLedger;
  readonly tokens: TokensLedger;
  readonly signIn: Pick<SignIn, 'standing' | 'lockedUntil'>;
  readonly issuing: Issuing;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly unusedMs: number;
}

export function accountsOperations(ports: AccountsPorts): readonly Operation[] {
  const { accounts, grants, sessions, tokens, signIn, issuing, audit, clock, unusedMs } = ports;

  const rolesOf = async (id: string): Promise<readonly Role[]> => (await grants.list({ accountId: id, state: 'active' })).map(({ role }) => role);
  const changed = async (change: AccountChange): Promise<{ account: AccountAnswer }> => {
    switch (change.kind) {
      case 'done':
        return { account: accountView(change.account, await rolesOf(change.account.id)) };
      case 'not-found':
        throw new ApiProblem('not-found');
      case 'wrong-state':
        throw new ApiProblem('account-state');
      case 'refused':
        throw new ApiProblem('grant-refused', { why: change.why });
    }
  };

  const review = async (): Promise<AccessReviewAnswer['accounts']> => {
    const [all, held, made, open] = [await accounts.list(), await grants.list({ state: 'active' }), await tokens.list({}), await sessions.counts()];
    const rows: AccessReviewAnswer['accounts'] = [];
    for (const account of all) {
      const standing = await signIn.standing(account.id);
      const own = held.filter(({ accountId }) => accountId === account.id);
      const working = made.filter((token) => token.accountId === account.id && token.revokedAt === undefined && token.expiresAt.getTime() > clock.now());
      const uses = [account.lastSeenAt, ...made.filter(({ accountId }) => accountId === account.id).map(({ lastUsedAt }) => lastUsedAt)].flatMap((time) => (time === undefined ? [] : [time.getTime()]));
      const last = uses.length === 0 ? undefined : new Date(Math.max(...uses));
      const scope = scopeView(standing?.scope);
      rows.push({
        ...accountView(account, own.map(({ role }) => role)),
        rights: [...(standing?.rights ?? [])],
        ...(scope === undefined ? {} : { scope }),
        grants: own.map(grantView),
        tokens: working.map(tokenView),
        sessions: open.get(account.id) ?? 0,
        ...(last === undefined ? {} : { lastUsedAt: last.toISOString() }),
        unusedDays: Math.max(0, Math.floor((clock.now() - (last ?? account.createdAt).getTime()) / DAY_MS)),
      });
    }
    return rows;
  };

  const act = { method: 'post', right: 'accounts.manage', params: idParams, query: noQuery, body: emptyBody, status: 200, answer: accountChangedAnswer, problems: ['not-found', 'account-state', 'grant-refused', 'ledger-unavailable'] } as const;
  return [
    operation({
      id: 'listAccounts', method: 'get', right: ['accounts.manage', 'grants.approve'], path: '/accounts', params: noParams, query: noQuery, body: noBody, status: 200, answer: accountsAnswer, problems: ['ledger-unavailable'],
      summary: 'Everyone who can sign in, or could, or is invited to.',
      async run() {
        const held = await grants.list({ state: 'active' });
        const rows: AccountAnswer[] = [];
        for (const account of await accounts.list()) {
          const roles = held.filter(({ accountId }) => accountId === account.id).map(({ role }) => role);
          rows.push(accountView(account, roles, await signIn.lockedUntil(account.name)));
        }
        return { accounts: rows };
      },
    }),
    operation({
      id: 'createAccount', method: 'post', right: 'accounts.manage', path: '/accounts', params: noParams, query: noQuery, body: accountBody, status: 200, answer: invitedAnswer, problems: ['name-taken', 'ledger-unavailable'],
      summary: 'A new account with a one-time link for its person. It may do nothing until a grant is approved.',
      async run({ body, caller }) {
        const { url, invitation } = issuing.invitation('invitation');
        const made = await accounts.create({ name: body.name, displayName: body.displayName, email: body.email, language: body.language }, invitation, caller);
        if (made.kind !== 'done') throw new ApiProblem('name-taken');
        const granted = body.role === undefined ? undefined : await grants.propose({ accountId: made.account.id, role: body.role, scope: undefined, mayOpen: false }, caller);
        return {
          account: accountView(made.account, await rolesOf(made.account.id)),
          invitation: { url, expiresAt: invitation.expiresAt.toISOString() },
          ...(granted?.kind === 'done' ? { grant: grantView(granted.grant) } : {}),
        };
      },
    }),
    operation({
      ...act, id: 'inviteAccount', path: '/accounts/{id}/invite', answer: invitedAnswer,
      summary: 'A new one-time link. An account in use loses its password, second factor, sessions and tokens, and its grants wait for approval again.',
      async run({ params, caller }) {
        const { url, invitation } = issuing.invitation('invitation');
        return { ...(await changed(await accounts.invite(params.id, invitation, caller))), invitation: { url, expiresAt: invitation.expiresAt.toISOString() } };
      },
    }),
    operation({
      ...act, id: 'disableAccount', path: '/accounts/{id}/disable',
      summary: 'Nobody signs in with it any more; its sessions end and its tokens stop working at once.',
      run: async ({ params, caller }) => changed(await accounts.disable(params.id, caller)),
    }),
    operation({
      ...act, id: 'enableAccount', path: '/accounts/{id}/enable',
      summary: 'It may be used again, with what it held before.',
      run: async ({ params, caller }) => changed(await accounts.enable(params.id, caller)),
    }),
    operation({
      ...act, id: 'resetTotp', path: '/accounts/{id}/reset-totp',
      summary: 'Its second factor is enrolled anew at the next sign-in; its sessions end.',
      run: async ({ params, caller }) => changed(await accounts.resetTotp(params.id, caller)),
    }),
    operation({
      id: 'accessReview', method: 'get', right: ['accounts.manage', 'grants.approve', 'audit.read'], path: '/access-review', params: noParams, query: noQuery, body: noBody, status: 200, answer: accessReviewAnswer, problems: ['ledger-unavailable'],
      summary: 'Who can do what, since when and by whose approval, and when it was used last.',
      async run({ caller }) {
        const rows = await review();
        await audit.append({ at: new Date(clock.now()), actor: caller.actor, act: 'account.review', subject: undefined, data: { accounts: rows.length } });
        return { at: new Date(clock.now()).toISOString(), unusedAfterDays: Math.floor(unusedMs / DAY_MS), accounts: rows };
      },
    }),
  ];
}
