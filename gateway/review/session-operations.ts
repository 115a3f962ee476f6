/** Signing in and out, the second factor, invitations: open to anyone, since nobody is signed in yet. */
import qrcode from 'qrcode-generator';
import type { Caller, SignIn, SignInRefusal, Visit } from '../ports.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem, type ProblemCode } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';
import {
  acceptBody, callbackQuery, changePasswordBody, codeBody, emptyBody, enrolBeginAnswer, enrolFinishAnswer, invitationAnswer, invitationParams,
  passwordBody, redirectAnswer, sessionAnswer, type SessionAnswer,
} from './session-schemas.js';

export interface SessionPorts {
  readonly signIn: SignIn;
  /** What a POST of the session has to carry. */
  readonly csrf: (sessionToken: string) => string;
}

const REFUSALS: readonly ProblemCode[] = ['sign-in-failed', 'locked', 'busy', 'account-disabled', 'wrong-step', 'cross-site', 'ledger-unavailable'];

export function sessionOperations({ signIn, csrf }: SessionPorts): readonly Operation[] {
  const withoutAccount = async (): Promise<Pick<SessionAnswer, 'phase' | 'oidc'>> => ({ phase: await signIn.phase(), oidc: signIn.oidc !== undefined });
  /** How a person stands who has this session; the start-up token and tokens of accounts have none. */
  const described = async (caller: Caller, visit: Visit, begun?: { readonly token: string }): Promise<SessionAnswer> => {
    const { session } = visit;
    const accountId = session?.accountId ?? caller.accountId;
    const standing = accountId === undefined ? undefined : await signIn.standing(accountId);
    const common = await withoutAccount();
    if (standing === undefined) return { signedIn: caller.kind === 'set-up', roles: [], rights: [...caller.rights], ...common };
    const token = begun?.token ?? visit.sessionToken;
    const { id, name, displayName, language } = standing.account;
    const complete = caller.kind === 'person' || caller.kind === 'token';
    return {
      signedIn: complete,
      account: { id, name, displayName, ...(language === undefined ? {} : { language }) },
      ...(complete ? { roles: [...standing.roles], rights: [...caller.rights], ...(caller.scope === undefined ? {} : { scope: mutable(caller.scope) }) } : { roles: [], rights: [] }),
      ...(session === undefined || token === undefined ? {} : { csrf: csrf(token), expiresAt: session.expiresAt.toISOString() }),
      ...(session?.step === undefined ? {} : { step: session.step }),
      ...(complete && session !== undefined ? { recoveryCodes: await signIn.recoveryCodes(id) } : {}),
      ...common,
    };
  };
  /** What a step has led to; read anew, as the next request will find it. */
  const after = async (visit: Visit, token: string): Promise<SessionAnswer> => {
    const proven = await visit.prove(token);
    if (proven.kind === 'step') return await described(NOBODY, { ...visit, session: proven.session }, { token });
    if (proven.kind !== 'caller') throw new ApiProblem('unauthorized');
    return await described(proven.caller, { ...visit, session: proven.session }, { token });
  };

  const open = { right: 'anyone', query: noQuery, status: 200 } as const;
  const step = { ...open, method: 'post', params: noParams, guesses: true, answer: sessionAnswer, problems: REFUSALS } as const;
  return [
    operation({
      ...open, id: 'getSession', method: 'get', path: '/session', params: noParams, body: noBody, answer: sessionAnswer, problems: ['ledger-unavailable'],
      summary: 'Who is asking, what they may do, and which step of signing in is left.',
      run: ({ caller, visit }) => described(caller, visit),
    }),
    operation({
      ...step, id: 'signInWithPassword', path: '/session/password', body: passwordBody,
      summary: 'Begin to sign in. A name that does not exist is answered like a wrong password.',
      run: async ({ body, visit }) => after(visit, tokenOf(await signIn.password(body.name, body.password, visit))),
    }),
    operation({
      ...step, id: 'signInWithCode', path: '/session/totp', body: codeBody,
      summary: 'The code of the authenticator app. Each is taken once.',
      run: async ({ body, visit }) => after(visit, tokenOf(await signIn.totp(body.code, visit))),
    }),
    operation({
      ...step, id: 'signInWithRecoveryCode', path: '/session/recovery', body: codeBody,
      summary: 'A recovery code in place of the app’s. Each works once.',
      run: async ({ body, visit }) => after(visit, tokenOf(await signIn.recovery(body.code, visit))),
    }),
    operation({
      ...step, id: 'beginEnrolment', path: '/session/enrol/begin', body: emptyBody, answer: enrolBeginAnswer,
      summary: 'A new secret for the authenticator app.',
      async run({ visit }) {
        const begun = await signIn.enrolBegin(visit);
        if (begun.kind !== 'done') throw refusalOf(begun);
        return { secret: begun.secret, uri: begun.uri, qr: picture(begun.uri) };
      },
    }),
    operation({
      ...step, id: 'finishEnrolment', path: '/session/enrol/finish', body: codeBody, answer: enrolFinishAnswer,
      summary: 'The first code proves that the app has the secret; the answer is the recovery codes.',
      async run({ body, visit }) {
        const done = await signIn.enrolFinish(body.code, visit);
        if (done.kind !== 'done') throw refusalOf(done);
        return { recoveryCodes: [...done.recoveryCodes] };
      },
    }),
    operation({
      ...step, id: 'renewRecoveryCodes', path: '/session/recovery-codes', body: codeBody, answer: enrolFinishAnswer,
      summary: 'New recovery codes in place of those that are left; the code of the authenticator app allows it.',
      async run({ body, visit }) {
        const done = await signIn.renewRecoveryCodes(body.code, visit);
        if (done.kind !== 'done') throw refusalOf(done);
        return { recoveryCodes: [...done.recoveryCodes] };
      },
    }),
    operation({
      ...step, id: 'changePassword', path: '/session/change-password', body: changePasswordBody, problems: [...REFUSALS, 'weak-password'],
      summary: 'A new password; every other session of the account ends.',
      run: async ({ body, visit }) => after(visit, tokenOf(await signIn.changePassword(body.current, body.password, visit))),
    }),
    operation({
      ...open, id: 'signOut', method: 'post', path: '/session/end', params: noParams, body: emptyBody, answer: sessionAnswer, problems: ['cross-site', 'ledger-unavailable'],
      summary: 'Sign out.',
      async run({ visit }) {
        if (visit.session !== undefined) await signIn.end(visit.session);
        visit.setSession(undefined);
        return { signedIn: false, roles: [], rights: [], ...(await withoutAccount()) };
      },
    }),
    operation({
      ...open, id: 'startOidc', method: 'get', path: '/session/oidc/start', params: noParams, body: noBody, status: 303, answer: redirectAnswer, problems: ['not-found'],
      summary: 'To the organisation’s identity provider.',
      run: async ({ visit }) => ({ location: await provider(signIn).start(visit) }),
    }),
    operation({
      ...open, id: 'finishOidc', method: 'get', path: '/session/oidc/callback', params: noParams, query: callbackQuery, body: noBody, status: 303, answer: redirectAnswer, problems: ['not-found', 'ledger-unavailable'],
      summary: 'Back from the identity provider.',
      run: async ({ visit }) => ({ location: await provider(signIn).callback(visit) }),
    }),
    operation({
      ...open, id: 'getInvitation', method: 'get', path: '/invitations/{token}', params: invitationParams, body: noBody, guesses: true, answer: invitationAnswer, problems: ['invitation-void', 'ledger-unavailable'],
      summary: 'Whom an invitation link is for.',
      async run({ params }) {
        const found = await signIn.invitation(params.token);
        if (found === undefined) throw new ApiProblem('invitation-void');
        const { account, roles, kind, expiresAt } = found;
        return { name: account.name, displayName: account.displayName, roles: [...roles], kind, expiresAt: expiresAt.toISOString() };
      },
    }),
    operation({
      ...step, id: 'acceptInvitation', path: '/invitations/{token}/accept', params: invitationParams, body: acceptBody, problems: ['invitation-void', 'weak-password', 'busy', 'cross-site', 'ledger-unavailable'],
      summary: 'Choose a password; the second factor is next. The link is void afterwards.',
      run: async ({ params, body, visit }) => after(visit, tokenOf(await signIn.accept(params.token, { password: body.password, displayName: body.displayName }, visit))),
    }),
  ];
}

