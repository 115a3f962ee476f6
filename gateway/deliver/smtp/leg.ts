/** One mail's way to one hop: its transaction, begun with the first recipient, begun anew where it must be, and what its hop said. */
import { asWeirError, WeirError } from '../../errors.js';
import { isAccepted, type HopAuth, type MailContent, type MailFrom, type MailRecipient, type MailSent, type SmtpReply } from '../../ports.js';
import type { DataSent, SmtpConnection } from './connection.js';
import { isAscii, mailLine, rcptLine } from './envelope-lines.js';
import { headerIsAscii } from './header-ascii.js';
import { OWN_REPLY } from './own-reply.js';
import type { Lease, Pool } from './pool.js';
import { HopTrouble } from './session.js';

/** Kept connections whose servers have left them are passed over this often; then one is made for this mail alone. */
const KEPT_TRIES = 3;
/** How often a transaction is begun anew for the next recipient: a server that hangs up after each would be asked for all before it again and again. */
const ANEW_MOST = 5;

export interface LegOptions {
  readonly pool: Pool;
  readonly from: MailFrom;
  readonly auth: HopAuth | undefined;
  /** It is the client's own, not the configured one. */
  readonly clientsOwn: boolean;
  readonly signal: AbortSignal | undefined;
  readonly strict8bit: boolean;
  readonly onReply: (reply: SmtpReply) => void;
}
export interface Leg {
  rcpt(recipient: MailRecipient): Promise<SmtpReply>;
  send(recipients: readonly MailRecipient[], content: MailContent, options: SendOptions): Promise<MailSent>;
  end(): void;
}
export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  readonly beforeEnd?: (() => Promise<void>) | undefined;
}

/** Either the transaction stands and each recipient has its reply, or nobody got in. */
type Begun = { readonly lease: Lease; readonly replies: readonly SmtpReply[] } | { readonly refusal: SmtpReply };

/** 421 ends a connection of ours with the hop, and none of a client with us. */
const asOurs = (reply: SmtpReply): SmtpReply => (reply.code === 421 ? { ...reply, code: 451 } : reply);

export function troubleReply(thrown: unknown, ownAuth: boolean): SmtpReply {
  if (!(thrown instanceof HopTrouble)) return OWN_REPLY.unreachable;
  switch (thrown.kind) {
    case 'busy': return OWN_REPLY.busy;
    case 'tls': return OWN_REPLY.noTls;
    // The configured account's password is no sender's fault; his own is.
    case 'sign-in': return ownAuth && thrown.reply !== undefined ? asOurs(thrown.reply) : OWN_REPLY.notSignedIn;
    case 'unreachable': return OWN_REPLY.unreachable;
  }
}

