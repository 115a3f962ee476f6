/** Whether somebody answers at an address: a TCP connection, and a TLS handshake where there would be one. Not a byte of ours follows. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { causeCode } from '../errors.js';
import type { ConnectLine, liner } from './connect-line.js';

export interface Reach {
  readonly host: string;
  readonly port: number;
  /** `undefined`: without TLS, or not from the first byte on. */
  readonly tls?: ConnectionOptions | undefined;
}

/** Longer than any network takes to say no; a firewall that drops says nothing. */
const PATIENCE_MS = 5_000;

export function reachOf(url: string, tls: ConnectionOptions = {}): Reach {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return protocol === 'https:' ? { host, port: port === '' ? 443 : Number(port), tls } : { host, port: port === '' ? 80 : Number(port) };
}

export async function reached({ host, port, tls }: Reach, say: ReturnType<typeof liner>): Promise<ConnectLine> {
  let socket: Socket | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      socket = tls === undefined ? connectTcp({ host, port }, resolve) : connectTls({ host, port, ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), ...tls }, resolve);
      socket.setTimeout(PATIENCE_MS, () => reject(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
      socket.once('error', reject);
    });
    return tls === undefined ? say.ok('reached') : say.ok('reachedTls');
  } catch (thrown) {
    const code = causeCode(thrown);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return say.missing('noHost');
    if (code === 'ECONNREFUSED') return say.missing('refused');
    if (code === 'ETIMEDOUT') return say.missing('silent');
    return /CERT|SIGNATURE|ISSUER|SELF_SIGNED|ERR_TLS/.test(code) ? say.missing('certificate', { code }) : say.missing('unreached', { code });
  } finally {
    socket?.destroy();
  }
}