const NOBODY: Caller = { actor: 'nobody', kind: 'nobody', accountId: undefined, roles: [], rights: new Set(), scope: undefined };

function provider({ oidc }: SignIn): NonNullable<SignIn['oidc']> {
  if (oidc === undefined) throw new ApiProblem('not-found');
  return oidc;
}

function mutable(scope: NonNullable<Caller['scope']>): NonNullable<SessionAnswer['scope']> {
  return Object.fromEntries(Object.entries(scope).flatMap(([key, list]: [string, readonly string[] | undefined]) => (list === undefined ? [] : [[key, [...list]]])));
}

function tokenOf(result: { readonly kind: 'done'; readonly cookie: { readonly token: string } } | SignInRefusal): string {
  if (result.kind !== 'done') throw refusalOf(result);
  return result.cookie.token;
}

function refusalOf(refusal: SignInRefusal): ApiProblem {
  switch (refusal.kind) {
    case 'failed':
      return new ApiProblem('sign-in-failed');
    case 'locked':
      return new ApiProblem('locked', { retryAfterSeconds: refusal.seconds });
    case 'busy':
      return new ApiProblem('busy');
    case 'disabled':
      return new ApiProblem('account-disabled');
    case 'wrong-step':
      return new ApiProblem('wrong-step');
    case 'void':
      return new ApiProblem('invitation-void');
    case 'weak-password':
      return new ApiProblem('weak-password', { why: refusal.why });
  }
}

/** The modules of a QR code as one path: a page that allows no inline style and no data address can still draw it. */
function picture(text: string): { size: number; path: string } {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const modules = Array.from({ length: size * size }, (_, at) => [at % size, Math.floor(at / size)] as const).filter(([x, y]) => code.isDark(y, x));
  return { size, path: modules.map(([x, y]) => `M${String(x)} ${String(y)}h1v1h-1z`).join('') };
}
