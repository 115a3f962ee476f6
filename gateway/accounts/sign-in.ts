/** From a name to a session: password, second factor, enrolment, invitations. Unknown names take as long and hear the same as known ones. */
import { createHmac } from 'node:crypto';
import type {
  AccountsLedger, Clock, Credentials, GrantsLedger, OidcSignIn, Session, SessionsLedger, SessionStep, SignIn, SignInRefusal, SignInResult, Visit,
} from '../ports.js';
import type { PasswordHashes } from './password-hash.js';
import { passwordRefusal } from './password-policy.js';
import { newRecoveryCodes, recoveryHash } from './recovery-codes.js';
import { seal, unseal } from './sealed.js';
import { newSecret, secretHash } from './secret-token.js';
import { newTotpSecret, totpLabels, totpStep } from './totp.js';
import { turns } from './turns.js';

export interface SignInOptions {
  readonly accounts: AccountsLedger;
  readonly grants: GrantsLedger;
  readonly sessions: SessionsLedger;
  readonly hashes: PasswordHashes;
  readonly clock: Clock;
  /** Of the data folder: seals second factors and keys the hash of names. */
  readonly key: Buffer;
  readonly times: SessionTimes;
  readonly oidc: ((begin: BeginSession) => OidcSignIn) | undefined;
}
export interface SessionTimes {
  readonly idleMs: number;
  readonly absoluteMs: number;
  /** Undefined: passwords do not grow old. */
  readonly passwordMs: number | undefined;
  /** An account unused for so long is disabled. */
  readonly unusedMs: number;
}
/** What every way to sign in ends with; `secondFactor`: it has been shown already. */
export type BeginSession = (found: Credentials, by: Session['by'], visit: Visit, shown: { readonly secondFactor: boolean }) => Promise<SignInResult>;

/** A session that still lacks a step is for typing a code, not for keeping. */
const STEP_MS = 15 * 60_000;
/** Wrong codes in one session before the password has to be given again. */
const CODES_MOST = 5;
const ISSUER = 'Weir';

