/** What one mail is carried with, beside what every exchange is: its ledger, its words, and how it leaves. */
import type { ExchangeId, Log, MailClient, MailContent, MailFate, MailFrom, MailHeader, MailLedger, MailRecipient, MailRules, NoticeMaker, OutgoingMail } from '../../ports.js';
import type { PipelinePorts } from '../run.js';

export interface MailPipelinePorts extends PipelinePorts {
  readonly mailLedger: MailLedger;
  /** `bytes` begin with the header; what follows it is not looked at. */
  readonly readHeader: (bytes: Uint8Array) => MailHeader;
  readonly outgoing: (mail: OutgoingMail) => MailContent;
  /** The field that says that it came through here, complete with its line end. */
  readonly received: (about: { readonly client: MailClient; readonly id: ExchangeId; readonly from: MailFrom; readonly at: number; readonly recipients: readonly MailRecipient[] }) => string;
  /** Reports to senders, sealed. */
  readonly noticeMaker: NoticeMaker;
  readonly rules: (route: string) => MailRules;
  readonly newId: () => ExchangeId;
  /** Counts recipients by how their mail ended. */
  readonly countFate: (route: string, fate: MailFate, recipients: number) => void;
  readonly log: Pick<Log, 'warn'>;
}
