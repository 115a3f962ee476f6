/** What all connections of one listener share. */
import type { SmtpListener } from '../../../config/mail-schema.js';
import type { Clock, Log } from '../../ports.js';
import type { HopAuth, MailFrom, SmtpReply } from '../../ports/mail.js';
import type { Admission } from './admission.js';
import type { ReplyWords } from './ended-reply.js';
import type { SignIn } from './sign-in.js';
import type { Transaction } from './transaction.js';

export interface SmtpHub {
  readonly listen: SmtpListener;
  readonly words: ReplyWords;
  readonly admission: Admission;
  readonly signIn: SignIn | undefined;
  /** REQUIRETLS is offered: next hops keep it. */
  readonly requireTls: boolean;
  readonly clock: Clock;
  readonly log: Log;
  isClosing(): boolean;
  /** By route; the reply where there is none, or where it takes no mail of this size. */
  begin(from: MailFrom, client: string | undefined, auth: HopAuth | undefined): Transaction | SmtpReply;
  /** A mail is in hand until this has ended. */
  carries(work: Promise<void>): void;
  /** Every reply that was sent. */
  onReply(code: number): void;
}
