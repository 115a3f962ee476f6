/** By what a mail is known when nobody says that it is one. */
import { headerEnd } from './delimiter.js';
import { readFields, type Eol } from './field-block.js';

/** As many bytes as are looked at before a reader is chosen: a header that is not at its end by then may say anything behind them. */
const LONG_HEADER = 4096;
const CR = 0x0d;
const LF = 0x0a;

/** The line ends of a header by its first one; `undefined` while there is none in sight. */
export function eolOf(bytes: Uint8Array): Eol | undefined {
  const feed = bytes.indexOf(LF);
  return feed < 0 ? undefined : bytes[feed - 1] === CR ? 'crlf' : 'lf';
}

/** Fields that stand in the header of a mail and hardly anywhere else at the head of a text. */
const OF_MIME = /^(mime-version|content-type|content-transfer-encoding)$/;
const OF_MAIL = /^(from|to|date|subject|message-id|received|return-path|delivered-to|dkim-signature|x-mailer|reply-to)$/;
/** Of these, what people write at the head of a text as well: one alone says little. */
const WRITTEN_BY_HAND = /^(from|to|date|subject|reply-to)$/;

/** True when these first bytes read as a mail's header whatever they are called: they begin with fields, of mail and of MIME. A forwarded header typed into a text has none of MIME. */
export function looksLikeMail(prefix: Uint8Array): boolean {
  const eol = eolOf(prefix);
  if (eol === undefined) return false;
  const buffer = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length);
  // Most texts are told by their first line.
  if (!/^(>?From |[!-9;-~]{1,78}[ \t]*:)/.test(buffer.toString('latin1', 0, buffer.indexOf(LF)))) return false;
  const end = headerEnd(buffer, 0, eol);
  const text = buffer.toString('latin1', 0, end < 0 ? buffer.lastIndexOf(LF) + 1 : end);
  const names = readFields(text, eol, true).fields.map(({ name }) => name);
  const ofMail = new Set(names.filter((name) => OF_MAIL.test(name)));
  // What servers on its way wrote down often fills these bytes: the fields of MIME are still to come then.
  const goesOn = end < 0 && prefix.length >= LONG_HEADER && (ofMail.size > 1 || [...ofMail].some((name) => !WRITTEN_BY_HAND.test(name)));
  // Pages saved as one file may have fields of MIME alone.
  const saved = names.includes('mime-version') && names.includes('content-type');
  return saved || (ofMail.size > 0 && (goesOn || names.some((name) => OF_MIME.test(name))));
}
