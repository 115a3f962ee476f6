/** Mail over SMTP: an envelope, the next hops that take it, and how each recipient fared. */
import type { ErrorCode, WeirError } from '../errors.js';
import type { Verdict } from './decide.js';
import type { ExchangeId } from './names.js';

/** RFC 3461: what a sender wants to be told of. Passed on as it came. */
export interface RecipientDsn {
  readonly notify: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[] | undefined;
  /** `addr-type;xtext`, as on the wire. */
  readonly orcpt: string | undefined;
}
export interface MailRecipient extends RecipientDsn {
  /** As the client wrote it, without brackets. */
  readonly address: string;
}

/** What MAIL FROM said. */
export interface MailFrom {
  /** Empty for the null sender: nobody may ever be told of such a mail by mail. */
  readonly address: string;
  readonly body: '7bit' | '8bitmime' | undefined;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  readonly ret: 'FULL' | 'HDRS' | undefined;
  readonly envid: string | undefined;
  /** SIZE, as declared. */
  readonly size: number | undefined;
}

/** RFC 5321 4.2; `text` has one entry per line, without the code. */
export interface SmtpReply {
  readonly code: number;
  /** RFC 3463, for example `5.7.1`. */
  readonly enhanced: string | undefined;
  readonly text: readonly string[];
}
export const isAccepted = ({ code }: SmtpReply): boolean => code >= 200 && code < 300;
export const isTemporary = ({ code }: SmtpReply): boolean => code >= 400 && code < 500;

// ---------------------------------------------------------------- the far side

/** What leaves for one next hop: bytes as they go over the wire, before dots are doubled. */
export interface MailContent {
  /** Bytes of it, where they are known. */
  readonly length: number | undefined;
  /** Each call begins anew: another hop, or another try. Throws WeirError when it must not go on: the far side then sees no end. */
  stream(): AsyncIterable<Uint8Array>;
}

export type MailSent =
  /** `reply` is that to the end of the data, of a transaction with all of `recipients` but `refused`. */
  | { readonly kind: 'replied'; readonly reply: SmtpReply; readonly refused: readonly { readonly recipient: MailRecipient; readonly reply: SmtpReply }[] }
  /** No reply came. `complete`: the last byte may have reached the hop, so that it may have the mail. */
  | { readonly kind: 'broken'; readonly error: WeirError; readonly complete: boolean };

/** One mail on its way to its next hops; connections are taken from a pool and given back. */
export interface MailRelay {
  /** Which hop this recipient's mail goes to: a stable name for groups and records. */
  hopOf(recipient: MailRecipient): string;
  /** The reply of the recipient's next hop to RCPT (to MAIL, where it refused that). A hop that is down answers 451 4.4.1 in our words. */
  rcpt(recipient: MailRecipient): Promise<SmtpReply>;
  /**
   * Sends to recipients of one hop. Those that were accepted by `rcpt` and have nothing sent yet use that transaction where they
   * are all of it; otherwise the transaction is begun anew for them. Never called twice for one recipient unless the first was `broken`.
   */
  send(recipients: readonly MailRecipient[], content: MailContent, options?: { readonly signal?: AbortSignal; /** Awaited before the last byte leaves. */ readonly beforeEnd?: () => Promise<void> }): Promise<MailSent>;
  /** Takes back what was not sent. Safe to call twice. */
  end(): Promise<void>;
}

/** The next hops of one route. */
export interface NextHops {
  /** No connection is made before the first `rcpt`. `auth`: the client's own, where a listener passes it through. */
  relay(from: MailFrom, options?: { readonly auth?: HopAuth | undefined; readonly signal?: AbortSignal | undefined; /** Address of the true client; a demonstration takes mail from this machine only. */ readonly client?: string | undefined }): MailRelay;
  /** Whether the default hop takes these (a listener that passes sign-in through). */
  signIn?(auth: HopAuth): Promise<SmtpReply>;
  close(): Promise<void>;
}
export interface HopAuth {
  readonly user: string;
  readonly password: string;
}

// ---------------------------------------------------------------- the pipeline's side

