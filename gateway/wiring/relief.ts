/** Exceptions and bypasses as the gateway knows them: loaded often, kept while the database is away, and never longer than each itself allows. */
import { createHmac } from 'node:crypto';
import { httpRoutes } from '../../config/routes.js';
import { LOOPBACK_CLIENTS } from '../../config/mail-schema.js';
import type { Config, HttpRoute, SmtpListener } from '../../config/schema.js';
import { causeCode } from '../errors.js';
import { reliefFor, type Standing } from '../policy/relief.js';
import type { ActiveBypass, BypassLedger, Clock, ExceptionLedger, Facts, Log, Relief, ReliefSource } from '../ports.js';

/** What is approved or ended in another process is known here within this time. */
const POLL_MS = 2_000;
/** Hex digits: 128 bits. */
const KEY_LENGTH = 32;

export interface ReliefFeed extends ReliefSource {
  /** Loads at once: a decision was just made here. */
  refresh(): Promise<void>;
  /** Routes that are bypassed now. */
  bypasses(): readonly ActiveBypass[];
  stop(): Promise<void>;
}

export interface ReliefOptions {
  readonly exceptions: Pick<ExceptionLedger, 'active'>;
  readonly bypasses: Pick<BypassLedger, 'active'>;
  readonly config: Pick<Config, 'routes' | 'listen'>;
  /** Keys what is kept of a sender. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs?: number | undefined;
}

type Source = NonNullable<HttpRoute['facts']['user']>[number];

/** Somebody else than the sender vouches for it: a trusted proxy, a signed token, a verified certificate. What the content says of itself, or a password nobody has checked yet, does not count. */
function isProof(source: Source): boolean {
  return ('header' in source && source.trusted) || 'jwt' in source || 'clientCertificate' in source;
}

/** The first source that yields something is the fact, so that all of them must be proof. */
const areProof = (sources: readonly Source[] | undefined): boolean => sources !== undefined && sources.every(isProof);

export interface Trust {
  readonly user: boolean;
  readonly sender: boolean;
}
export const trustOf = (route: Pick<HttpRoute, 'facts'>): Trust => ({ user: areProof(route.facts.user), sender: areProof(route.facts.sender) });

const NO_TRUST: Trust = { user: false, sender: false };

/**
 * Of a mail the account that signed in is proof: Weir or the next hop has checked its password. The envelope's sender is what the client says; it is
 * believed where each client was named by its own address: a mail server that somebody answers for, and not a network in which anybody may be.
 */
export const mailTrustOf = ({ clients }: Pick<SmtpListener, 'clients'>): Trust => ({ user: true, sender: clients.every((range) => isSingle(range) || LOOPBACK_CLIENTS.includes(range)) });

function isSingle(range: string): boolean {
  const [, width] = range.split('/');
  return width === undefined || width === (range.includes(':') ? '128' : '32');
}

/** Who sends, as a key. Its first word tells of which kind it is, so that a name of one kind is never one of another. */
export function senderKey(facts: Facts, trust: Trust, key: Uint8Array): string | undefined {
  // An answer is sent by the destination, whoever asked for it.
  if (facts.direction !== 'request') return undefined;
  const known = ([['user', trust.user ? facts.user : undefined], ['sender', trust.sender ? facts.sender : undefined], ['address', facts.clientAddress]] as const).find(([, name]) => name !== undefined && name !== '');
  if (known === undefined) return undefined;
  const [kind, name = ''] = known;
  return `${kind}:${createHmac('sha256', key).update(`sender\0${kind}\0${name.toLowerCase()}`).digest('hex').slice(0, KEY_LENGTH)}`;
}

/** Nothing is in force: who sends is asked only where a message is kept. */
class NoRelief implements Relief {
  readonly exceptions: Relief['exceptions'] = NO_EXCEPTIONS;
  readonly bypass = undefined;
  #key: string | undefined;
  #asked = false;

  constructor(private readonly ask: () => string | undefined) {}

  get senderKey(): string | undefined {
    if (!this.#asked) this.#key = this.ask();
    this.#asked = true;
    return this.#key;
  }
}

const NO_EXCEPTIONS: Relief['exceptions'] = [];

export function reliefFeed({ exceptions, bypasses, config, key, clock, log, everyMs = POLL_MS }: ReliefOptions): ReliefFeed {
  const trusts = new Map(httpRoutes(config).map((route) => [route.id, trustOf(route)]));
  const listeners = new Map(config.listen.smtp.map((listener) => [listener.id, mailTrustOf(listener)]));
  const trustIn = (route: string, { mail }: Facts): Trust => (mail === undefined ? trusts.get(route) : listeners.get(mail.listener)) ?? NO_TRUST;
  let standing: Standing = { exceptions: [], bypasses: [] };
  let loading: Promise<void> | undefined;
  let stopped = false;
  let isAway = false;

  const load = async (): Promise<void> => {
    try {
      const [nowExcepted, nowBypassed] = await Promise.all([exceptions.active(), bypasses.active()]);
      // What is in force never changes but by ending: the same one stays the same object, and what was made ready of it is kept.
      const before = new Map(standing.exceptions.map((one) => [one.id, one]));
      standing = { exceptions: nowExcepted.map((one) => before.get(one.id) ?? one), bypasses: nowBypassed };
      if (isAway) log.info('exceptions.loaded', { exceptions: nowExcepted.length, bypasses: nowBypassed.length });
      isAway = false;
    } catch (thrown) {
      // The last known set goes on, each to its own end; said once.
      if (!isAway) log.warn('exceptions.not-loaded', { cause: causeCode(thrown) });
      isAway = true;
    }
  };
  const begin = (): Promise<void> => (loading ??= load().finally(() => (loading = undefined)));
  const refresh = async (): Promise<void> => {
    // A load under way may have read before the decision was made.
    await loading;
    await begin();
  };
  const timer = setInterval(() => void (stopped ? undefined : begin()), everyMs);
  timer.unref();

  return {
    forExchange: (route, facts) =>
      standing.exceptions.length === 0 && standing.bypasses.length === 0
        ? new NoRelief(() => senderKey(facts, trustIn(route, facts), key))
        : reliefFor(standing, { route, destination: facts.destination, senderKey: senderKey(facts, trustIn(route, facts), key), now: clock.now() }),
    refresh,
    bypasses: () => standing.bypasses.filter(({ endsAt }) => endsAt > clock.now()),
    async stop() {
      stopped = true;
      clearInterval(timer);
      await loading;
    },
  };
}
