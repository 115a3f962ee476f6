/** The listening side of SMTP: one listener with its connections, what they share, and its orderly end. */
import { setMaxListeners } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerAuthenticationResponse, type SMTPServerSession } from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { MailConfig, SmtpListener } from '../../../config/mail-schema.js';
import type { SmtpRoute } from '../../../config/route-schema.js';
import { causeCode, WeirError, type ErrorCode } from '../../errors.js';
import type { Clock, ExchangeId, Log } from '../../ports.js';
import type { MailPipeline, NextHops } from '../../ports/mail.js';
import { noProxyFront, proxyFront, type ProxyFront } from '../http/proxy-protocol.js';
import { admission } from './admission.js';
import { certificate, followCertificate } from './certificate.js';
import { SmtpConnection } from './connection.js';
import type { SmtpHub } from './hub.js';
import { reply } from './reply.js';
import type { SignIn } from './sign-in.js';
import { transaction } from './transaction.js';

export interface SmtpChannelOptions {
  readonly listen: SmtpListener;
  readonly mail: Pick<MailConfig, 'hostname' | 'language' | 'help' | 'deadline'>;
  /** The first that matches. */
  readonly routeFor: (mail: { readonly sender: string; readonly client: string | undefined }) => Pick<SmtpRoute, 'id' | 'maxBody'> | undefined;
  /** The largest mail that any of its routes takes: SIZE. */
  readonly maxBody: number;
  /** By route id. */
  readonly hops: ReadonlyMap<string, NextHops>;
  readonly pipeline: MailPipeline;
  readonly signIn?: SignIn | undefined;
  /** True where the next hops keep REQUIRETLS. */
  readonly requireTls?: boolean;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly log: Log;
  readonly onError?: (code: ErrorCode, route: string | undefined) => void;
  readonly onReply?: (code: number) => void;
  /** So many are open now. */
  readonly onConnections?: (open: number) => void;
  readonly timing?: Partial<SmtpTiming>;
}

interface SmtpTiming {
  /** How often slow clients are looked for. */
  readonly checkEveryMs: number;
  /** How often certificate files are looked at. */
  readonly certificateCheckMs: number;
  /** Mails that were told to end at the end of a drain get this long to do so. */
  readonly lastMs: number;
}
const TIMING: SmtpTiming = { checkEveryMs: 1000, certificateCheckMs: 2000, lastMs: 2000 };

export interface SmtpChannel {
  listen(): Promise<AddressInfo>;
  connections(): number;
  /** Of each connection: looks whether its client takes too long, as it is done every so many milliseconds. */
  looks(): readonly ((elapsedMs: number) => void)[];
  /** Takes no new mail, lets those in hand finish for at most so long, then ends them. */
  drain(boundMs: number): Promise<void>;
}

class ListeningServer extends SMTPServer {
  front: ProxyFront = noProxyFront();
  hub: SmtpHub | undefined;

  override connect(socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null): void {
    if (this.hub === undefined) throw new TypeError('connected before it was opened');
    const connection = new SmtpConnection(this, socket, { ...options, remoteAddress: this.front.peerOf(socket) }, this.hub);
    this.connections.add(connection);
    // Lost connections and failed handshakes: the connection has dealt with them.
    connection.on('error', () => undefined);
    connection.init();
  }
}

