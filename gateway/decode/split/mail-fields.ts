/** All fields of a mail's own header as readers show them, in their order: words decoded, people told apart from what they call themselves. */
import { addressesIn, type MailAddress } from './addresses.js';
import { headerEnd } from './delimiter.js';
import { shownText } from './encoded-text.js';
import { readFields } from './field-block.js';
import { eolOf } from './mail-signs.js';
import { MAX_MAIL_HEADER } from './message.js';

export interface MailField {
  /** Lower case. */
  readonly name: string;
  readonly text: string;
  /** Of the fields that hold addresses. */
  readonly people?: readonly MailAddress[];
}
export interface MailFields {
  readonly fields: readonly MailField[];
  /** Readers may take these fields for others. */
  readonly ambiguous: boolean;
}

const OF_PEOPLE = /^(resent-)?(from|sender|reply-to|to|cc|bcc)$/;

/** Bytes of a mail from which its header is read: a longer one is read by nobody. */
export const MAIL_HEADER_MOST = MAX_MAIL_HEADER;

/** Where the header of a mail ends that begins with `bytes`; undefined while its end is not in sight. */
export function mailHeaderEnd(bytes: Uint8Array): number | undefined {
  const eol = eolOf(bytes);
  const end = eol === undefined ? -1 : headerEnd(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0, eol);
  return end < 0 ? undefined : end;
}

export function mailFields(bytes: Uint8Array): MailFields {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAIL_HEADER_MOST));
  const { fields, ambiguous } = readFields(buffer.toString('latin1', 0, mailHeaderEnd(buffer) ?? buffer.length), eolOf(buffer) ?? 'crlf', true);
  return { fields: fields.map(({ name, value }) => ({ name, text: shownText(value), ...(OF_PEOPLE.test(name) ? { people: addressesIn(value) } : {}) })), ambiguous };
}