export function signIn(options: SignInOptions): SignIn {
  const { accounts, grants, sessions, hashes, clock, key, times } = options;
  const guesses = turns();
  const keyOf = (name: string): string => createHmac('sha256', key).update(name.toLowerCase()).digest('hex');
  const secondsUntil = (until: Date): number => Math.max(1, Math.ceil((until.getTime() - clock.now()) / 1000));
  const actorOf = ({ account }: Credentials): string => `account:${account.name}`;

  const refuse = async (name: string, attempt: Parameters<AccountsLedger['noteFailure']>[1]): Promise<SignInRefusal> => {
    const locked = await accounts.noteFailure(keyOf(name), attempt);
    return locked === undefined ? { kind: 'failed' } : { kind: 'locked', seconds: secondsUntil(locked) };
  };
  const lockOf = async (name: string): Promise<SignInRefusal | undefined> => {
    const locked = await accounts.lockedUntil(keyOf(name));
    return locked === undefined ? undefined : { kind: 'locked', seconds: secondsUntil(locked) };
  };

  /** Judged one at a time: guesses sent all at once would pass the lock before it falls. */
  const inTurn = async <T extends object>(name: string, guess: () => Promise<SignInResult<T>>): Promise<SignInResult<T>> => (await guesses.take(keyOf(name), guess)) ?? { kind: 'busy' };

  /** The step that is left; a complete session takes a new secret, so that one from before is worth nothing. */
  const begin: BeginSession = async (found, by, visit, { secondFactor }) => {
    const { account } = found;
    // The second factor is the identity provider's, and was not shown: enrolling one here would get around it.
    if (!secondFactor && account.enrolled && found.totp === undefined) return { kind: 'failed' };
    const old = found.passwordAt !== undefined && times.passwordMs !== undefined && found.passwordAt.getTime() + times.passwordMs <= clock.now();
    const step: SessionStep | undefined = secondFactor ? (old && by === 'password' ? 'change-password' : undefined) : found.totp === undefined ? 'enrol-totp' : 'totp';
    const { secret: token, hash } = newSecret();
    const expiresAt = new Date(clock.now() + (step === undefined ? times.absoluteMs : STEP_MS));
    await sessions.begin({ hash, accountId: account.id, step, by, expiresAt }, { actor: actorOf(found), address: visit.address, replaces: visit.session?.hash });
    const cookie = { token, expiresAt };
    visit.setSession(cookie);
    return { kind: 'done', cookie };
  };

  /** The person of the session in this step. */
  const inStep = async (visit: Visit, step: SessionStep): Promise<{ readonly session: Session; readonly found: Credentials } | undefined> => {
    const { session } = visit;
    if (session?.step !== step) return undefined;
    const found = await accounts.credentials({ id: session.accountId });
    return found === undefined ? undefined : { session, found };
  };

  /** One code of either kind; `check` says whether it is right and uses it up. */
  const withCode = async (visit: Visit, what: 'code' | 'recovery-code', check: (found: Credentials) => Promise<boolean>): Promise<SignInResult> => {
    const due = await inStep(visit, 'totp');
    if (due === undefined) return { kind: 'wrong-step' };
    const { session, found } = due;
    return await inTurn(found.account.name, async () => {
      const locked = await lockOf(found.account.name);
      if (locked !== undefined) return locked;
      if (!(await check(found))) {
        if ((await sessions.wrongCode(session.hash)) >= CODES_MOST) {
          await sessions.end(session.hash, { actor: actorOf(found), why: 'too-many-codes' });
          visit.setSession(undefined);
        }
        return await refuse(found.account.name, { accountId: found.account.id, what, address: visit.address });
      }
      await accounts.clearFailures(keyOf(found.account.name));
      return await begin(found, session.by, visit, { secondFactor: true });
    });
  };

  /** Whether the app shows this code now; then it is spent. */
  const appShows = async (code: string, { account, totp, totpStep: last }: Credentials): Promise<boolean> => {
    const secret = totp === undefined ? undefined : unseal(key, account.id, totp);
    const step = secret === undefined ? undefined : totpStep(secret, code, clock.now(), last);
    return step !== undefined && (await accounts.useTotpStep(account.id, step));
  };

  return {
    oidc: options.oidc?.(begin),
    phase: async () => ((await accounts.setUpEnded()) ? 'normal' : 'set-up'),
    standing: (id) => grants.standing(id),
    lockedUntil: (name) => accounts.lockedUntil(keyOf(name)),
    recoveryCodes: async (id) => (await accounts.credentials({ id }))?.recoveryCodes ?? 0,

    password: (name, password, visit) =>
      inTurn(name, async () => {
        const locked = await lockOf(name);
        if (locked !== undefined) return locked;
        const found = await accounts.credentials({ name });
        const right = await hashes.verify(found?.account.state === 'invited' ? undefined : found?.passwordHash, password);
        if (right === undefined) return { kind: 'busy' };
        if (!right || found === undefined) return await refuse(name, { accountId: found?.account.id, what: 'password', address: visit.address });
        // From here on the person has shown the password and may know how things stand.
        if (found.account.state === 'disabled') return { kind: 'disabled' };
        const since = new Date(clock.now() - times.unusedMs);
        if (found.lastUsedAt !== undefined && found.lastUsedAt < since && (await accounts.disableUnused(since)).includes(found.account.name)) return { kind: 'disabled' };
        return await begin(found, 'password', visit, { secondFactor: false });
      }),

    totp: (code, visit) => withCode(visit, 'code', (found) => appShows(code, found)),

    recovery: (code, visit) => withCode(visit, 'recovery-code', async ({ account }) => (await accounts.useRecoveryCode(account.id, recoveryHash(code))) !== undefined),

    async enrolBegin(visit) {
      const due = await inStep(visit, 'enrol-totp');
      if (due === undefined) return { kind: 'wrong-step' };
      const secret = newTotpSecret();
      await sessions.pend(due.session.hash, seal(key, due.found.account.id, secret));
      return { kind: 'done', ...totpLabels(secret, due.found.account.name, ISSUER) };
    },

    async enrolFinish(code, visit) {
      const due = await inStep(visit, 'enrol-totp');
      const { account } = due?.found ?? {};
      const pending = due?.session.pendingTotp;
      if (due === undefined || account === undefined || pending === undefined) return { kind: 'wrong-step' };
      const secret = unseal(key, account.id, pending);
      const step = secret === undefined ? undefined : totpStep(secret, code, clock.now(), 0);
      if (step === undefined) return { kind: 'failed' };
      const { codes, hashes: recoveryHashes } = newRecoveryCodes();
      // Somebody else with the password was quicker, or the identity provider vouches by now.
      if (!(await accounts.enrol(account.id, { totp: pending, step, recoveryHashes }))) return { kind: 'wrong-step' };
      await accounts.clearFailures(keyOf(account.name));
      const begun = await begin(due.found, due.session.by, visit, { secondFactor: true });
      return begun.kind === 'done' ? { ...begun, recoveryCodes: codes } : begun;
    },

    async changePassword(current, password, visit) {
      const { session } = visit;
      if (session === undefined || (session.step !== undefined && session.step !== 'change-password')) return { kind: 'wrong-step' };
      const found = await accounts.credentials({ id: session.accountId });
      const stored = found?.passwordHash;
      if (found === undefined || stored === undefined) return { kind: 'wrong-step' };
      return await inTurn(found.account.name, async () => {
        const locked = await lockOf(found.account.name);
        if (locked !== undefined) return locked;
        const right = await hashes.verify(stored, current);
        if (right === undefined) return { kind: 'busy' };
        if (!right) return await refuse(found.account.name, { accountId: found.account.id, what: 'password', address: visit.address });
        const why = current.normalize('NFKC') === password.normalize('NFKC') ? 'same-as-before' : passwordRefusal(password, found.account);
        if (why !== undefined) return { kind: 'weak-password', why };
        const hash = await hashes.hash(password);
        if (hash === undefined) return { kind: 'busy' };
        await accounts.changePassword(found.account.id, hash);
        await sessions.endOthers(found.account.id, session.hash, actorOf(found));
        return await begin({ ...found, passwordAt: new Date(clock.now()) }, session.by, visit, { secondFactor: true });
      });
    },

    async renewRecoveryCodes(code, visit) {
      const { session } = visit;
      const found = session === undefined || session.step !== undefined ? undefined : await accounts.credentials({ id: session.accountId });
      if (session === undefined || found === undefined) return { kind: 'wrong-step' };
      return await inTurn(found.account.name, async () => {
        const locked = await lockOf(found.account.name);
        if (locked !== undefined) return locked;
        // An open session alone is not enough: whoever sits down at it would have a way in for good.
        if (!(await appShows(code, found))) return await refuse(found.account.name, { accountId: found.account.id, what: 'code', address: visit.address });
        const { codes, hashes: recoveryHashes } = newRecoveryCodes();
        await accounts.renewRecoveryCodes(found.account.id, recoveryHashes);
        const begun = await begin(found, session.by, visit, { secondFactor: true });
        return begun.kind === 'done' ? { ...begun, recoveryCodes: codes } : begun;
      });
    },

    async end(session) {
      const found = await accounts.credentials({ id: session.accountId });
      await sessions.end(session.hash, { actor: found === undefined ? 'system' : actorOf(found), why: 'signed-out' });
    },

    invitation: (token) => accounts.invitation(secretHash(token)),

    async accept(token, { password, displayName }, visit) {
      const invited = await accounts.invitation(secretHash(token));
      if (invited === undefined) return { kind: 'void' };
      const why = passwordRefusal(password, { name: invited.account.name, displayName: displayName ?? invited.account.displayName });
      if (why !== undefined) return { kind: 'weak-password', why };
      const passwordHash = await hashes.hash(password);
      if (passwordHash === undefined) return { kind: 'busy' };
      const account = await accounts.accept(secretHash(token), { passwordHash, displayName });
      const found = account === undefined ? undefined : await accounts.credentials({ id: account.id });
      return found === undefined ? { kind: 'void' } : await begin(found, 'invitation', visit, { secondFactor: false });
    },
  };
}
