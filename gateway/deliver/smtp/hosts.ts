/** The hosts of one hop: tried in order, those that just failed last, each by every address its name has. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { causeCode, WeirError } from '../../errors.js';
import type { Clock, HopAuth, Log } from '../../ports.js';
import type { SmtpConnection } from './connection.js';
import { HopTrouble, openSession, type SessionSettings } from './session.js';

/** How long a host that failed is tried after the others: long enough that a dead first one costs few mails its timeout, short enough to be back soon. */
const DOWN_MS = 30_000;
/** Of one name: a list without end would keep a mail for hours. */
const ADDRESSES_MOST = 8;

/** All addresses of a name, IPv4 and IPv6. */
export type Resolve = (host: string) => Promise<readonly string[]>;
export const systemResolve: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export interface HostsOptions {
  /** `name:port`, in order of preference. */
  readonly hosts: readonly string[];
  readonly settings: () => SessionSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly route: string;
  readonly resolve?: Resolve | undefined;
}

/** `host:port` and `[v6]:port` apart. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

export function hostConnections(options: HostsOptions): (auth: HopAuth | undefined, signal: AbortSignal | undefined) => Promise<SmtpConnection> {
  const { clock, log, route, resolve = systemResolve } = options;
  const hosts = options.hosts.map((name) => ({ name, ...hostAndPort(name) }));
  const downUntil = new Map<string, number>();

  const addressesOf = async (host: string, ms: number): Promise<readonly string[]> => {
    if (isIP(host) !== 0) return [host];
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => (late = setTimeout(() => reject(new WeirError('upstream-timeout')), ms)));
    try {
      return (await Promise.race([resolve(host), tooLate])).slice(0, ADDRESSES_MOST);
    } catch (thrown) {
      throw new HopTrouble('unreachable', undefined, { cause: thrown });
    } finally {
      clearTimeout(late);
    }
  };
  const reached = async ({ host, port }: { readonly host: string; readonly port: number }, auth: HopAuth | undefined, signal: AbortSignal | undefined): Promise<SmtpConnection> => {
    const settings = options.settings();
    let last: unknown = new HopTrouble('unreachable');
    for (const ip of await addressesOf(host, settings.connectTimeout)) {
      try {
        return await openSession({ host, ip, port }, settings, auth, signal);
      } catch (thrown) {
        last = thrown;
        // Another address of the same host would say the same, and count the wrong password once more.
        if (signal?.aborted === true || (thrown instanceof HopTrouble && thrown.kind === 'sign-in')) break;
      }
    }
    throw last;
  };

  return async (auth, signal) => {
    const now = clock.now();
    const isDown = ({ name }: { readonly name: string }): boolean => (downUntil.get(name) ?? 0) > now;
    let trouble: HopTrouble | undefined;
    for (const host of [...hosts.filter((one) => !isDown(one)), ...hosts.filter(isDown)]) {
      try {
        const connection = await reached(host, auth, signal);
        if (downUntil.delete(host.name)) log.info('smtp.host-up', { route, host: host.name });
        return connection;
      } catch (thrown) {
        const one = thrown instanceof HopTrouble ? thrown : new HopTrouble('unreachable', undefined, { cause: thrown });
        // A client's own wrong password, or its patience, says nothing about the host.
        if (signal?.aborted === true || (auth !== undefined && one.kind === 'sign-in')) throw one;
        if (!downUntil.has(host.name)) log.warn('smtp.host-down', { route, host: host.name, reason: one.kind, code: one.reply?.code, cause: one.cause === undefined ? undefined : causeCode(one.cause) });
        downUntil.set(host.name, clock.now() + DOWN_MS);
        // What is nearest to an answer tells most.
        if (trouble === undefined || trouble.kind === 'unreachable') trouble = one;
      }
    }
    throw trouble ?? new HopTrouble('unreachable');
  };
}
