/** An SMTP server on loopback that does what a test says, with whatever reply at whatever step, odd ends of connections, TLS; it keeps every command and mail. */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export interface ScriptedMail {
  /** As MAIL and RCPT said it, parameters included: `FROM:<a@b> SIZE=1`. */
  readonly from: string;
  /** Those that were accepted. */
  readonly to: readonly string[];
  /** Dots undone. */
  readonly data: Buffer;
  readonly session: number;
}
export interface ScriptedSession {
  /** Counts up from 1. */
  readonly number: number;
  /** As received, without line ends; `(data)` stands for the content of a mail. */
  readonly commands: string[];
  secure: boolean;
  /** Whether the connection is over. */
  closed: boolean;
}
/** `verb` is the command's first word, `GREETING` at the start, `BODY` for each arriving piece of a mail before its end, `END` at the end of a mail. */
export interface ScriptedStep {
  readonly verb: string;
  readonly line: string;
  readonly session: ScriptedSession;
  /** How many of this verb this session has said, this one included. */
  readonly count: number;
}
/** Text: the reply, line end added (several lines: separated by `\n`). `undefined`: the usual reply. */
export type ScriptedReply =
  | string
  | undefined
  | { readonly close: true; /** Written first, as it is. */ readonly raw?: string }
  /** Never answers. */
  | { readonly silent: true }
  /** Written as it is, whatever that does to the protocol; the connection goes on. */
  | { readonly raw: string };

export interface ScriptedSmtpOptions {
  readonly port?: number;
  /** Lines of the EHLO reply; default: PIPELINING, 8BITMIME, SIZE, ENHANCEDSTATUSCODES, and STARTTLS with `tls`. */
  readonly extensions?: readonly string[] | ((session: ScriptedSession) => readonly string[]);
  readonly reply?: (step: ScriptedStep) => ScriptedReply | Promise<ScriptedReply>;
  /** Paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string; /** From the first byte. */ readonly implicit?: boolean };
}
export interface ScriptedSmtp {
  readonly port: number;
  readonly mails: readonly ScriptedMail[];
  readonly sessions: readonly ScriptedSession[];
  /** All commands of all sessions, in order of their arrival. */
  readonly commands: readonly string[];
  /** Ends all connections at once, as a restart would. */
  drop(): void;
  close(): Promise<void>;
}

const USUAL: Readonly<Record<string, string>> = { MAIL: '250 2.1.0 sender ok', RCPT: '250 2.1.5 recipient ok', DATA: '354 go on', END: '250 2.0.0 taken', RSET: '250 2.0.0 reset', NOOP: '250 2.0.0 ok', HELO: '250 scripted.test', QUIT: '221 2.0.0 bye', STARTTLS: '220 2.0.0 go on', GREETING: '220 scripted.test ESMTP', AUTH: '235 2.7.0 welcome' };

const wire = (text: string): string => text.split('\n').map((line) => `${line}\r\n`).join('');
const undone = (data: Buffer): Buffer => Buffer.from(data.toString('latin1').replace(/(^|\r\n)\.\./g, '$1.'), 'latin1');

export async function scriptedSmtp(options: ScriptedSmtpOptions = {}): Promise<ScriptedSmtp> {
  const { tls } = options;
  const context = tls && createSecureContext({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
  const mails: ScriptedMail[] = [];
  const sessions: ScriptedSession[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();

  const extensionsOf = (session: ScriptedSession): readonly string[] => {
    if (typeof options.extensions === 'function') return options.extensions(session);
    return options.extensions ?? ['PIPELINING', '8BITMIME', 'SIZE 104857600', 'ENHANCEDSTATUSCODES', ...(tls !== undefined && !session.secure ? ['STARTTLS'] : [])];
  };

  const serve = (plain: Socket): void => {
    const session: ScriptedSession = { number: sessions.length + 1, commands: [], secure: tls?.implicit === true, closed: false };
    sessions.push(session);
    sockets.add(plain);
    plain.setNoDelay(true);
    plain.on('close', () => {
      session.closed = true;
      sockets.delete(plain);
    });
    const counts = new Map<string, number>();
    let socket: Socket = tls?.implicit === true && context !== undefined ? new TLSSocket(plain, { isServer: true, secureContext: context }) : plain;
    let input = Buffer.alloc(0);
    let inData = false;
    let from = '';
    let to: string[] = [];
    let turn = Promise.resolve();

    const usual = (verb: string): string => {
      if (verb === 'EHLO') return ['scripted.test', ...extensionsOf(session)].map((word, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${word}`).join('\n');
      return USUAL[verb] ?? '500 5.5.2 what';
    };
    const step = async (verb: string, line: string): Promise<string> => {
      const count = (counts.get(verb) ?? 0) + 1;
      counts.set(verb, count);
      const reply = (await options.reply?.({ verb, line, session, count })) ?? (verb === 'BODY' ? { silent: true as const } : usual(verb));
      const text = typeof reply === 'string' ? wire(reply) : 'raw' in reply ? (reply.raw ?? '') : '';
      socket.write(text);
      if (typeof reply !== 'string' && 'close' in reply) socket.end(() => plain.destroy());
      return text;
    };
    const command = async (line: string): Promise<void> => {
      const verb = (/^[A-Za-z]+/.exec(line)?.[0] ?? '').toUpperCase();
      session.commands.push(line);
      commands.push(line);
      const reply = await step(verb, line);
      const accepted = reply.startsWith('2');
      if (verb === 'MAIL' && accepted) [from, to] = [line.slice(5), []];
      if (verb === 'RCPT' && accepted) to.push(line.slice(5));
      if (verb === 'RSET') [from, to] = ['', []];
      if (verb === 'DATA') inData = reply.startsWith('354');
      if (verb === 'QUIT') socket.end();
      if (verb === 'STARTTLS' && accepted && context !== undefined) {
        socket.removeAllListeners('data');
        socket = new TLSSocket(plain, { isServer: true, secureContext: context });
        session.secure = true;
        input = Buffer.alloc(0);
        listen();
      }
    };
    const work = async (): Promise<void> => {
      for (;;) {
        if (inData) {
          const end = input.subarray(0, 3).equals(Buffer.from('.\r\n')) ? -2 : input.indexOf('\r\n.\r\n');
          if (end === -1) {
            if (input.length > 0) await step('BODY', '');
            return;
          }
          const data = undone(input.subarray(0, end + 2));
          input = input.subarray(end + 5);
          inData = false;
          session.commands.push('(data)');
          commands.push('(data)');
          // Kept before the reply: what was taken is here when the client hears of it.
          const mail: ScriptedMail = { from, to, data, session: session.number };
          mails.push(mail);
          if (!(await step('END', '')).startsWith('2')) mails.splice(mails.indexOf(mail), 1);
        } else {
          const end = input.indexOf('\r\n');
          if (end === -1) return;
          const line = input.subarray(0, end).toString('utf8');
          input = input.subarray(end + 2);
          await command(line);
        }
      }
    };
    const listen = (): void => {
      const here = socket;
      here.on('error', () => plain.destroy());
      here.on('data', (chunk: Buffer) => {
        turn = turn.then(() => {
          if (here !== socket) return undefined;
          input = Buffer.concat([input, chunk]);
          return work();
        });
      });
    };
    listen();
    turn = turn.then(() => step('GREETING', '').then(() => undefined));
  };

  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    mails, sessions, commands, drop,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}
