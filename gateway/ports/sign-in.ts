/** Signing in as the API sees it: who a request is from, and the steps from a name to a session. */
import type { Invitation, Session, SessionStep, Standing } from './accounts.js';
import type { Caller } from './people.js';

/** A request's side of a session, beyond its parameters. */
export interface Visit {
  readonly address: string;
  /** The session that its cookie opened, also one that is not complete yet. */
  readonly session: Session | undefined;
  /** What that cookie holds. */
  readonly sessionToken: string | undefined;
  /** Who a session's token is now, after a step. */
  prove(sessionToken: string): Promise<Proven>;
  /** What the browser is to keep from now on; undefined: nothing. */
  setSession(cookie: SessionCookie | undefined): void;
  /** A short-lived cookie of the way through the identity provider. */
  readonly flow: string | undefined;
  setFlow(flow: string | undefined): void;
  /** The request's query as it came, for the identity provider's answer. */
  readonly search: string;
}
export interface SessionCookie {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Who a request is from. `ended`: the start-up token after its time; `step`: a session that lacks a step. */
export type Proven =
  | { readonly kind: 'caller'; readonly caller: Caller; readonly session: Session | undefined }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'set-up-ended' }
  | { readonly kind: 'step'; readonly session: Session; readonly step: SessionStep };

export interface Gate {
  /** Whether the start-up token is void: for good once the three administrators were active. */
  setUpEnded(): Promise<boolean>;
  bearer(token: string): Promise<Proven>;
  cookie(token: string): Promise<Proven>;
  /** What a POST of this session has to carry. */
  csrf(sessionToken: string): string;
}

export type SignInRefusal =
  | { readonly kind: 'failed' }
  | { readonly kind: 'locked'; readonly seconds: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'wrong-step' }
  | { readonly kind: 'void' }
  | { readonly kind: 'weak-password'; readonly why: PasswordRefusal };
export type PasswordRefusal = 'too-short' | 'contains-name' | 'too-common' | 'too-uniform' | 'same-as-before';
export type SignInResult<T = object> = ({ readonly kind: 'done'; readonly cookie: SessionCookie } & T) | SignInRefusal;

export interface SignIn {
  readonly oidc: OidcSignIn | undefined;
  phase(): Promise<'set-up' | 'normal'>;
  standing(accountId: string): Promise<Standing | undefined>;
  recoveryCodes(accountId: string): Promise<number>;
  /** Too many failed attempts for this name. */
  lockedUntil(name: string): Promise<Date | undefined>;
  password(name: string, password: string, visit: Visit): Promise<SignInResult>;
  totp(code: string, visit: Visit): Promise<SignInResult>;
  recovery(code: string, visit: Visit): Promise<SignInResult>;
  enrolBegin(visit: Visit): Promise<{ readonly kind: 'done'; readonly secret: string; readonly uri: string } | SignInRefusal>;
  enrolFinish(code: string, visit: Visit): Promise<SignInResult<{ readonly recoveryCodes: readonly string[] }>>;
  /** New ones in place of those that are left; asks for the app's code. */
  renewRecoveryCodes(code: string, visit: Visit): Promise<SignInResult<{ readonly recoveryCodes: readonly string[] }>>;
  changePassword(current: string, password: string, visit: Visit): Promise<SignInResult>;
  end(session: Session): Promise<void>;
  invitation(token: string): Promise<Invitation | undefined>;
  accept(token: string, given: { readonly password: string; readonly displayName: string | undefined }, visit: Visit): Promise<SignInResult>;
}

/** Both answer with a place in the console to go to. */
export interface OidcSignIn {
  start(visit: Visit): Promise<string>;
  callback(visit: Visit): Promise<string>;
}

/** Secrets that are shown once. */
export interface Issuing {
  invitation(kind: 'invitation'): { readonly url: string; readonly invitation: { readonly hash: string; readonly kind: 'invitation'; readonly expiresAt: Date } };
  token(): { readonly secret: string; readonly hash: string };
}
