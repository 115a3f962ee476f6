/** A client that speaks SMTP by hand: says bytes, hears lines. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PATIENCE_MS } from './patience.js';

export interface SmtpTalk {
  /** With CR LF behind it. */
  say(line: string): void;
  raw(bytes: Buffer | string): void;
  /** The next line of the server; rejects when it closes the connection instead, or says nothing for ten seconds. */
  line(): Promise<string>;
  /** All lines of the next reply. */
  reply(): Promise<readonly string[]>;
  /** The server closes its side. */
  closed(): Promise<void>;
  /** TLS from here on. */
  secure(): Promise<void>;
  /** Closes our side. */
  end(): void;
  destroy(): void;
  socket(): Socket;
}

export async function smtpTalk(port: number, { tls = false, host = '127.0.0.1' } = {}): Promise<SmtpTalk> {
  let socket: Socket = await new Promise<Socket>((resolve, reject) => {
    const made: Socket = tls ? connectTls({ port, host, rejectUnauthorized: false }, () => resolve(made)) : connectPlain({ port, host, allowHalfOpen: true }, () => resolve(made));
    made.once('error', reject);
  });
  let text = '';
  let hasEnded = false;
  let wake = (): void => undefined;
  const follow = (): void => {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      wake();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        hasEnded = true;
        wake();
      });
    }
  };
  follow();
  const until = async <T>(look: () => T | undefined, what: string): Promise<T> => {
    const timer = setTimeout(() => wake(), PATIENCE_MS);
    const late = Date.now() + PATIENCE_MS;
    try {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        if (Date.now() >= late) throw new Error(`${what}: nothing came; so far ${JSON.stringify(text)}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  };
  const line = (): Promise<string> =>
    until(() => {
      const end = text.indexOf('\r\n');
      if (end < 0) {
        if (hasEnded) throw new Error(`the server closed the connection; left over: ${JSON.stringify(text)}`);
        return undefined;
      }
      const found = text.slice(0, end);
      text = text.slice(end + 2);
      return found;
    }, 'a line');
  return {
    line,
    say: (words) => void socket.write(`${words}\r\n`),
    raw: (bytes) => void socket.write(bytes),
    async reply() {
      const lines: string[] = [];
      do lines.push(await line());
      while (lines.at(-1)?.[3] === '-');
      return lines;
    },
    closed: async () => {
      await until(() => (hasEnded ? true : undefined), 'the end');
      if (text !== '') throw new Error(`said before the end: ${JSON.stringify(text)}`);
    },
    async secure() {
      const plain = socket;
      plain.removeAllListeners();
      socket = await new Promise<Socket>((resolve, reject) => {
        const made = connectTls({ socket: plain, rejectUnauthorized: false }, () => resolve(made));
        made.once('error', reject);
      });
      follow();
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    socket: () => socket,
  };
}
