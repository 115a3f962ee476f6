/** One mail from MAIL to its reply: recipients asked of their next hops, the message handed to the pipeline, a deadline over what the client waits for. */
import type { SmtpRoute } from '../../../config/route-schema.js';
import { asWeirError, causeCode, WeirError, type ErrorCode } from '../../errors.js';
import type { Clock, ExchangeId, Log } from '../../ports.js';
import { isAccepted, type HopAuth, type MailClient, type MailEnded, type MailFrom, type MailPipeline, type MailRecipient, type NextHops, type SmtpReply } from '../../ports/mail.js';
import { endedReply, type ReplyWords } from './ended-reply.js';
import { mailBytes } from './mail-bytes.js';
import { fromHop, reply } from './reply.js';

/** A pipeline that has not ended so long after it was told to is not waited for: its client has been told to try again, and may send the mail twice. */
const GRACE_MS = 30_000;

export interface TransactionPorts {
  readonly route: Pick<SmtpRoute, 'id' | 'maxBody'>;
  readonly hops: NextHops;
  readonly pipeline: MailPipeline;
  readonly listener: string;
  /** Address of the true client. */
  readonly client?: string | undefined;
  readonly maxRecipients: number;
  readonly deadlineMs: number;
  readonly words: ReplyWords;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly log: Log;
  /** The gateway ends now. */
  readonly ending: AbortSignal;
  /** Counted as weir_exchange_errors_total. */
  readonly onError: (code: ErrorCode, route: string) => void;
}

interface Answered {
  readonly reply: SmtpReply;
  close(code: number | undefined): void;
}

/** The library's stream of a message; its end is that of the client. */
type MessageStream = Parameters<typeof mailBytes>[0] & { once(event: 'finish', listener: () => void): unknown };

export interface Transaction {
  readonly from: MailFrom;
  readonly maxBody: number;
  /** Recipients that their hops have accepted. */
  count(): number;
  rcpt(recipient: MailRecipient): Promise<SmtpReply>;
  /** Never throws. `cutOff`: why we ended the connection in the middle. */
  data(stream: MessageStream, client: MailClient, cutOff: () => WeirError | undefined): Promise<Answered>;
  /** Takes back what was not sent. */
  end(): void;
}

export function transaction(ports: TransactionPorts, from: MailFrom, auth: HopAuth | undefined): Transaction {
  const { route, log, words } = ports;
  const late = new AbortController();
  const { signal } = late;
  // Not AbortSignal.any: what it leaves at a signal that lives as long as the listener is never taken away.
  const onEnding = (): void => late.abort(ports.ending.reason);
  if (ports.ending.aborted) onEnding();
  else ports.ending.addEventListener('abort', onEnding, { once: true });
  const relay = ports.hops.relay(from, { auth, signal, client: ports.client });
  const accepted: MailRecipient[] = [];
  const replies = new Map<string, SmtpReply>();
  let hasEnded = false;

  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    ports.ending.removeEventListener('abort', onEnding);
    relay.end().catch((thrown: unknown) => log.warn('smtp.relay-end-failed', { cause: causeCode(thrown) }));
  };

  async function run(stream: MessageStream, client: MailClient, id: ExchangeId, cutOff: () => WeirError | undefined): Promise<MailEnded> {
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const tooLate = new Promise<MailEnded>((resolve) => {
      // What a client waits for begins with its last byte.
      stream.once('finish', () => {
        if (isOver) return;
        timer = setTimeout(() => {
          late.abort(new WeirError('mail-deadline'));
          timer = setTimeout(() => resolve(failed(new WeirError('mail-deadline'))), GRACE_MS);
        }, ports.deadlineMs);
      });
    });
    const running = ports.pipeline
      .run({ id, receivedAt: ports.clock.now(), route: route.id, listener: ports.listener, from, recipients: accepted, client, chunks: mailBytes(stream, route.maxBody, cutOff), relay, signal })
      .catch((thrown: unknown) => {
        log.error('smtp.pipeline-failed', { exchange: id, cause: causeCode(thrown) });
        return failed(asWeirError(thrown, 'internal'));
      });
    const ended = await Promise.race([running, tooLate]);
    isOver = true;
    clearTimeout(timer);
    // One that comes after all is told that its client was not told.
    void running.then((one) => {
      if (one !== ended) one.close(undefined);
    });
    return ended;
  }

  return {
    from, end,
    maxBody: route.maxBody,
    count: () => accepted.length,
    async rcpt(recipient) {
      const again = replies.get(recipient.address);
      if (again !== undefined) return again;
      if (accepted.length >= ports.maxRecipients) return reply(452, '4.5.3', 'Too many recipients');
      const said = fromHop(await relay.rcpt(recipient));
      if (isAccepted(said)) {
        accepted.push(recipient);
        replies.set(recipient.address, said);
      }
      return said;
    },
    async data(stream, client, cutOff) {
      const id = ports.newId();
      const ended = await run(stream, client, id, cutOff);
      end();
      // Whoever did not read to the end, the client sends to the end.
      stream.resume();
      if (ended.kind === 'failed') ports.onError(ended.code ?? ended.error.code, route.id);
      return {
        reply: endedReply(ended, id, words),
        close(code) {
          try {
            ended.close(code);
          } catch (thrown) {
            log.error('smtp.close-failed', { exchange: id, cause: causeCode(thrown) });
          }
        },
      };
    },
  };
}

const failed = (error: WeirError): MailEnded => ({ kind: 'failed', error, close: () => undefined });
