/** What the ledger keeps of mails: each recipient's fate, mails that a job delivers, and what becomes of both when the client's answer is another. */
import type { ExchangeId } from './names.js';
import type { FailedRecipient, MailFate, MailFrom } from './mail.js';
import type { AuditEntry, HeldMessage } from './record.js';

/** One recipient as it may stand in a database: masked. */
export interface KeptRecipient {
  /** Its place in the sealed envelope's `recipients`; of a mail that is not sealed, in the client's order. */
  readonly n: number;
  /** Masked. */
  readonly address: string;
  /** Keyed hash of the whole address. */
  readonly mark: string | undefined;
  readonly fate: MailFate;
  readonly hop: string | undefined;
  /** The next hop's, where there was one. */
  readonly reply?: { readonly code: number; readonly enhanced: string | undefined } | undefined;
}

/** As it is read back. */
export interface RecipientFate extends KeptRecipient {
  readonly at: Date;
  /** The last byte left and no answer came: this one may have the mail. */
  readonly inDoubt: boolean;
}

export interface KeepMail {
  readonly recipients: readonly KeptRecipient[];
  /** A job delivers it, without a person: the row is `releasing`, and decided by `gateway`. */
  readonly relay?: { readonly as: 'original' | 'masked' } | undefined;
  /** Its sender is told that it is held, by mail, once, where the sender may be told. */
  readonly tell?: boolean | undefined;
  /**
   * The client has not been answered yet: neither job nor notice begins before this time. `confirm` has them begin at once;
   * without it, since the process died, they begin then: the answer may have been 2xx.
   */
  readonly notBefore?: Date | undefined;
}

/**
 * `n` of recipients who stand beside a held message: of the same mail, delivered, refused or blocked when it came. They are shown with it;
 * nothing that is decided or found out about the message is about them. More than a mail can have recipients.
 */
export const BESIDE_FROM = 1_000_000;

/** The gateway's side. Errors are LedgerUnavailable, as of HoldLedger: nothing was written, or it is in doubt. */
export interface MailLedger {
  /** Message, recipients, audit row, alert and job in one transaction. For what is held, what is relayed, and notices (`message.kind`). */
  keep(message: HeldMessage, mail: KeepMail, audit: AuditEntry): Promise<void>;
  /** The client was answered 2xx: what waits for that begins. */
  confirm(ids: readonly ExchangeId[]): Promise<void>;
  /**
   * The client was told that nothing was taken: what was kept of this mail ends, nobody is told, its sealed bytes are destroyed.
   * What a person has decided meanwhile, or a job has begun, stays as it is; answers with the ids that ended.
   */
  withdraw(ids: readonly ExchangeId[]): Promise<readonly ExchangeId[]>;
  /** Fates of recipients of a mail that is not kept: delivered beside held ones, blocked. `incident` may have rows; those with the same `n` are replaced. */
  fates(incident: ExchangeId, recipients: readonly KeptRecipient[]): Promise<void>;
  /** In order. */
  recipients(id: string): Promise<readonly RecipientFate[]>;
}

/** What a mail of Weir's own tells its recipient, who is the sender of another. `failed` and `delayed` are delivery status notifications (RFC 3464). */
export const NOTICE_MAILS = ['held', 'rejected', 'expired', 'failed', 'delayed'] as const;
export type NoticeMail = (typeof NOTICE_MAILS)[number];

/** A mail of Weir's own whose sealed bytes lie in the vault under the message's id: what is left to do is its rows. */
export interface OwnMail {
  /** Of kind `notice`. */
  readonly message: HeldMessage;
  /** Whom it is for. */
  readonly recipient: KeptRecipient;
  readonly says: NoticeMail;
}

export interface NoticeAbout {
  readonly kind: NoticeMail;
  /** The incident, which the sender can name. */
  readonly incident: ExchangeId;
  readonly route: string;
  readonly receivedAt: Date;
  /** The envelope that it answers. */
  readonly from: MailFrom;
  /** The same address as it may stand in a database. */
  readonly sender: { readonly masked: string; readonly mark: string | undefined };
  /** Masked. */
  readonly subject: string | undefined;
  /** Whom it is about. With `failed` and `delayed`, `reply` is the next hop's, and without one policy has refused it. */
  readonly recipients: readonly FailedRecipient[];
  /** A reviewer's words for the sender. */
  readonly words?: string | undefined;
}

export interface NoticeMaker {
  /**
   * Seals the mail; `undefined` where its sender must not be told. `header` is the beginning of the mail that it is about: it is not
   * asked for where a delivery failed. A crash before its rows are written leaves sealed bytes that reconcile sweeps.
   */
  make(about: NoticeAbout, header?: Uint8Array): Promise<OwnMail | undefined>;
}

export type SplitRefused =
  | { readonly kind: 'not-found' }
  /** No such recipient waits in this message. */
  | { readonly kind: 'no-recipients' }
  /** It is not a mail, or is not waiting for a person. */
  | { readonly kind: 'wrong-state' };

/** A message of several recipients made into two, so that people can decide about some of them. */
export interface MailSplits {
  /**
   * The id of the message that holds just these recipients: a new one with a copy of the sealed bytes, `id` itself where they are all
   * of it, or the one that an earlier, same call made. What is decided about it then goes the usual way.
   */
  split(id: string, recipients: readonly number[], by: { readonly actor: string }): Promise<{ readonly kind: 'done'; readonly id: ExchangeId; readonly made: boolean } | SplitRefused>;
}
