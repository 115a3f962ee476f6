/** One connection to a mail server: commands out, replies in, each in its turn and its time; whoever talks out of turn is dropped. */
import type { Socket } from 'node:net';
import { connect as tlsConnect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { asWeirError, WeirError } from '../../errors.js';
import type { MailContent, SmtpReply } from '../../ports.js';
import { dotStuffing } from './dot-stuffing.js';
import type { Offers } from './envelope-lines.js';
import { replyReader } from './reply-reader.js';

/** How long each step may take. */
export interface StepTimes {
  readonly greeting: number;
  readonly command: number;
  readonly dataStart: number;
  readonly dataBlock: number;
  readonly dataEnd: number;
}
/** RFC 5321 4.5.3.2: what a client should bear at least; a configuration may ask for less patience. */
const RFC_TIMES: StepTimes = { greeting: 300_000, command: 300_000, dataStart: 120_000, dataBlock: 180_000, dataEnd: 600_000 };

export function stepTimes(replyTimeout: number): StepTimes {
  return {
    greeting: Math.min(RFC_TIMES.greeting, replyTimeout),
    command: Math.min(RFC_TIMES.command, replyTimeout),
    dataStart: Math.min(RFC_TIMES.dataStart, replyTimeout),
    dataBlock: Math.min(RFC_TIMES.dataBlock, replyTimeout),
    // Servers look at the whole mail here.
    dataEnd: Math.min(RFC_TIMES.dataEnd, 2 * replyTimeout),
  };
}

/** Commands written before their replies are read: with 1000 octets each no more than a megabyte waits. */
const PIPELINE_MOST = 1000;
/** Pieces of a mail are joined up to this before they are written. */
const WRITE_BYTES = 64 * 1024;

export type DataSent =
  | { readonly kind: 'replied'; readonly reply: SmtpReply; /** False: it was the reply to DATA itself. */ readonly sent: boolean }
  /** `started`: the server had asked for the data. */
  | { readonly kind: 'broken'; readonly error: WeirError; readonly started: boolean; readonly complete: boolean };

export interface SmtpConnection {
  readonly alive: boolean;
  readonly secure: boolean;
  /** TLS with a certificate that is good and of the name that was asked for. */
  readonly verified: boolean;
  /** Said with EHLO; empty before. */
  offers: Offers;
  /** Whether MAIL was accepted and the mail neither sent nor taken back. */
  open: boolean;
  /** Resolves when it is over, whyever. */
  readonly ended: Promise<void>;
  greeting(): Promise<SmtpReply>;
  /** One command, without its line end. Rejects with WeirError where no reply came. */
  say(line: string): Promise<SmtpReply>;
  /** Several, before their replies where the server takes that. */
  sayAll(lines: readonly string[]): Promise<SmtpReply[]>;
  /** After 220 to STARTTLS, or at once. */
  secureWith(options: ConnectionOptions): Promise<void>;
  /** DATA and what follows it. Never rejects. */
  data(content: MailContent, options: { readonly signal?: AbortSignal | undefined; readonly beforeEnd?: (() => Promise<void>) | undefined }): Promise<DataSent>;
  /** QUIT, without waiting for its reply for long. */
  quit(): void;
  destroy(error?: WeirError): void;
}

interface Waiter {
  readonly resolve: (reply: SmtpReply) => void;
  readonly reject: (error: WeirError) => void;
  /** `undefined`: not counted yet. */
  ms: number | undefined;
}

/** `socket` is connected. */
export function smtpConnection(first: Socket, times: StepTimes): SmtpConnection {
  let socket = first;
  let tls: TLSSocket | undefined;
  let reader = replyReader();
  let waiting: Waiter[] = [];
  // Where the next reply belongs: taking from the front of a long list would move all of it each time.
  let head = 0;
  let timer: NodeJS.Timeout | undefined;
  let failure: WeirError | undefined;
  let spoken = false;
  let over = (): void => undefined;
  const ended = new Promise<void>((resolve) => (over = resolve));

  const arm = (): void => {
    clearTimeout(timer);
    const ms = waiting[head]?.ms;
    if (ms !== undefined) timer = setTimeout(() => fail(new WeirError('upstream-timeout')), ms);
  };
  const fail = (error: WeirError): void => {
    if (failure !== undefined) return;
    failure = error;
    connection.open = false;
    clearTimeout(timer);
    socket.destroy();
    const left = waiting.slice(head);
    waiting = [];
    head = 0;
    for (const { reject } of left) reject(error);
    over();
  };
  const take = (reply: SmtpReply): void => {
    const waiter = waiting[head];
    spoken = true;
    // 421 may come at any time (RFC 5321 3.8); everything else nobody asked for is no mail server's.
    if (waiter === undefined) { fail(new WeirError(reply.code === 421 ? 'upstream-reset' : 'upstream-invalid')); return; }
    head += 1;
    if (head === waiting.length) [waiting, head] = [[], 0];
    waiter.resolve(reply);
    if (reply.code === 421) fail(new WeirError('upstream-reset'));
    else arm();
  };
  const onData = (chunk: Buffer): void => {
    try {
      for (const reply of reader.push(chunk)) if (failure === undefined) take(reply);
    } catch (thrown) {
      fail(asWeirError(thrown, 'upstream-invalid'));
    }
  };
  const onError = (thrown: unknown): void => fail(new WeirError('upstream-reset', { cause: thrown }));
  const onClose = (): void => fail(new WeirError('upstream-reset'));
  const listen = (): void => {
    socket.on('data', onData).on('error', onError).on('close', onClose).on('end', onClose);
  };
  const expect = (ms: number | undefined): { readonly reply: Promise<SmtpReply>; readonly waiter: Waiter } => {
    let waiter: Waiter = { resolve: () => undefined, reject: () => undefined, ms };
    const reply = new Promise<SmtpReply>((resolve, reject) => {
      if (failure !== undefined) { reject(failure); return; }
      waiter = { resolve, reject, ms };
      waiting.push(waiter);
      if (waiting.length - head === 1) arm();
    });
    return { reply, waiter };
  };
  const write = (bytes: string | Uint8Array): boolean => failure === undefined && socket.write(bytes);
  const told = (line: string, ms: number): Promise<SmtpReply> => {
    // Unreachable by construction of what is said; the one place where a line end would be a command of somebody else's.
    if (/[\r\n]/.test(line)) return Promise.reject(new WeirError('internal'));
    const { reply } = expect(ms);
    write(`${line}\r\n`);
    return reply;
  };
  /** Resolves when more may be written. */
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      const late = setTimeout(() => fail(new WeirError('upstream-timeout')), times.dataBlock);
      const go = (): void => {
        clearTimeout(late);
        socket.off('drain', go);
        resolve();
      };
      socket.once('drain', go);
      void ended.then(go);
    });

  const connection: SmtpConnection = {
    get alive() { return failure === undefined; },
    get secure() { return tls !== undefined; },
    get verified() { return tls?.authorized === true; },
    offers: new Map(),
    open: false,
    ended,
    greeting: () => greeting.reply,
    say: (line) => told(line, times.command),
    async sayAll(lines) {
      const replies: SmtpReply[] = [];
      const step = connection.offers.has('PIPELINING') ? PIPELINE_MOST : 1;
      for (let at = 0; at < lines.length; at += step) {
        const batch = lines.slice(at, at + step);
        socket.cork();
        const asked = batch.map((line) => told(line, times.command));
        socket.uncork();
        replies.push(...(await Promise.all(asked)));
      }
      return replies;
    },
    async secureWith(options) {
      // Whatever was said before the handshake belongs to nobody who could prove who he is.
      if (reader.begun || (spoken && head < waiting.length)) fail(new WeirError('upstream-invalid'));
      if (failure !== undefined) throw failure;
      socket.off('data', onData).off('error', onError).off('close', onClose).off('end', onClose);
      const plain = socket;
      const secured = tlsConnect({ ...options, socket: plain });
      socket = secured;
      reader = replyReader();
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => broke(new WeirError('upstream-timeout')), times.command);
        const broke = (thrown: unknown): void => {
          clearTimeout(late);
          fail(new WeirError('upstream-unreachable', { cause: thrown }));
          reject(failure ?? new WeirError('upstream-unreachable'));
        };
        plain.once('error', broke);
        secured.once('error', broke);
        secured.once('close', broke);
        void ended.then(() => broke(failure));
        secured.once('secureConnect', () => {
          clearTimeout(late);
          secured.off('error', broke).off('close', broke);
          tls = secured;
          connection.offers = new Map();
          listen();
          resolve();
        });
      });
    },
    async data(content, { signal, beforeEnd }) {
      let [started, complete] = [false, false];
      const stop = (): void => fail(asWeirError(signal?.reason, 'mail-deadline'));
      try {
        if (signal?.aborted === true) stop();
        signal?.addEventListener('abort', stop, { once: true });
        const go = await told('DATA', times.dataStart);
        if (go.code < 300) throw new WeirError('upstream-invalid');
        if (go.code !== 354) return { kind: 'replied', reply: go, sent: false };
        connection.open = false;
        started = true;
        const { reply, waiter } = expect(undefined);
        const state: { early: SmtpReply | undefined } = { early: undefined };
        const answered = reply.then((early) => void (state.early = early), () => undefined);
        const stuffing = dotStuffing();
        let pieces: Uint8Array[] = [];
        let bytes = 0;
        for await (const chunk of content.stream()) {
          if (failure !== undefined || state.early !== undefined) break;
          const piece = stuffing.push(chunk);
          pieces.push(piece);
          bytes += piece.length;
          if (bytes < WRITE_BYTES) continue;
          const free = write(pieces.length === 1 ? piece : Buffer.concat(pieces));
          [pieces, bytes] = [[], 0];
          if (!free) await Promise.race([drained(), answered]);
        }
        if (failure === undefined && state.early === undefined) await beforeEnd?.();
        if (state.early !== undefined) {
          // A refusal in the middle holds, and there is no other way to stop than to leave; nobody can have accepted what was not whole.
          if (state.early.code < 400) throw new WeirError('upstream-invalid');
          connection.destroy();
          return { kind: 'replied', reply: state.early, sent: true };
        }
        if (failure !== undefined) throw failure;
        const end = stuffing.end();
        complete = true;
        waiter.ms = times.dataEnd;
        write(Buffer.concat([...pieces, Buffer.from(end)]));
        arm();
        const last = await reply;
        if (last.code >= 300 && last.code < 400) throw new WeirError('upstream-invalid');
        return { kind: 'replied', reply: last, sent: true };
      } catch (thrown) {
        const error = asWeirError(thrown, 'internal');
        connection.destroy(error);
        return { kind: 'broken', error, started, complete };
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
    quit() {
      if (failure !== undefined) return;
      const bye = setTimeout(() => connection.destroy(), Math.min(1_000, times.command));
      bye.unref();
      told('QUIT', times.command).then(() => connection.destroy(), () => undefined).finally(() => clearTimeout(bye));
    },
    destroy: (error = new WeirError('upstream-reset')) => fail(error),
  };
  listen();
  socket.setNoDelay(true);
  // Asked for at once: a server that greets early is not out of turn.
  const greeting = expect(times.greeting);
  greeting.reply.catch(() => undefined);
  return connection;
}
