/** Times of a connection on the fast front, on sockets whose clients do not read. */
import { describe, expect, it } from '@jest/globals';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Admission } from '../../../../../gateway/channels/http/admit.js';
import { FastConnection, type FastShared } from '../../../../../gateway/channels/http/front/fast-connection.js';
import { parsedRoutes } from '../kit.js';

const KEEP_ALIVE_MS = 65_000;
const LAST_BYTES_MS = 600_000;
const TICK_MS = 1000;
const quiet = (): void => undefined;
const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

interface Line {
  readonly socket: Duplex;
  readonly connection: FastConnection;
  /** The client reads what was written so far. */
  readonly read: () => void;
}

async function answered(head: string): Promise<Line> {
  const pending: (() => void)[] = [];
  const socket = new Duplex({ allowHalfOpen: true, read: quiet, write: (_chunk, _encoding, done) => void pending.push(done) });
  const destroySoon = (): void => void socket.end(() => socket.destroy());
  Object.assign(socket, { destroySoon });
  const [route] = parsedRoutes({});
  if (route === undefined) throw new Error('no route');
  const shared: FastShared = {
    handler: {
      admit: () => ({ kind: 'admitted', request: { route } }) as Admission,
      take: async (call) => void call.answer({ status: 200, reason: '', fields: [['Content-Length', '2']] }, Buffer.from('ok'), false),
      upgrade: quiet,
      refuseSocket: quiet,
    },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    headBytes: 8192, headTimeoutMs: 15_000, keepAliveMs: KEEP_ALIVE_MS, checkEveryMs: TICK_MS, lastBytesMs: LAST_BYTES_MS, wholeMs: 20,
    keepAliveLines: '', asksCertificates: false, now: 0, waited: 0, draining: false, connections: new Set(), elsewhere: quiet,
  };
  const connection = new FastConnection(socket as Socket, '192.0.2.1', shared);
  socket.push(`GET / HTTP/1.1\r\n${head}\r\n`);
  await turn();
  await turn();
  return { socket, connection, read: () => pending.splice(0).forEach((done) => done()) };
}

describe('the end of an answer', () => {
  it('is not cut when the time of a resting connection is over, but its connection rests once it was read', async () => {
    const { socket, connection, read } = await answered('');
    expect(socket.writableLength).toBeGreaterThan(0);
    connection.check(KEEP_ALIVE_MS + TICK_MS);
    connection.check(3 * KEEP_ALIVE_MS);
    expect(socket.destroyed).toBe(false);
    read();
    connection.check(4 * KEEP_ALIVE_MS - 1);
    expect(socket.destroyed).toBe(false);
    connection.check(4 * KEEP_ALIVE_MS + TICK_MS);
    expect(socket.destroyed).toBe(true);
  });
  it.each([['', 'a client that keeps its connection'], ['Connection: close\r\n', 'a client that asked to close it']])('does not wait without end for one that never reads (%j)', async (head) => {
    const { socket, connection } = await answered(head);
    for (let now = 0; now < LAST_BYTES_MS; now += KEEP_ALIVE_MS) connection.check(now);
    expect(socket.destroyed).toBe(false);
    connection.check(LAST_BYTES_MS + KEEP_ALIVE_MS);
    expect(socket.destroyed).toBe(true);
  });
});
