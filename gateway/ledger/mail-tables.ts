/** The tables of mail as kysely sees them; 0012-mail makes them. */
import type { ColumnType, Generated } from 'kysely';
import type { MailFate } from '../ports.js';

export interface MailRecipientsTable {
  /** Of a message, or the incident of a mail that was not kept. */
  readonly message_id: string;
  readonly n: number;
  /** Masked. */
  readonly address: string;
  readonly mark: string | null;
  readonly fate: MailFate;
  readonly hop: string | null;
  readonly code: number | null;
  readonly enhanced: string | null;
  /** The last byte left, and no answer has come. */
  readonly in_doubt: Generated<boolean>;
  /** The sender was sent a report of its failure. */
  readonly told: Generated<boolean>;
  /** The sender was told that it is late. */
  readonly delay_told: Generated<boolean>;
  readonly at: ColumnType<Date, Date, Date>;
}

export interface MailTables {
  readonly mail_recipients: MailRecipientsTable;
}
