/** Bringing syslog lines to a receiver: datagrams, or a stream with counted octets (RFC 6587, RFC 5425) that is read to its end. */
import { createSocket } from 'node:dgram';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { causeCode } from '../../errors.js';
import { SinkFailed } from '../../ports.js';

export interface StreamTarget {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly ca: string | undefined; readonly cert: string | undefined; readonly key: string | undefined; readonly serverName: string | undefined } | undefined;
}

/** A receiver sends nothing; whoever pours bytes at us is none. */
const HEARD_MOST = 4_096;

export function octetCounted(lines: readonly string[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => {
    const bytes = Buffer.from(line, 'utf8');
    return [Buffer.from(`${String(bytes.length)} `, 'ascii'), bytes];
  }));
}

function open({ host, port, tls }: StreamTarget): { readonly socket: Socket; readonly ready: 'connect' | 'secureConnect' } {
  if (tls === undefined) return { socket: connectPlain({ host, port }), ready: 'connect' };
  const { ca, cert, key, serverName } = tls;
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(name === undefined ? {} : { servername: name }),
  });
  return { socket, ready: 'secureConnect' };
}

/**
 * A far side that turns us away (no certificate, too many connections, going down) often does so a moment after the connection
 * stands: this much longer than the connection took, and at least so long, is waited before the end is sent.
 */
const TURNED_AWAY = { leastMs: 250, mostMs: 2_000, times: 4 } as const;

/**
 * Syslog has no answer, and bytes that the system has taken may reach a connection that nobody reads any more. So each delivery
 * has its own connection, ends it, and waits for the far side to end it then: it has read all there was. Whatever else happens
 * (ended before us, reset, silence) is a failure, and the lines go again under the same delivery and number.
 */
export function overStream(target: StreamTarget, lines: readonly string[], timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const { socket, ready } = open(target);
    let ended = false;
    let early = false;
    let heard = 0;
    let turn: NodeJS.Timeout | undefined;
    const settle = (failed?: SinkFailed): void => {
      clearTimeout(timer);
      clearTimeout(turn);
      socket.destroy();
      if (failed === undefined) resolve();
      else reject(failed);
    };
    const timer = setTimeout(() => settle(new SinkFailed(ended ? 'SYSLOG_UNCONFIRMED' : 'TIMEOUT', 'again')), timeoutMs);
    socket.on(ready, () => {
      const waitMs = Math.min(Math.max(TURNED_AWAY.leastMs, TURNED_AWAY.times * (performance.now() - began)), TURNED_AWAY.mostMs);
      socket.write(octetCounted(lines), () => {
        turn = setTimeout(() => {
          ended = true;
          socket.end();
        }, waitMs);
      });
    });
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.length;
      if (heard > HEARD_MOST) settle(new SinkFailed('ANSWER_TOO_LARGE', 'again'));
    });
    socket.on('end', () => {
      early = !ended;
    });
    socket.on('error', (thrown) => settle(new SinkFailed(causeCode(thrown), 'again')));
    socket.on('close', () => settle(ended && !early ? undefined : new SinkFailed('SYSLOG_CLOSED', 'again')));
  });
}

/** Sent is all that a datagram can be. Where the receiver's machine says that nobody listens there, that is heard. */
export async function overDatagrams({ host, port }: StreamTarget, lines: readonly string[], timeoutMs: number): Promise<void> {
  const socket = createSocket({ type: isIP(host) === 6 ? 'udp6' : 'udp4' });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new SinkFailed('TIMEOUT', 'again')), timeoutMs);
      socket.on('error', reject);
      socket.connect(port, host, () => {
        const next = (index: number): void => {
          const line = lines[index];
          if (line === undefined) resolve();
          else socket.send(Buffer.from(line, 'utf8'), (failed) => (failed === null ? next(index + 1) : reject(failed)));
        };
        next(0);
      });
    });
  } catch (thrown) {
    throw thrown instanceof SinkFailed ? thrown : new SinkFailed(causeCode(thrown), 'again');
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