export function smtpChannel(options: SmtpChannelOptions): SmtpChannel {
  const { listen, mail, log, clock } = options;
  const timing = { ...TIMING, ...options.timing };
  const admitted = admission(listen, clock, options.onConnections);
  const ending = new AbortController();
  // One listener for each mail under way.
  setMaxListeners(0, ending.signal);
  const inHand = new Set<Promise<void>>();
  let isClosing = false;

  const hub: SmtpHub = {
    listen, clock, log,
    words: mail,
    admission: admitted,
    signIn: options.signIn,
    requireTls: options.requireTls ?? false,
    isClosing: () => isClosing,
    begin(from, client, auth) {
      const route = options.routeFor({ sender: from.address, client });
      const hops = route === undefined ? undefined : options.hops.get(route.id);
      // HC 26: whoever waits for IT to name a next hop keeps its mail.
      if (route === undefined || hops === undefined) return reply(451, '4.3.5', 'No route for this mail');
      if (from.size !== undefined && from.size > route.maxBody) return reply(552, '5.3.4', `Message larger than ${route.maxBody} bytes`);
      return transaction(
        {
          route, hops, clock, log,
          client,
          pipeline: options.pipeline,
          listener: listen.id,
          maxRecipients: listen.maxRecipients,
          deadlineMs: mail.deadline,
          words: mail,
          newId: options.newId,
          ending: ending.signal,
          onError: options.onError ?? (() => undefined),
        },
        from, auth,
      );
    },
    carries(work) {
      const mine = work
        .catch((thrown: unknown) => log.error('smtp.mail-failed', { cause: causeCode(thrown) }))
        .finally(() => inHand.delete(mine));
      inHand.add(mine);
    },
    onReply: options.onReply ?? (() => undefined),
  };

  const smtp = new ListeningServer({
    name: mail.hostname,
    heloResponse: '%s',
    secure: listen.tls.mode === 'implicit',
    ...certificate(listen),
    minVersion: 'TLSv1.2',
    size: options.maxBody,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    hideREQUIRETLS: options.requireTls !== true,
    authMethods: ['PLAIN', 'LOGIN'],
    // Which of the two it is, the connection decides, mail by mail.
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    lenientAddressParsing: true,
    useXClient: true,
    useXForward: true,
    socketTimeout: listen.idleTimeout,
    maxClients: 0,
    logger: false,
    // A client that says all it has and closes its side still hears its replies.
    allowHalfOpen: true,
    onConnect: (_session, callback) => callback(),
    onSecure: (_socket, _session, callback) => callback(),
    onAuth: (auth, session, callback) => {
      authenticate(smtp, auth, session).then(
        (answer) => callback(null, answer),
        (thrown: unknown) => {
          log.error('smtp.sign-in-failed', { cause: causeCode(thrown) });
          callback(Object.assign(new Error('Not possible now'), { responseCode: 454 }));
        },
      );
    },
  });
  smtp.hub = hub;
  smtp.on('error', (thrown) => log.debug('smtp.connection-error', { cause: causeCode(thrown) }));
  const { server } = smtp;
  // A place for each that is turned away, so that it hears why.
  server.maxConnections = 2 * listen.maxConnections + 16;
  if (listen.proxyProtocol) smtp.front = proxyFront(server, admitted.isProxy, listen.commandTimeout, (socket) => socket.destroy());
  const unwatch = followCertificate(smtp, listen, timing.certificateCheckMs, log);

  const looks = (): ((elapsedMs: number) => void)[] => [...smtp.connections].flatMap((connection) => (connection instanceof SmtpConnection ? [(elapsedMs: number) => connection.check(elapsedMs)] : []));
  const handshakes = new WeakMap<Socket, number>();
  const ticking = setInterval(() => {
    for (const look of looks()) look(timing.checkEveryMs);
    for (const [socket, top] of smtp._pendingSockets) {
      const since = handshakes.get(socket) ?? clock.now();
      handshakes.set(socket, since);
      if (clock.now() - since > listen.commandTimeout) top.destroy();
    }
  }, timing.checkEveryMs);
  ticking.unref();

  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });

  return {
    connections: () => admitted.connections(),
    looks,
    listen: () => listening(server, listen),
    async drain(boundMs) {
      isClosing = true;
      unwatch();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const top of smtp._pendingSockets.values()) top.destroy();
      for (const connection of smtp.connections) if (connection instanceof SmtpConnection) connection.sendAway();
      // Mails whose client has left are in hand as well.
      await within(boundMs, quiet(inHand));
      ending.abort(new WeirError('shutting-down'));
      await within(timing.lastMs, quiet(inHand).then(() => closed));
      clearInterval(ticking);
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Resolves when no mail is in hand, those included that begin meanwhile. */
async function quiet(inHand: ReadonlySet<Promise<void>>): Promise<void> {
  while (inHand.size > 0) await Promise.all(inHand);
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, over]);
  clearTimeout(timer);
}

async function authenticate(server: SMTPServer, auth: SMTPServerAuthentication, session: SMTPServerSession): Promise<SMTPServerAuthenticationResponse> {
  for (const connection of server.connections) if (connection.session === session && connection instanceof SmtpConnection) return connection.signIn(auth);
  return {};
}

async function listening(server: Server, { port, host }: SmtpListener): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the listener has no port');
  return address;
}
