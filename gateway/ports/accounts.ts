/** People as the ledger keeps them, and the rules it asks before it changes what they may do. */
import type { Caller, Right, Role, Scope } from './people.js';

/** `invited` until the link was used. */
export type AccountState = 'invited' | 'active' | 'disabled';
export type UiLanguage = 'zh' | 'en';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string | undefined;
  readonly language: UiLanguage | undefined;
  readonly state: AccountState;
  /** Has a second factor, its own or the identity provider's. */
  readonly enrolled: boolean;
  readonly createdAt: Date;
  readonly lastSeenAt: Date | undefined;
}

export type GrantState = 'proposed' | 'active' | 'refused' | 'revoked';
export interface Grant {
  readonly id: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly role: Role;
  readonly scope: Scope | undefined;
  readonly mayOpen: boolean;
  readonly state: GrantState;
  readonly setUp: boolean;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly endedBy: string | undefined;
  readonly endedAt: Date | undefined;
}
/** Whoever changes something, as far as the rules care. */
export type By = Pick<Caller, 'actor' | 'kind' | 'accountId'>;

/** Who someone is and what they may do now: made of the account and its active grants, never stored. */
export interface Standing {
  readonly account: Account;
  readonly roles: readonly Role[];
  readonly rights: readonly Right[];
  readonly scope: Scope | undefined;
}

/** Why a grant, or its end, is refused. Stable codes; the console has the sentences. */
export type GrantRefusal =
  | 'own-grant' | 'same-person' | 'person-needed' | 'two-administrators' | 'auditor-alone' | 'already-granted' | 'scope-differs'
  | 'scope-without-messages' | 'open-without-messages' | 'account-disabled' | 'last-administrator' | 'not-open';

/** A grant as the rules see it. */
export interface GrantFacts {
  readonly role: Role;
  readonly scope: Scope | undefined;
  readonly mayOpen: boolean;
}
/** The pure rules (gateway/accounts/grant-rules.ts); the ledger asks them inside the transaction, under its lock. */
export interface GrantRules {
  propose(asked: GrantFacts, target: { readonly state: AccountState; readonly held: readonly GrantFacts[] }): GrantRefusal | undefined;
  approve(asked: GrantFacts & { readonly accountId: string; readonly proposedBy: string }, by: By, target: { readonly state: AccountState; readonly held: readonly GrantFacts[] }): GrantRefusal | undefined;
  /** Whether it may be granted at once, without a second person. */
  atOnce(asked: GrantFacts & { readonly accountId: string }, by: By, setUp: { readonly ended: boolean; readonly held: readonly Role[] }): boolean;
  /** `others`: how many other active accounts hold the role. */
  end(role: Role, others: number, setUpEnded: boolean): GrantRefusal | undefined;
  /** What the active grants amount to. */
  rights(held: readonly GrantFacts[]): { readonly roles: readonly Role[]; readonly rights: readonly Right[]; readonly scope: Scope | undefined };
}

/** SHA-256 of the secret in the link; the link itself is shown once and kept nowhere. */
export interface NewInvitation {
  readonly hash: string;
  readonly kind: InvitationKind;
  readonly expiresAt: Date;
}
export type InvitationKind = 'first-run' | 'invitation' | 'recovery';
export interface Invitation {
  readonly kind: InvitationKind;
  readonly expiresAt: Date;
  readonly account: Account;
  readonly roles: readonly Role[];
}

/** What signing in needs to know; leaves the ledger for that alone. */
export interface Credentials {
  readonly account: Account;
  readonly passwordHash: string | undefined;
  readonly passwordAt: Date | undefined;
  /** Sealed with a key of the data folder. */
  readonly totp: Buffer | undefined;
  readonly totpStep: number;
  readonly recoveryCodes: number;
  readonly oidcSubject: string | undefined;
  readonly lastUsedAt: Date | undefined;
}
export type AccountChange = { readonly kind: 'done'; readonly account: Account } | { readonly kind: 'not-found' } | { readonly kind: 'wrong-state' } | { readonly kind: 'refused'; readonly why: GrantRefusal };

export interface NewAccount {
  readonly name: string;
  readonly displayName: string;
  readonly email: string | undefined;
  readonly language: UiLanguage | undefined;
}

