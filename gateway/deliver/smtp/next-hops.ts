/** The next hops of one route: pools to their hosts, the choice among them, and relays over both. */
import { readFileSync } from 'node:fs';
import type { MailHop, SmtpRoute } from '../../../config/schema.js';
import { causeCode } from '../../errors.js';
import type { Clock, HopAuth, Log, NextHops, SmtpReply } from '../../ports.js';
import { stepTimes } from './connection.js';
import { hopChoice } from './hop-choice.js';
import { hostConnections, type Resolve } from './hosts.js';
import { leg, troubleReply } from './leg.js';
import { OWN_REPLY } from './own-reply.js';
import { connectionPool, type Pool } from './pool.js';
import { mailRelay } from './relay.js';
import { HopTrouble } from './session.js';

/** A replaced certificate authority is in use after at most this. */
const CA_CHECK_MS = 5_000;
/** Of a hop, in records. */
const NAME_LENGTH = 200;
const SIGNED_IN: SmtpReply = { code: 235, enhanced: '2.7.0', text: ['Signed in'] };

export interface NextHopsOptions {
  /** Said in EHLO. */
  readonly hostname: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly secretOf: (secret: NonNullable<MailHop['auth']>['secret']) => string;
  /** Of RCPT and of the end of a mail. */
  readonly onReply?: ((hop: string, reply: SmtpReply) => void) | undefined;
  readonly resolve?: Resolve | undefined;
  /** Refuse 8-bit mails for a hop that does not offer 8BITMIME; left out: they are sent as they are. */
  readonly strict8bit?: boolean | undefined;
}

/** Throws for a route that could never deliver: its message names the route. */
export class NextHopConfigError extends Error {
  override readonly name = 'NextHopConfigError';
  constructor(readonly route: string, problem: string, options?: { readonly cause?: unknown }) {
    super(`Route "${route}": ${problem}`, options);
  }
}

interface Hop {
  readonly to: readonly string[] | undefined;
  readonly name: string;
  readonly pool: Pool;
  /** The configured account, where there is one. */
  readonly account: () => HopAuth | undefined;
}

export function nextHops(route: Pick<SmtpRoute, 'id'> & { readonly upstream: { readonly hops: readonly MailHop[] } }, options: NextHopsOptions): NextHops {
  const { clock, log, onReply, strict8bit = false } = options;
  const names = new Set<string>();
  const hops = route.upstream.hops.map((hop): Hop => {
    const hosts = hop.hosts.join(',').slice(0, NAME_LENGTH);
    let name = hosts;
    for (let n = 2; names.has(name); n += 1) name = `${hosts}#${String(n)}`;
    names.add(name);
    const ca = caFile(route.id, hop.ca, clock);
    const times = stepTimes(hop.replyTimeout);
    const open = hostConnections({
      hosts: hop.hosts,
      settings: () => ({ hostname: options.hostname, tls: hop.tls, serverName: hop.serverName, ca: ca(), connectTimeout: hop.connectTimeout, times }),
      clock, log, route: route.id, resolve: options.resolve,
    });
    return {
      to: hop.to,
      name,
      pool: connectionPool({ open, maxConnections: hop.maxConnections, waitMs: hop.replyTimeout, clock }),
      account: () => hop.auth && { user: hop.auth.user, password: options.secretOf(hop.auth.secret) },
    };
  });
  const choose = hopChoice(hops);
  return {
    relay(from, { auth, signal } = {}) {
      const relayed = new Map(
        hops.map((hop) => [hop, { name: hop.name, begin: () => leg({ pool: hop.pool, from, auth: auth ?? hop.account(), clientsOwn: auth !== undefined, signal, strict8bit, onReply: (reply) => onReply?.(hop.name, reply) }) }] as const),
      );
      return mailRelay((address) => {
        const hop = choose(address);
        return hop && relayed.get(hop);
      });
    },
    async signIn(auth) {
      const hop = hops.find(({ to }) => to === undefined);
      if (hop === undefined) return OWN_REPLY.noSignIn;
      try {
        // Never a kept one: it would prove that the password was good some minutes ago.
        (await hop.pool.take({ auth, fresh: true })).back();
        return SIGNED_IN;
      } catch (thrown) {
        return thrown instanceof HopTrouble && thrown.kind === 'sign-in' ? troubleReply(thrown, true) : OWN_REPLY.noSignIn;
      }
    },
    async close() {
      await Promise.all(hops.map(({ pool }) => pool.close()));
    },
  };
}

/** Its bytes, read again now and then; a file that cannot be read later leaves the last good ones in use. */
function caFile(route: string, path: string | undefined, clock: Clock): () => Buffer | undefined {
  if (path === undefined) return () => undefined;
  const read = (): Buffer => readFileSync(path);
  let bytes: Buffer;
  try {
    bytes = read();
  } catch (thrown) {
    throw new NextHopConfigError(route, `the certificate authority of its next hop cannot be read (${causeCode(thrown)})`, { cause: thrown });
  }
  let checkedAt = clock.now();
  return () => {
    if (clock.now() - checkedAt >= CA_CHECK_MS) {
      checkedAt = clock.now();
      try {
        bytes = read();
      } catch {
        // Halfway through a replacement.
      }
    }
    return bytes;
  };
}
