/** The listeners for mail, introduced to routes, next hops and the pipeline that carries what they take. */
import type { Config, SmtpRoute } from '../../config/schema.js';
import { smtpRoutes } from '../../config/routes.js';
import { passwordHashes } from '../accounts/password-hash.js';
import { accountsFile } from '../channels/smtp/accounts-file.js';
import { signIn, type SignIn } from '../channels/smtp/sign-in.js';
import { smtpChannel, type SmtpChannel, type SmtpChannelOptions } from '../channels/smtp/smtp-channel.js';
import { inRange, parseAddress, parseRange } from '../policy/cidr.js';
import { glob } from '../policy/glob.js';
import type { Clock, ExchangeId, Log } from '../ports.js';
import type { MailPipeline, NextHops } from '../ports/mail.js';
import type { Metrics } from '../record/metrics.js';

export interface SmtpListenersOptions {
  readonly config: Pick<Config, 'listen' | 'routes' | 'mail'>;
  /** By route id. */
  readonly hops: ReadonlyMap<string, NextHops>;
  readonly pipeline: MailPipeline;
  readonly counts: Pick<Metrics, 'countError' | 'mail'>;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where mail comes in. */
export interface MailPort {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly tls: Config['listen']['smtp'][number]['tls']['mode'];
}

export interface SmtpListeners {
  listen(): Promise<readonly MailPort[]>;
  drain(boundMs: number): Promise<void>;
}

type RouteFor = SmtpChannelOptions['routeFor'];

/** The first route whose keys all fit. What is not known is `unknown`. */
export function routeChoice(routes: readonly SmtpRoute[], listener: string): { readonly routes: readonly SmtpRoute[]; readonly routeFor: (mail: Parameters<RouteFor>[0]) => SmtpRoute | undefined } {
  const mine = routes.filter(({ match }) => match.listener?.includes(listener) ?? true);
  const compiled = mine.map((route) => {
    const senders = route.match.sender?.map(glob);
    const clients = route.match.client?.map(clientPattern);
    return {
      route,
      fits: ({ sender, client }: Parameters<RouteFor>[0]): boolean =>
        (senders?.some((matches) => matches(sender === '' ? UNKNOWN : sender)) ?? true) && (clients?.some((matches) => matches(client)) ?? true),
    };
  });
  return { routes: mine, routeFor: (mail) => compiled.find(({ fits }) => fits(mail))?.route };
}

const UNKNOWN = 'unknown';

function clientPattern(pattern: string): (client: string | undefined) => boolean {
  if (pattern === UNKNOWN) return (client) => client === undefined;
  const range = parseRange(pattern);
  return (client) => {
    const address = client === undefined ? undefined : parseAddress(client);
    return range !== undefined && address !== undefined && inRange(address, range);
  };
}

export function smtpListeners({ config, hops, pipeline, counts, newId, clock, log }: SmtpListenersOptions): SmtpListeners {
  // One for all listeners: hashing takes its share of the machine once.
  const hashes = passwordHashes();
  const channels = config.listen.smtp.map((listen): { readonly listen: typeof listen; readonly channel: SmtpChannel } => {
    const { routes, routeFor } = routeChoice(smtpRoutes(config), listen.id);
    const [first] = routes;
    const asks: SignIn | undefined =
      listen.auth === 'none' ? undefined
      : signIn({ clock, log, by: listen.auth === 'next-hop' ? { nextHop: first === undefined ? undefined : hops.get(first.id) } : { accounts: accountsFile(listen.auth.accounts), verify: (stored, password) => hashes.verify(stored, password) } });
    const channel = smtpChannel({
      listen, routeFor, hops, pipeline, newId, clock, log,
      mail: config.mail,
      maxBody: Math.max(1, ...routes.map(({ maxBody }) => maxBody)),
      signIn: asks,
      requireTls: routes.some(({ upstream }) => upstream !== 'demo'),
      onError: (code, route) => counts.countError('smtp', route, code),
      onReply: (code) => counts.mail.reply(listen.id, code),
      onConnections: (open) => counts.mail.connections(listen.id, open),
    });
    return { listen, channel };
  });
  return {
    async listen() {
      const ports: MailPort[] = [];
      for (const { listen, channel } of channels) ports.push({ id: listen.id, host: listen.host, port: (await channel.listen()).port, tls: listen.tls.mode });
      return ports;
    },
    async drain(boundMs) {
      await Promise.all(channels.map(({ channel }) => channel.drain(boundMs)));
    },
  };
}
