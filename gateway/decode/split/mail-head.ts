/** What a mail's own header tells of it, decoded: subject, people, names. Facts for rules and for the part `head`; values stay out of logs. */
import { addressesIn, type MailAddress } from './addresses.js';
import { headerEnd } from './delimiter.js';
import { shownText } from './encoded-text.js';
import { fieldNamed, readFields, type Field } from './field-block.js';
import { eolOf } from './mail-signs.js';
import { MAX_MAIL_HEADER } from './message.js';
import { headerOf } from './part-header.js';

export interface MailHead {
  readonly subject: string | undefined;
  readonly from: readonly MailAddress[];
  readonly sender: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly messageId: string | undefined;
  /** `type/subtype`, lower case. */
  readonly contentType: string;
  /** Names of the mail's own body, where it is one file and nothing else. Those of attachments are told as `PartFacts`. */
  readonly fileNames: readonly string[];
  /** Fields that vouch for the bytes of the mail: changing them makes these untrue. */
  readonly signatures: readonly string[];
  /** Times that a server has passed it on. */
  readonly received: number;
  /** Bytes of the header, its blank line included. */
  readonly length: number;
  /** Readers may take these fields for others. */
  readonly ambiguous: boolean;
}

const SIGNATURES = /^(dkim-signature|arc-seal|arc-message-signature|x-google-dkim-signature)$/;

/** `bytes` begin with the header; what follows it is not looked at. */
export function mailHead(bytes: Uint8Array): MailHead {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_MAIL_HEADER));
  const eol = eolOf(buffer) ?? 'crlf';
  const blank = headerEnd(buffer, 0, eol);
  const length = blank < 0 ? buffer.length : blank;
  const { fields, ambiguous } = readFields(buffer.toString('latin1', 0, length), eol, true);
  const header = headerOf(fields, ambiguous);
  const subject = fieldNamed(fields, 'subject');
  return {
    subject: subject === undefined ? undefined : shownText(subject),
    from: people(fields, 'from'),
    sender: people(fields, 'sender'),
    replyTo: people(fields, 'reply-to'),
    to: people(fields, 'to'),
    cc: people(fields, 'cc'),
    bcc: people(fields, 'bcc'),
    messageId: fieldNamed(fields, 'message-id'),
    contentType: header.type,
    fileNames: header.fileNames,
    signatures: [...new Set(fields.map(({ name }) => name).filter((name) => SIGNATURES.test(name)))],
    received: fields.filter(({ name }) => name === 'received').length,
    length,
    // Two senders or subjects: each reader shows another.
    ambiguous: header.ambiguous || ['from', 'subject', 'to', 'date'].some((name) => fields.filter((one) => one.name === name).length > 1),
  };
}

/** All fields of that name count: some readers show the first, some the last. */
function people(fields: readonly Field[], name: string): readonly MailAddress[] {
  return fields.filter((one) => one.name === name).flatMap(({ value }) => addressesIn(value));
}
