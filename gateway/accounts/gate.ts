/** Tells who a cookie or a token belongs to, and what they may do at this moment. */
import { PERSONAL_RIGHTS, type AccountsLedger, type Caller, type Clock, type Gate, type GrantsLedger, type Proven, type Right, type Session, type SessionsLedger, type Standing, type TokensLedger } from '../ports.js';
import { API_TOKEN_PREFIX, csrfOf, secretHash } from './secret-token.js';

export interface GateOptions {
  readonly accounts: AccountsLedger;
  readonly grants: GrantsLedger;
  readonly sessions: SessionsLedger;
  readonly tokens: TokensLedger;
  readonly clock: Clock;
  /** A session that is not used for so long has ended. */
  readonly idleMs: number;
}

const NOBODY: Proven = { kind: 'nobody' };

export function gate(options: GateOptions): Gate {
  const { accounts, grants, sessions, tokens, clock, idleMs } = options;
  let ended = false;
  return {
    async setUpEnded() {
      // It never comes back, so one yes is remembered.
      ended ||= await accounts.setUpEnded();
      return ended;
    },

    async bearer(secret) {
      if (!secret.startsWith(API_TOKEN_PREFIX)) return NOBODY;
      const token = await tokens.find(secretHash(secret));
      if (token === undefined || token.revokedAt !== undefined || token.expiresAt.getTime() <= clock.now()) return NOBODY;
      const standing = await grants.standing(token.accountId);
      if (standing?.account.state !== 'active') return NOBODY;
      await tokens.used(token.id);
      return { kind: 'caller', caller: tokenCaller(standing, token.name, token.rights), session: undefined };
    },

    async cookie(secret) {
      const session = await sessions.find(secretHash(secret));
      if (session === undefined) return NOBODY;
      const why = over(session, clock.now(), idleMs);
      const standing = await grants.standing(session.accountId);
      if (why !== undefined || standing?.account.state !== 'active') {
        await sessions.end(session.hash, { actor: standing === undefined ? 'system' : `account:${standing.account.name}`, why: why ?? 'expired' });
        return NOBODY;
      }
      await sessions.seen(session.hash);
      if (session.step !== undefined) return { kind: 'step', session, step: session.step };
      return { kind: 'caller', caller: personCaller(standing), session };
    },

    csrf: csrfOf,
  };
}

/** Why a session no longer counts; undefined while it does. */
export function over(session: Pick<Session, 'seenAt' | 'expiresAt'>, now: number, idleMs: number): 'idle' | 'expired' | undefined {
  if (session.expiresAt.getTime() <= now) return 'expired';
  return session.seenAt.getTime() + idleMs <= now ? 'idle' : undefined;
}

function personCaller({ account, roles, rights, scope }: Standing): Caller {
  return { actor: `account:${account.name}`, kind: 'person', accountId: account.id, roles, rights: new Set(rights), scope };
}

/** Never more than its account, and nothing that needs the person. */
export function tokenCaller({ account, roles, rights, scope }: Standing, name: string, narrowed: readonly Right[] | undefined): Caller {
  const own = rights.filter((right) => !PERSONAL_RIGHTS.includes(right) && (narrowed === undefined || narrowed.includes(right)));
  return { actor: `token:${account.name}/${name}`, kind: 'token', accountId: account.id, roles, rights: new Set(own), scope };
}
