/** An upstream that answers each request as its vector says, down to the byte, and all others honestly. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { HostileAnswer } from './vectors/answers.js';

/** Long enough for the gateway to have put the connection back into its pool; a shorter one would only test less. */
const MOMENT_MS = 15;
const LONGEST_MS = 5_000;

export interface HostileUpstream {
  readonly url: string;
  /** What is answered to this target, once; resolves when all of it has been written. */
  script(target: string, answer: HostileAnswer): Promise<void>;
  close(): Promise<void>;
}

export const honest = (target: string): string => `own ${target}`;

export async function hostileUpstream(): Promise<HostileUpstream> {
  const scripts = new Map<string, { readonly answer: HostileAnswer; readonly done: () => void }>();
  const sockets = new Set<Socket>();

  const act = async (socket: Socket, target: string): Promise<void> => {
    const scripted = scripts.get(target);
    if (scripted === undefined) {
      const body = honest(target);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`);
      return;
    }
    scripts.delete(target);
    const { pieces, closes } = scripted.answer;
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) await new Promise((later) => setTimeout(later, MOMENT_MS));
      if (socket.writable) await new Promise<void>((left) => socket.write(Buffer.from(piece, 'latin1'), () => left()));
    }
    if (closes) socket.end();
    scripted.done();
  };

  const server = createServer({ noDelay: true }, (socket) => {
    let waiting = '';
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.setEncoding('latin1').on('data', (text: string) => {
      waiting += text;
      // Bodies are not sent to this upstream.
      for (let end = waiting.indexOf('\r\n\r\n'); end >= 0; end = waiting.indexOf('\r\n\r\n')) {
        const target = waiting.split(' ', 2)[1] ?? '';
        waiting = waiting.slice(end + 4);
        void act(socket, target);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    script: (target, answer) => new Promise((done) => {
      scripts.set(target, { answer, done });
      // Were it never asked for, there is nothing to wait for.
      setTimeout(done, LONGEST_MS).unref();
    }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
