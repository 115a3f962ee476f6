/** Signing in over SMTP: by a file of accounts or by asking the next hop; guesses are counted and soon turned away. */
import { causeCode } from '../../errors.js';
import type { Clock, Log } from '../../ports.js';
import { isAccepted, type HopAuth, type NextHops, type SmtpReply } from '../../ports/mail.js';
import type { AccountsFile } from './accounts-file.js';
import { fromHop, reply } from './reply.js';

/** Failures within the window after which nobody is asked any more. A person mistypes; a program that guesses does not stop at ten. */
const PER_CLIENT_MOST = 10;
/** From all addresses together, so that one who guesses from many is slowed too. */
const PER_NAME_MOST = 50;
const WINDOW = 600_000;
/** Names and addresses that are remembered; beyond it the oldest go. */
const REMEMBERED_MOST = 50_000;
const LONGEST = 512;

type SignedIn = { readonly kind: 'in'; readonly user: string; /** To be shown to the next hop again. */ readonly hop: HopAuth | undefined } | { readonly kind: 'refused'; readonly reply: SmtpReply };
export interface SignIn {
  ask(name: string, password: string, client: string | undefined): Promise<SignedIn>;
}

export interface SignInOptions {
  readonly by: { readonly accounts: AccountsFile; /** Without a hash it takes as long, and says no; undefined when too many wait. */ readonly verify: (stored: string | undefined, password: string) => Promise<boolean | undefined> } | { readonly nextHop: Pick<NextHops, 'signIn'> | undefined };
  readonly clock: Clock;
  readonly log: Log;
}

const WRONG = reply(535, '5.7.8', 'Authentication credentials invalid');
const TOO_MANY = reply(454, '4.7.0', 'Too many failed attempts, try again later');
const LATER = reply(454, '4.7.0', 'Authentication is not possible now, try again later');

export function signIn({ by, clock, log }: SignInOptions): SignIn {
  const ofClients = failures(clock);
  const ofNames = failures(clock);
  async function judge(name: string, password: string): Promise<SignedIn> {
    if ('accounts' in by) {
      const matches = await by.verify(await by.accounts.hashOf(name), password);
      if (matches === undefined) return { kind: 'refused', reply: LATER };
      return matches ? { kind: 'in', user: name, hop: undefined } : { kind: 'refused', reply: WRONG };
    }
    const said = await by.nextHop?.signIn?.({ user: name, password });
    if (said === undefined) return { kind: 'refused', reply: LATER };
    return isAccepted(said) ? { kind: 'in', user: name, hop: { user: name, password } } : { kind: 'refused', reply: fromHop(said) };
  }
  return {
    async ask(name, password, client = '') {
      if (name.length > LONGEST || password.length > LONGEST) return { kind: 'refused', reply: WRONG };
      if (ofClients.count(client) >= PER_CLIENT_MOST || ofNames.count(name) >= PER_NAME_MOST) return { kind: 'refused', reply: TOO_MANY };
      // Counted before it is judged: many at once must not all be judged before the first failure is known.
      const takeBack = [ofClients.add(client), ofNames.add(name)];
      const answer = await judge(name, password).catch((thrown: unknown): SignedIn => {
        log.error('smtp.sign-in-trouble', { cause: causeCode(thrown) });
        return { kind: 'refused', reply: LATER };
      });
      // Trouble of ours is no guess of theirs.
      if (answer.kind === 'in' || answer.reply.code < 500) for (const undo of takeBack) undo();
      else log.warn('smtp.sign-in-refused', { client });
      return answer;
    },
  };
}

function failures(clock: Clock): { count(key: string): number; add(key: string): () => void } {
  const known = new Map<string, { since: number; count: number }>();
  const current = (key: string): { since: number; count: number } | undefined => {
    const found = known.get(key);
    if (found === undefined || clock.now() - found.since < WINDOW) return found;
    known.delete(key);
    return undefined;
  };
  return {
    count: (key) => current(key)?.count ?? 0,
    add(key) {
      const entry = current(key) ?? { since: clock.now(), count: 0 };
      entry.count += 1;
      if (!known.has(key) && known.size >= REMEMBERED_MOST) for (const oldest of known.keys()) { known.delete(oldest); break; }
      known.set(key, entry);
      return () => {
        entry.count -= 1;
      };
    },
  };
}