/** One mail, its body unread, its recipients accepted by their next hops. */
export interface MailExchange {
  readonly id: ExchangeId;
  readonly receivedAt: number;
  readonly route: string;
  readonly listener: string;
  readonly from: MailFrom;
  readonly recipients: readonly MailRecipient[];
  /** The true client: of XCLIENT, PROXY or the connection. */
  readonly client: MailClient;
  /** Dots undone. Throws WeirError('client-aborted' | 'too-large' | 'mail-bare-line-end' …) where the mail must not be taken. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly relay: MailRelay;
  /** Aborts at the total deadline, and when the gateway must end now; not when the client leaves after its last byte. */
  readonly signal: AbortSignal;
}
export interface MailClient {
  readonly address: string | undefined;
  /** Of EHLO, as it was said. */
  readonly helo: string | undefined;
  /** Name of the account that signed in. */
  readonly user: string | undefined;
  readonly tls: { readonly version: string; readonly cipher: string } | undefined;
  /** `SMTP`, `ESMTP`, `ESMTPS`, `ESMTPSA`, `UTF8SMTPS` … (RFC 3848, 6531). */
  readonly protocol: string;
}

/** How one recipient's mail ended, or where it waits. */
export const MAIL_FATES = [
  /** The next hop took it. */
  'delivered',
  /** A person decides. */
  'held',
  /** Policy refused it. */
  'blocked',
  /** Accepted from the client; a job delivers it. */
  'relaying',
  /** The next hop refused it after others had been accepted, or on release. */
  'refused',
  /** A person refused it. */
  'rejected',
  'expired',
] as const;
export type MailFate = (typeof MAIL_FATES)[number];

/** What the client is told, once. */
export type MailEnded = (
  | { readonly kind: 'accepted'; /** Names to tell the client: where anything was held. */ readonly incident: ExchangeId | undefined; readonly verdict: Verdict }
  | { readonly kind: 'blocked'; readonly incident: ExchangeId; readonly verdict: Verdict }
  /** The first group's own reply; nothing was taken. */
  | { readonly kind: 'refused'; readonly reply: SmtpReply }
  | { readonly kind: 'failed'; readonly error: WeirError; readonly code?: ErrorCode }
) & {
  /** Called by the channel once, with the code the client was told. */
  close(code: number | undefined): void;
};

export interface MailPipeline {
  run(mail: MailExchange): Promise<MailEnded>;
}

/** What a release needs to deliver a mail as its sender meant it; sealed with it, and nowhere else. */
export interface SealedMail {
  readonly from: MailFrom;
  /** Those that this message is held for, in the order of its rows in the ledger. */
  readonly recipients: readonly MailRecipient[];
  readonly client: MailClient;
  readonly listener: string;
  /** `Received` field that is put in front, complete with its line end. */
  readonly received: string;
  /** Of the whole envelope, whoever this share of it is for: see BodyHead.mail. */
  readonly numbered?: readonly string[] | undefined;
}

// ---------------------------------------------------------------- what the pipeline is given

export interface MailPerson {
  /** As shown; empty where none is given. */
  readonly name: string;
  readonly address: string;
}
/** What a mail's own header tells of it. Content: for facts and rules, never for a log. */
export interface MailHeader {
  readonly subject: string | undefined;
  readonly from: readonly MailPerson[];
  readonly sender: readonly MailPerson[];
  readonly messageId: string | undefined;
  /** Names of the mail's own body, where it is one file and nothing else. */
  readonly fileNames: readonly string[];
  /** Times that a server has passed it on. */
  readonly received: number;
}

/** What of a route's configuration the mail pipeline acts on. */
export interface MailRules {
  /** A sender is told by mail that something is held, once. */
  readonly tellHeld: boolean;
}

/** What is put in front of a mail, and what is done to a changed one. */
export interface OutgoingMail {
  /** Each call begins anew. */
  readonly body: () => AsyncIterable<Uint8Array>;
  readonly length: number;
  /** Complete with its line end. */
  readonly received: string;
  /** Of what leaves masked, or after somebody has looked: named in a field where that is configured. */
  readonly incident: ExchangeId | undefined;
  /** Its bytes are not those that were signed. */
  readonly changed: boolean;
  /** Domain of the header's From: a key of it signs what was changed. */
  readonly signAs: string | undefined;
}

/** A recipient whose mail ends here, and why: `reply` is the next hop's; without it policy has refused it. */
export interface FailedRecipient {
  readonly recipient: MailRecipient;
  readonly reply: SmtpReply | undefined;
}
