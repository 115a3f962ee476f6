/** Where mail goes on from each route, and how it looks when it leaves: what traffic and releases share. */
import { readFileSync } from 'node:fs';
import { smtpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import { dkimSigner } from '../act/mail/dkim.js';
import { outgoingMails } from '../act/mail/outgoing.js';
import { demoHops } from '../deliver/smtp/demo-hops.js';
import { NextHopConfigError, nextHops } from '../deliver/smtp/next-hops.js';
import type { Clock, Log, MailContent, NextHops, OutgoingMail, SmtpReply } from '../ports.js';
import { secretValue } from './secret-value.js';

export interface NextHopsByRoute {
  readonly byRoute: ReadonlyMap<string, NextHops>;
  close(): Promise<void>;
}
export interface NextHopsSurroundings {
  readonly demoUrl: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReply?: ((route: string, hop: string, reply: SmtpReply) => void) | undefined;
}

/** Throws NextHopConfigError for a route that could never deliver, and what `secretValue` throws for a password that nobody set. */
export function nextHopsOf(config: Pick<Config, 'routes' | 'mail'>, { demoUrl, env, clock, log, onReply }: NextHopsSurroundings): NextHopsByRoute {
  const byRoute = new Map(
    smtpRoutes(config).map(({ id, upstream }): [string, NextHops] => {
      if (upstream === 'demo') {
        if (demoUrl === undefined) throw new NextHopConfigError(id, 'upstream "demo" exists only under "demo: true"');
        return [id, demoHops({ route: id, url: demoUrl })];
      }
      // Asked for once at the start: a missing password is heard of then, and not with the first mail.
      for (const { auth } of upstream.hops) if (auth !== undefined) secretValue(auth.secret, env);
      return [id, nextHops({ id, upstream }, { hostname: config.mail.hostname, clock, log, secretOf: (secret) => secretValue(secret, env), onReply: (hop, reply) => onReply?.(id, hop, reply) })];
    }),
  );
  return {
    byRoute,
    async close() {
      await Promise.all([...byRoute.values()].map((hops) => hops.close()));
    },
  };
}

/** Throws where a key cannot be read or cannot sign. */
export function outgoingOf({ mail }: Pick<Config, 'mail'>, clock: Clock): (mail: OutgoingMail) => MailContent {
  const dkim = mail.dkim.length === 0 ? undefined : dkimSigner(mail.dkim.map(({ domain, selector, key }) => ({ domain, selector, key: readFileSync(key) })));
  return outgoingMails({ incidentHeader: mail.incidentHeader, dkim, now: clock.now });
}