/** Accounts, their invitations and credentials. Every change and its audit row are one transaction. */
export interface AccountsLedger {
  list(): Promise<readonly Account[]>;
  credentials(by: { readonly id: string } | { readonly name: string } | { readonly email: string } | { readonly oidcSubject: string }): Promise<Credentials | undefined>;
  create(account: NewAccount, invitation: NewInvitation, by: By): Promise<{ readonly kind: 'done'; readonly account: Account } | { readonly kind: 'name-taken' }>;
  /** A new link; older ones are void. For an account that was in use it takes the password and the second factor away, and its grants wait for approval again. */
  invite(id: string, invitation: NewInvitation, by: By): Promise<AccountChange>;
  invitation(hash: string): Promise<Invitation | undefined>;
  accept(hash: string, credentials: { readonly passwordHash: string; readonly displayName: string | undefined }): Promise<Account | undefined>;
  disable(id: string, by: By): Promise<AccountChange>;
  enable(id: string, by: By): Promise<AccountChange>;
  resetTotp(id: string, by: By): Promise<AccountChange>;
  /** False when the account has a second factor by now; every other sign-in that is not complete ends. */
  enrol(id: string, factor: { readonly totp: Buffer; readonly step: number; readonly recoveryHashes: readonly string[] }): Promise<boolean>;
  /** False when this step, or a later one, was used before. */
  useTotpStep(id: string, step: number): Promise<boolean>;
  /** How many are left; undefined when there is no such code. */
  useRecoveryCode(id: string, hash: string): Promise<number | undefined>;
  /** The old ones are worth nothing afterwards. */
  renewRecoveryCodes(id: string, hashes: readonly string[]): Promise<void>;
  changePassword(id: string, passwordHash: string): Promise<void>;
  /** The identity provider vouched for the person, and with `secondFactor` for a second factor as well. */
  linkOidc(id: string, subject: string, secondFactor: boolean): Promise<'done' | 'other-subject'>;
  /** Accounts not used since; the last of an administrator's role stays. Answers their names. */
  disableUnused(since: Date): Promise<readonly string[]>;
  /** Failed attempts are counted by name, whether or not there is such an account. */
  lockedUntil(nameKey: string): Promise<Date | undefined>;
  noteFailure(nameKey: string, attempt: { readonly accountId: string | undefined; readonly what: 'password' | 'code' | 'recovery-code'; readonly address: string }): Promise<Date | undefined>;
  clearFailures(nameKey: string): Promise<void>;
  /** True for good once the three administrators were active at the same time. */
  setUpEnded(): Promise<boolean>;
}

export type ProposeResult = { readonly kind: 'done'; readonly grant: Grant } | { readonly kind: 'not-found' } | { readonly kind: 'refused'; readonly why: GrantRefusal };
export interface GrantsLedger {
  list(filter: { readonly state?: GrantState | undefined; readonly accountId?: string | undefined }): Promise<readonly Grant[]>;
  propose(asked: GrantFacts & { readonly accountId: string }, by: By): Promise<ProposeResult>;
  approve(id: string, by: By): Promise<ProposeResult>;
  refuse(id: string, by: By): Promise<ProposeResult>;
  revoke(id: string, by: By): Promise<ProposeResult>;
  standing(accountId: string): Promise<Standing | undefined>;
}

export type SessionStep = 'totp' | 'enrol-totp' | 'change-password';
export interface Session {
  /** SHA-256 of what the cookie holds. */
  readonly hash: string;
  readonly accountId: string;
  readonly step: SessionStep | undefined;
  readonly by: 'password' | 'oidc' | 'invitation';
  /** Sealed: the secret that is being enrolled. */
  readonly pendingTotp: Buffer | undefined;
  readonly createdAt: Date;
  readonly seenAt: Date;
  readonly expiresAt: Date;
}
export type NewSession = Pick<Session, 'hash' | 'accountId' | 'step' | 'by' | 'expiresAt'>;
export interface SessionsLedger {
  /** `replaces`: the session this one takes over from, ended in the same transaction. */
  begin(session: NewSession, act: { readonly actor: string; readonly address: string; readonly replaces?: string | undefined }): Promise<void>;
  find(hash: string): Promise<Session | undefined>;
  seen(hash: string): Promise<void>;
  pend(hash: string, totp: Buffer): Promise<void>;
  /** Counts a wrong code; how many there were. */
  wrongCode(hash: string): Promise<number>;
  end(hash: string, act: { readonly actor: string; readonly why: 'signed-out' | 'idle' | 'expired' | 'too-many-codes' }): Promise<void>;
  /** All of an account's but one. */
  endOthers(accountId: string, keep: string | undefined, actor: string): Promise<number>;
  counts(): Promise<ReadonlyMap<string, number>>;
}

export interface ApiToken {
  readonly id: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly name: string;
  readonly rights: readonly Right[] | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}
export interface TokensLedger {
  list(filter: { readonly accountId?: string | undefined }): Promise<readonly ApiToken[]>;
  create(token: { readonly hash: string; readonly accountId: string; readonly name: string; readonly rights: readonly Right[] | undefined; readonly expiresAt: Date }, by: By): Promise<{ readonly kind: 'done'; readonly token: ApiToken } | { readonly kind: 'name-taken' }>;
  find(hash: string): Promise<ApiToken | undefined>;
  used(id: string): Promise<void>;
  revoke(id: string, by: By): Promise<{ readonly kind: 'done'; readonly token: ApiToken } | { readonly kind: 'not-found' }>;
}
