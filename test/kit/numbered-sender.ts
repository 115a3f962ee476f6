/** A mail client that numbers its letters and does not give up: what is answered with 4xx, or with nothing, is sent again, as mail servers do. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface NumberedLetter {
  readonly number: number;
  readonly to: readonly string[];
  readonly raw: Buffer;
}
export interface SenderBooks {
  /** Answered 250. */
  readonly accepted: Set<number>;
  /** Answered 5xx, with that answer. */
  readonly refused: Map<number, string>;
  attempts: number;
  /** Answered 4xx, or the connection ended before an answer. */
  failures: number;
}

/** Between two tries: a client waits minutes, which nobody here has. */
const AGAIN_MS = 60;
const REPLY_WITHIN_MS = 60_000;

class Lost extends Error {
  override readonly name = 'Lost';
}

interface Line {
  readonly socket: Socket;
  readonly reply: () => Promise<string>;
}

async function dial(port: number): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const lines: string[] = [];
  let rest = '';
  let over = false;
  let wake = (): void => undefined;
  socket.setEncoding('utf8').on('data', (text: string) => {
    const all = `${rest}${text}`.split('\r\n');
    rest = all.pop() ?? '';
    lines.push(...all);
    wake();
  });
  const ended = (): void => {
    over = true;
    wake();
  };
  socket.on('error', ended).on('close', ended).setTimeout(REPLY_WITHIN_MS, () => socket.destroy());
  const reply = async (): Promise<string> => {
    for (;;) {
      for (let line = lines.shift(); line !== undefined; line = lines.shift()) if (/^\d{3}(?: |$)/.test(line)) return line;
      if (over) throw new Lost('the connection ended');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const line = { socket, reply };
  await reply();
  await command(line, 'EHLO client.corp.example');
  return line;
}

async function command({ socket, reply }: Line, text: string): Promise<string> {
  socket.write(`${text}\r\n`);
  return reply();
}

/** The answer that ends it: that to the first command that is not taken, or to the end of the data. */
async function tell(line: Line, { to, raw }: NumberedLetter): Promise<string> {
  const first = await command(line, 'MAIL FROM:<zhang.san@corp.example>');
  if (!first.startsWith('2')) return first;
  for (const address of to) {
    const answer = await command(line, `RCPT TO:<${address}>`);
    if (!answer.startsWith('2')) return answer;
  }
  const ready = await command(line, 'DATA');
  if (!ready.startsWith('354')) return ready;
  line.socket.write(raw);
  return command(line, '.');
}

async function one(port: number, next: () => NumberedLetter | undefined, books: SenderBooks, heard: () => void): Promise<void> {
  let line: Line | undefined;
  for (let letter = next(); letter !== undefined; letter = next()) {
    for (;;) {
      books.attempts += 1;
      let answer: string | undefined;
      try {
        line ??= await dial(port);
        answer = await tell(line, letter);
      } catch (thrown) {
        if (!(thrown instanceof Lost)) throw thrown;
      }
      if (answer?.startsWith('2') === true) {
        books.accepted.add(letter.number);
        heard();
        break;
      }
      if (answer?.startsWith('5') === true) {
        books.refused.set(letter.number, answer);
        break;
      }
      books.failures += 1;
      line?.socket.destroy();
      line = undefined;
      heard();
      await delay(AGAIN_MS);
    }
  }
  line?.socket.end('QUIT\r\n');
}

/** Sends all over several connections; `heard` is called after each acceptance and each failure. */
export async function sendNumbered(port: number, letters: Iterable<NumberedLetter>, connections: number, books: SenderBooks, heard: () => void): Promise<void> {
  const all = letters[Symbol.iterator]();
  const next = (): NumberedLetter | undefined => {
    const { value, done } = all.next() as IteratorResult<NumberedLetter, undefined>;
    return done === true ? undefined : value;
  };
  await Promise.all(Array.from({ length: connections }, () => one(port, next, books, heard)));
}
