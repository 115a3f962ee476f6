/** Sends letters over several connections as a mail server does, and prints how long each took until it was answered. A process of its own. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { letter } from './letters.js';

export interface LoadAsked {
  readonly port: number;
  readonly bytes: number;
  readonly messages: number;
  readonly connections: number;
}
export interface LoadDone {
  /** Of each letter, from its MAIL to the answer to its end, in milliseconds. */
  readonly took: readonly number[];
  /** When the first began, as Date.now() has it. */
  readonly began: number;
  /** First answers that were no 250. */
  readonly refused: readonly string[];
}

async function connection({ port }: LoadAsked, next: () => Buffer | undefined, took: number[], refused: string[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const lines: string[] = [];
  let wake = (): void => undefined;
  let rest = '';
  let over = false;
  socket.setEncoding('latin1').on('data', (text: string) => {
    const all = `${rest}${text}`.split('\r\n');
    rest = all.pop() ?? '';
    lines.push(...all);
    wake();
  });
  socket.on('error', () => undefined).once('close', () => {
    over = true;
    wake();
  });
  /** The last line of one reply. */
  const reply = async (): Promise<string> => {
    for (;;) {
      for (let line = lines.shift(); line !== undefined; line = lines.shift()) if (/^\d{3}(?: |$)/.test(line)) return line;
      if (over) throw new Error('the server closed the connection');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  await once(socket, 'connect');
  await reply();
  socket.write('EHLO bench.example\r\n');
  await reply();
  for (let bytes = next(); bytes !== undefined; bytes = next()) {
    const began = performance.now();
    socket.write('MAIL FROM:<zhang.san@corp.example>\r\nRCPT TO:<li.si@partner.example>\r\nDATA\r\n');
    const [from, to, data] = [await reply(), await reply(), await reply()];
    if (!data.startsWith('354')) throw new Error(`not taken: ${from} / ${to} / ${data}`);
    socket.write(bytes);
    const answer = await reply();
    took.push(performance.now() - began);
    if (!answer.startsWith('250')) refused.push(answer);
  }
  socket.end('QUIT\r\n');
}

const asked = JSON.parse(process.argv[2] ?? '{}') as LoadAsked;
const text = letter(asked.bytes);
let sent = 0;
const next = (): Buffer | undefined => {
  if (sent >= asked.messages) return undefined;
  sent += 1;
  // No line of a letter begins with a dot.
  return Buffer.from(`${text.replaceAll('{N}', String(sent))}.\r\n`, 'latin1');
};
const took: number[] = [];
const refused: string[] = [];
const began = Date.now();
await Promise.all(Array.from({ length: asked.connections }, () => connection(asked, next, took, refused)));
console.log(JSON.stringify({ took, began, refused: refused.slice(0, 3) } satisfies LoadDone));
