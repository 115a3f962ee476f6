/** Accounts, grants and tokens as the API shows them. */
import type { Account, ApiToken, Grant, Role, Scope } from '../ports.js';
import type { AccountAnswer, GrantAnswer, TokenAnswer } from './accounts-schemas.js';

const at = (time: Date | undefined): string | undefined => time?.toISOString();

/** Without the keys that have nothing to say. */
function told<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}

export function scopeView(scope: Scope | undefined): GrantAnswer['scope'] {
  if (scope === undefined) return undefined;
  const lists = (['routes', 'departments', 'senders'] as const).flatMap((key) => (scope[key] === undefined ? [] : [[key, [...scope[key]]]]));
  return Object.fromEntries(lists) as NonNullable<GrantAnswer['scope']>;
}

export function accountView(account: Account, roles: readonly Role[], lockedUntil?: Date): AccountAnswer {
  const { id, name, displayName, email, language, state, enrolled } = account;
  return told({
    id, name, displayName, email, language, state, enrolled,
    createdAt: account.createdAt.toISOString(), lastSeenAt: at(account.lastSeenAt), lockedUntil: at(lockedUntil), roles: [...roles],
  });
}

export function grantView(grant: Grant): GrantAnswer {
  const { id, accountId, accountName, role, mayOpen, state, setUp, proposedBy, decidedBy, endedBy } = grant;
  return told({
    id, accountId, accountName, role, scope: scopeView(grant.scope), mayOpen, state, setUp, proposedBy,
    proposedAt: grant.proposedAt.toISOString(), decidedBy, decidedAt: at(grant.decidedAt), endedBy, endedAt: at(grant.endedAt),
  });
}

export function tokenView(token: ApiToken): TokenAnswer {
  const { id, accountId, accountName, name } = token;
  return told({
    id, accountId, accountName, name, rights: token.rights === undefined ? undefined : [...token.rights],
    createdAt: token.createdAt.toISOString(), expiresAt: token.expiresAt.toISOString(), lastUsedAt: at(token.lastUsedAt), revokedAt: at(token.revokedAt),
  });
}
