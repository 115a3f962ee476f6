/** From an address to a connection that mail can be said on: dialled, greeted, secured and signed in as the hop wants it. */
import { connect, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { asWeirError, WeirError } from '../../errors.js';
import { isAccepted, type HopAuth, type SmtpReply } from '../../ports.js';
import { smtpConnection, type SmtpConnection, type StepTimes } from './connection.js';
import type { Offers } from './envelope-lines.js';

export type TlsMode = 'none' | 'opportunistic' | 'required' | 'verified' | 'implicit';

/** Why a host gives no connection; `reply` is its own word, where it had one. */
export class HopTrouble extends Error {
  override readonly name = 'HopTrouble';
  constructor(readonly kind: 'unreachable' | 'tls' | 'sign-in' | 'busy', readonly reply?: SmtpReply, options?: { readonly cause?: unknown }) {
    super(kind, options);
  }
}

export interface SessionSettings {
  /** Said in EHLO. */
  readonly hostname: string;
  readonly tls: TlsMode;
  readonly serverName: string | undefined;
  readonly ca: Buffer | undefined;
  readonly connectTimeout: number;
  readonly times: StepTimes;
}
export interface HostAddress {
  /** As configured. */
  readonly host: string;
  readonly ip: string;
  readonly port: number;
}

/** EHLO lines that one server may have; a hundred lines is what a reply may have anyway. */
const KEYWORD = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

export async function openSession(address: HostAddress, settings: SessionSettings, auth: HopAuth | undefined, signal?: AbortSignal): Promise<SmtpConnection> {
  try {
    return await openOnce(address, settings, settings.tls, auth, signal);
  } catch (thrown) {
    if (settings.tls !== 'opportunistic' || !(thrown instanceof HopTrouble) || thrown.kind !== 'tls' || signal?.aborted === true) throw thrown;
    // The first connection is of no more use; what is said on a new one was not touched by the handshake.
    return openOnce(address, settings, 'none', auth, signal);
  }
}

async function openOnce(address: HostAddress, settings: SessionSettings, mode: TlsMode, auth: HopAuth | undefined, signal?: AbortSignal): Promise<SmtpConnection> {
  const connection = smtpConnection(await dialled(address, settings.connectTimeout, signal), settings.times);
  const stop = (): void => connection.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (mode === 'implicit') await secured(connection, address, settings, mode);
    const greeting = await heard(connection.greeting());
    if (greeting.code !== 220) throw new HopTrouble('unreachable', greeting);
    connection.offers = await hello(connection, settings.hostname);
    if (mode !== 'none' && mode !== 'implicit') {
      if (connection.offers.has('STARTTLS')) {
        const go = await heard(connection.say('STARTTLS'));
        if (go.code !== 220) throw new HopTrouble('tls', go);
        await secured(connection, address, settings, mode);
        connection.offers = await hello(connection, settings.hostname);
      } else if (mode !== 'opportunistic') throw new HopTrouble('tls');
    }
    if (auth !== undefined) await signedIn(connection, address, auth);
    return connection;
  } catch (thrown) {
    connection.destroy();
    throw thrown instanceof HopTrouble ? thrown : new HopTrouble('unreachable', undefined, { cause: thrown });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** A broken connection is the same as none. */
async function heard(reply: Promise<SmtpReply>): Promise<SmtpReply> {
  return reply.catch((thrown: unknown) => {
    throw new HopTrouble('unreachable', undefined, { cause: thrown });
  });
}

function dialled({ ip, port }: HostAddress, ms: number, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: ip, port });
    const late = setTimeout(() => broke(new WeirError('upstream-timeout')), ms);
    const broke = (thrown: unknown): void => {
      clearTimeout(late);
      signal?.removeEventListener('abort', aborted);
      socket.destroy();
      reject(new HopTrouble('unreachable', undefined, { cause: thrown }));
    };
    const aborted = (): void => broke(asWeirError(signal?.reason, 'mail-deadline'));
    if (signal?.aborted === true) { aborted(); return; }
    signal?.addEventListener('abort', aborted, { once: true });
    socket.once('error', broke);
    socket.once('connect', () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', aborted);
      socket.off('error', broke);
      resolve(socket);
    });
  });
}

async function secured(connection: SmtpConnection, { host, ip }: HostAddress, { serverName, ca }: SessionSettings, mode: TlsMode): Promise<void> {
  const name = serverName ?? host;
  const options: ConnectionOptions = {
    host: isIP(name) === 0 ? name : ip,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: mode === 'verified' || mode === 'implicit',
    // An address is no server name (RFC 6066); the certificate is then checked against the address itself.
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== undefined && { ca }),
  };
  try {
    await connection.secureWith(options);
  } catch (thrown) {
    // Words that came before the handshake are no failed handshake: nothing plain is tried after that.
    throw new HopTrouble(asWeirError(thrown, 'internal').code === 'upstream-invalid' ? 'unreachable' : 'tls', undefined, { cause: thrown });
  }
}

async function hello(connection: SmtpConnection, hostname: string): Promise<Offers> {
  const reply = await heard(connection.say(`EHLO ${hostname}`));
  if (!isAccepted(reply)) {
    // RFC 5321 3.2: a server of the old kind.
    const old = reply.code >= 500 ? await heard(connection.say(`HELO ${hostname}`)) : reply;
    if (!isAccepted(old)) throw new HopTrouble('unreachable', old);
    return new Map();
  }
  return new Map(
    reply.text.slice(1).flatMap((line): [string, string[]][] => {
      const [keyword = '', ...words] = line.trim().split(/[ =]+/);
      return KEYWORD.test(keyword) ? [[keyword.toUpperCase(), words]] : [];
    }),
  );
}

async function signedIn(connection: SmtpConnection, { ip }: HostAddress, { user, password }: HopAuth): Promise<void> {
  // A password leaves this machine only where nobody can read along.
  if (!connection.secure && !/^(127\.|::1$)/.test(ip)) throw new HopTrouble('tls');
  const ways = (connection.offers.get('AUTH') ?? []).map((way) => way.toUpperCase());
  const coded = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const last = async (): Promise<SmtpReply> => {
    if (ways.includes('PLAIN')) return heard(connection.say(`AUTH PLAIN ${coded(`\0${user}\0${password}`)}`));
    if (!ways.includes('LOGIN')) throw new HopTrouble('sign-in');
    for (const line of ['AUTH LOGIN', coded(user)]) {
      const reply = await heard(connection.say(line));
      if (reply.code !== 334) return reply;
    }
    return heard(connection.say(coded(password)));
  };
  const reply = await last();
  if (reply.code !== 235) throw new HopTrouble('sign-in', reply);
}