export function leg({ pool, from, auth, clientsOwn, signal, strict8bit, onReply }: LegOptions): Leg {
  let lease: Lease | undefined;
  const accepted = new Set<MailRecipient>();
  /** Once the hop, or its absence, has answered for all recipients. */
  let settled: SmtpReply | undefined;
  let anew = 0;
  // One at a time: a transaction has one order.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine;
    return mine;
  };
  /** Whose reply is waited for. */
  let asked: SmtpConnection | undefined;
  const leave = (): void => {
    asked = undefined;
    lease?.back();
    lease = undefined;
  };
  const stop = (): void => asked?.destroy(asWeirError(signal?.reason, 'mail-deadline'));
  signal?.addEventListener('abort', stop, { once: true });
  const stands = (): boolean => lease?.connection.alive === true && lease.connection.open;
  /** Its connection is then the next that the pool gives. */
  const takeBack = async (): Promise<void> => {
    const connection = lease?.connection;
    if (connection?.open !== true) return;
    const reply = await connection.say('RSET').catch(() => undefined);
    connection.open = false;
    if (reply?.code !== 250) connection.destroy();
  };
  /** Its client has let it rest while others wait: the transaction is begun anew when the client goes on. */
  const giveBack = (): void => {
    void inTurn(async () => {
      if (lease === undefined) return;
      anew -= 1;
      await takeBack();
      leave();
    });
  };
  const takesUtf8 = (one: Lease): boolean => one.connection.offers.has('SMTPUTF8') && (from.smtpUtf8 || !isAscii(from.address));

  /** MAIL and these RCPTs on one connection. Rejects with WeirError when it breaks. */
  const envelope = async (one: Lease, recipients: readonly MailRecipient[], size: number | undefined): Promise<Begun> => {
    const { connection } = one;
    const mail = mailLine(from, connection.offers, { size, strict8bit, verified: connection.verified });
    if (typeof mail !== 'string') return { refusal: mail };
    const utf8 = takesUtf8(one);
    const lines = recipients.map((recipient) => rcptLine(recipient, connection.offers, utf8));
    const said = lines.filter((line) => typeof line === 'string');
    const pipelined = connection.offers.has('PIPELINING');
    const [first, ...early] = await connection.sayAll(pipelined ? [mail, ...said] : [mail]);
    if (first === undefined) throw new WeirError('internal');
    if (!isAccepted(first)) {
      if (first.code < 400) throw new WeirError('upstream-invalid');
      return { refusal: first };
    }
    connection.open = true;
    const heard = (pipelined ? early : await connection.sayAll(said))[Symbol.iterator]();
    const replies = lines.map((line) => (typeof line === 'string' ? heard.next().value : line) ?? OWN_REPLY.unreachable);
    return { lease: one, replies: replies.map(asOurs) };
  };
  const begin = async (recipients: readonly MailRecipient[], size: number | undefined): Promise<Begun> => {
    for (let tries = 0; ; tries += 1) {
      let one: Lease;
      try {
        one = await pool.take({ auth, signal, fresh: tries >= KEPT_TRIES });
      } catch (thrown) {
        return { refusal: troubleReply(thrown, clientsOwn) };
      }
      try {
        asked = one.connection;
        const begun = await envelope(one, recipients, size);
        if (!('refusal' in begun)) return begun;
        // A kept connection says 421 when it is over, a new one when its server has no time.
        if (begun.refusal.code === 421 && one.reused) continue;
        asked = undefined;
        one.back();
        return { refusal: asOurs(begun.refusal) };
      } catch {
        asked = undefined;
        one.connection.destroy();
        one.back();
        if (!one.reused || signal?.aborted === true) return { refusal: OWN_REPLY.unreachable };
      }
    }
  };

  const ask = async (recipient: MailRecipient): Promise<SmtpReply> => {
    if (settled !== undefined) return settled;
    if (lease !== undefined && stands()) {
      const line = rcptLine(recipient, lease.connection.offers, takesUtf8(lease));
      if (typeof line !== 'string') return line;
      try {
        const reply = asOurs(await lease.connection.say(line));
        if (isAccepted(reply)) accepted.add(recipient);
        return reply;
      } catch {
        // The connection is over; those before get another with this one.
      }
    }
    leave();
    anew += 1;
    if (anew > ANEW_MOST) return (settled = OWN_REPLY.unreachable);
    const begun = await begin([...accepted, recipient], from.size);
    if ('refusal' in begun) return (settled = begun.refusal);
    lease = begun.lease;
    // Those that are refused now were told otherwise: sending tells of them.
    [...accepted].forEach((one, index) => {
      const reply = begun.replies[index];
      if (reply !== undefined && !isAccepted(reply)) accepted.delete(one);
    });
    const reply = begun.replies.at(-1) ?? OWN_REPLY.unreachable;
    if (isAccepted(reply)) accepted.add(recipient);
    return reply;
  };

  const sendOn = async (one: Lease, content: MailContent, options: SendOptions): Promise<DataSent> => {
    if (from.smtpUtf8 && !one.connection.offers.has('SMTPUTF8') && !(await headerIsAscii(content))) return { kind: 'replied', reply: OWN_REPLY.needsUtf8, sent: false };
    return one.connection.data(content, { signal: options.signal ?? signal, beforeEnd: options.beforeEnd });
  };
  const finished = (sent: DataSent, refused: readonly { readonly recipient: MailRecipient; readonly reply: SmtpReply }[]): MailSent => {
    leave();
    if (sent.kind === 'broken') return { kind: 'broken', error: sent.error, complete: sent.complete };
    const reply = asOurs(sent.reply);
    onReply(reply);
    return { kind: 'replied', reply, refused };
  };

  const deliver = async (recipients: readonly MailRecipient[], content: MailContent, options: SendOptions): Promise<MailSent> => {
    if (lease !== undefined && stands() && recipients.length === accepted.size && recipients.every((one) => accepted.has(one))) {
      const sent = await sendOn(lease, content, options);
      // It may have waited long for the verdict, and its server not so long: nothing was sent, so it is begun anew.
      const gone = sent.kind === 'broken' ? !sent.started : !sent.sent && sent.reply.code === 421;
      if (!gone || (options.signal ?? signal)?.aborted === true) return finished(sent, []);
    }
    await takeBack();
    leave();
    const begun = await begin(recipients, content.length ?? from.size);
    if ('refusal' in begun) {
      onReply(begun.refusal);
      return { kind: 'replied', reply: begun.refusal, refused: recipients.map((recipient) => ({ recipient, reply: begun.refusal })) };
    }
    lease = begun.lease;
    const replies = recipients.map((recipient, index) => ({ recipient, reply: begun.replies[index] ?? OWN_REPLY.unreachable }));
    const refused = replies.filter(({ reply }) => !isAccepted(reply));
    const [first] = refused;
    if (first !== undefined && refused.length === recipients.length) {
      leave();
      onReply(first.reply);
      return { kind: 'replied', reply: first.reply, refused };
    }
    return finished(await sendOn(begun.lease, content, options), refused);
  };

  return {
    rcpt: (recipient) =>
      inTurn(async () => {
        lease?.wake();
        const reply = await ask(recipient);
        lease?.rest(giveBack);
        onReply(reply);
        return reply;
      }),
    send: (recipients, content, options) =>
      inTurn(async () => {
        lease?.wake();
        const sent = await deliver(recipients, content, options);
        accepted.clear();
        return sent;
      }),
    end() {
      signal?.removeEventListener('abort', stop);
      void inTurn(async () => {
        leave();
      });
    },
  };
}
