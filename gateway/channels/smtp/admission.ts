/** Who may connect and relay, and how much of it: networks, open connections, messages per minute. Counted in each process for itself. */
import type { SmtpListener } from '../../../config/mail-schema.js';
import type { Clock } from '../../ports.js';
import type { SmtpReply } from '../../ports/mail.js';
import { plainAddress, trustedPeers, type Trusts } from '../http/client-address.js';
import { reply } from './reply.js';

const MINUTE = 60_000;
/** Clients that are counted at once; beyond it the oldest counts go, and with them nothing but a limit. */
const CLIENTS_MOST = 100_000;

export interface Admission {
  /** Its XCLIENT, XFORWARD and PROXY header are believed. */
  readonly isProxy: Trusts;
  /** May relay without signing in. */
  readonly isClient: Trusts;
  /** The reason for turning a new connection away, or the way to give its place back. */
  connect(address: string | undefined): SmtpReply | (() => void);
  /** The reason why this client may not send another mail now. */
  message(address: string | undefined): SmtpReply | undefined;
  connections(): number;
}

export function admission(listen: Pick<SmtpListener, 'clients' | 'trustedProxies' | 'maxConnections' | 'perClient' | 'auth'>, clock: Clock, onConnections: (open: number) => void = () => undefined): Admission {
  const isProxy = trustedPeers(listen.trustedProxies);
  const isClient = trustedPeers(listen.clients);
  const open = new Map<string, number>();
  let total = 0;
  let minute = -1;
  const sent = new Map<string, number>();
  return {
    isProxy: (address) => isProxy(plainAddress(address)),
    isClient: (address) => isClient(plainAddress(address)),
    connections: () => total,
    connect(address) {
      const who = plainAddress(address) ?? '';
      const mine = open.get(who) ?? 0;
      const isTrusted = isProxy(who);
      if (total >= listen.maxConnections) return reply(421, '4.7.0', 'Too many connections, try again later');
      // A proxy speaks for many.
      if (!isTrusted && mine >= listen.perClient.connections) return reply(421, '4.7.0', 'Too many connections from your address, try again later');
      if (!isTrusted && listen.auth === 'none' && !isClient(who)) return reply(554, '5.7.1', 'Your address may not relay here');
      total += 1;
      onConnections(total);
      open.set(who, mine + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        total -= 1;
        onConnections(total);
        const left = (open.get(who) ?? 1) - 1;
        if (left > 0) open.set(who, left);
        else open.delete(who);
      };
    },
    message(address) {
      const now = Math.floor(clock.now() / MINUTE);
      if (now !== minute) sent.clear();
      minute = now;
      const who = plainAddress(address) ?? '';
      const mine = (sent.get(who) ?? 0) + 1;
      if (mine > listen.perClient.messagesPerMinute) return reply(450, '4.7.1', 'Too many messages from your address this minute, try again later');
      if (!sent.has(who) && sent.size >= CLIENTS_MOST) for (const oldest of sent.keys()) { sent.delete(oldest); break; }
      sent.set(who, mine);
      return undefined;
    },
  };
}
