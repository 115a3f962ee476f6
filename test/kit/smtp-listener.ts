/** A listener for mail as the gateway has it, with next hops and a pipeline that do what a test says. */
import { asWeirError, type ErrorCode, type WeirError } from '../../gateway/errors.js';
import type { SmtpListener } from '../../config/mail-schema.js';
import { smtpChannel, type SmtpChannel, type SmtpChannelOptions } from '../../gateway/channels/smtp/smtp-channel.js';
import { type HopAuth, type MailEnded, type MailExchange, type MailFrom, type MailRecipient, type NextHops, type SmtpReply } from '../../gateway/ports/mail.js';
import type { Clock, ExchangeId, Log, Verdict } from '../../gateway/ports.js';

export const INCIDENT = 'w01HELDMAILHELDMAILHELDMAI' as ExchangeId;
export const VERDICT: Verdict = { action: 'pass', rule: 'default', policy: 'mail-out@1', severity: 'low', notify: false, fourEyes: false, monitored: [] };

/** One mail that reached the pipeline. */
interface Arrived {
  readonly mail: MailExchange;
  readonly body: Buffer;
  readonly error: ErrorCode | undefined;
  /** What the client was told; `open` until then. */
  told: number | undefined | 'open';
}
interface ScriptedRelay {
  readonly from: MailFrom;
  readonly asked: MailRecipient[];
  readonly auth: HopAuth | undefined;
  ended: number;
}

export interface SmtpListenerOptions {
  readonly listen?: Partial<SmtpListener>;
  readonly mail?: Partial<SmtpChannelOptions['mail']>;
  readonly maxBody?: number;
  /** Undefined: accepted. */
  readonly rcpt?: (recipient: MailRecipient) => SmtpReply | Promise<SmtpReply> | undefined;
  /** After the body was read to its end. */
  readonly end?: (mail: MailExchange, body: Buffer) => Omit<Extract<MailEnded, { kind: 'accepted' }>, 'close'> | Omit<Extract<MailEnded, { kind: 'blocked' }>, 'close'> | { kind: 'refused'; reply: SmtpReply } | { kind: 'failed'; error: WeirError } | Promise<{ kind: 'failed'; error: WeirError } | { kind: 'accepted'; incident: undefined; verdict: Verdict }>;
  /** In place of reading the body whole. */
  readonly read?: (mail: MailExchange) => Promise<Buffer>;
  readonly routeFor?: SmtpChannelOptions['routeFor'];
  readonly signIn?: SmtpChannelOptions['signIn'];
  readonly hopSignIn?: NextHops['signIn'];
  readonly requireTls?: boolean;
  readonly clock?: Clock;
  readonly timing?: SmtpChannelOptions['timing'];
}

export interface TestListener {
  readonly channel: SmtpChannel;
  readonly port: number;
  readonly arrived: readonly Arrived[];
  readonly relays: readonly ScriptedRelay[];
  readonly errors: readonly ErrorCode[];
  readonly replies: readonly number[];
  readonly logged: readonly string[];
  readonly hops: NextHops;
}

const LISTEN: SmtpListener = {
  id: 'mail',
  host: '127.0.0.1',
  port: 0,
  tls: { mode: 'none' },
  clients: ['127.0.0.0/8', '::1/128'],
  auth: 'none',
  authRequired: false,
  trustedProxies: [],
  proxyProtocol: false,
  maxConnections: 200,
  perClient: { connections: 20, messagesPerMinute: 600 },
  maxRecipients: 10_000,
  idleTimeout: 300_000,
  commandTimeout: 60_000,
  dataTimeout: 300_000,
};

export async function smtpListener(options: SmtpListenerOptions = {}): Promise<TestListener> {
  const arrived: Arrived[] = [];
  const relays: ScriptedRelay[] = [];
  const errors: ErrorCode[] = [];
  const replies: number[] = [];
  const logged: string[] = [];
  const line = (event: string, fields?: object): void => void logged.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { error: line, warn: line, info: line, debug: line };
  let count = 0;
  const hops: NextHops = {
    relay(from, { auth } = {}) {
      const relay: ScriptedRelay = { from, auth, asked: [], ended: 0 };
      relays.push(relay);
      return {
        hopOf: () => 'next',
        async rcpt(recipient) {
          relay.asked.push(recipient);
          return (await options.rcpt?.(recipient)) ?? { code: 250, enhanced: '2.1.5', text: ['Ok'] };
        },
        send: async () => ({ kind: 'replied', reply: { code: 250, enhanced: '2.0.0', text: ['queued'] }, refused: [] }),
        async end() {
          relay.ended += 1;
        },
      };
    },
    ...(options.hopSignIn === undefined ? {} : { signIn: options.hopSignIn }),
    close: async () => undefined,
  };
  const channel = smtpChannel({
    listen: { ...LISTEN, ...options.listen },
    mail: { hostname: 'weir.corp.example', language: 'en', help: { zh: '请联系信息安全部门。', en: 'Ask your security team.' }, deadline: 240_000, ...options.mail },
    routeFor: options.routeFor ?? (() => ({ id: 'smtp', maxBody: options.maxBody ?? 1 << 20 })),
    maxBody: options.maxBody ?? 1 << 20,
    hops: new Map([['smtp', hops]]),
    signIn: options.signIn,
    requireTls: options.requireTls ?? false,
    newId: () => `w01MAIL${String((count += 1)).padStart(20, '0').replaceAll('0', 'Z')}` as ExchangeId,
    clock: options.clock ?? { now: () => Date.now() },
    log,
    onError: (code) => errors.push(code),
    onReply: (code) => replies.push(code),
    ...(options.timing === undefined ? {} : { timing: options.timing }),
    pipeline: {
      async run(mail) {
        const one: Arrived = { mail, body: Buffer.alloc(0), error: undefined, told: 'open' };
        arrived.push(one);
        const close = (code: number | undefined): void => void (one.told = code);
        try {
          const body = await (options.read ?? whole)(mail);
          Object.assign(one, { body });
          return { ...((await options.end?.(mail, body)) ?? { kind: 'accepted', incident: undefined, verdict: VERDICT }), close };
        } catch (thrown) {
          const error = asWeirError(thrown, 'internal');
          Object.assign(one, { error: error.code });
          return { kind: 'failed', error, close };
        }
      },
    },
  });
  const { port } = await channel.listen();
  return { channel, port, arrived, relays, errors, replies, logged, hops };
}

export async function whole(mail: MailExchange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of mail.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `550 5.1.1 No such user`; further lines behind ` / `. */
export function replyOf(words: string): SmtpReply {
  const [, code = '451', enhanced, text = ''] = /^(\d{3})(?: ([245]\.\d+\.\d+))? ?(.*)$/.exec(words) ?? [];
  return { code: Number(code), enhanced, text: text.split(' / ') };
}

