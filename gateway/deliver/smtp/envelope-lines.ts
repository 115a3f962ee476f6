/** The commands of an envelope as they go over the wire: addresses that can end no line, and exactly the parameters that the server offers. */
import type { MailFrom, MailRecipient, SmtpReply } from '../../ports.js';
import { OWN_REPLY } from './own-reply.js';

/** What a server said to EHLO: keyword, upper case → its words. */
export type Offers = ReadonlyMap<string, readonly string[]>;

/** RFC 5321 has 64 and 255 octets; UTF-8 and generous systems go beyond. */
const ADDRESS_LENGTH = 1000;
/** RFC 3461: 100 characters of ENVID, 500 of ORCPT. */
const ENVID = /^[!-<>-~]{1,100}$/;
const ORCPT = /^[A-Za-z0-9-]{1,64};[!-<>-~]{1,500}$/;
// Nothing that ends a command, an address or a word outside of quotes.
const LOCAL = /^(?:"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*"|[^\s"<>@\\\p{Cc}\p{Cs}]+)$/u;
const DOMAIN = /^[^\s"<>@\\\p{Cc}\p{Cs}]+$/u;
const NOT_ASCII = /\P{ASCII}/u;

export const isAscii = (text: string): boolean => !NOT_ASCII.test(text);

/** Whether this can stand between `<` and `>`. */
export function isAddress(address: string): boolean {
  if (address.length > ADDRESS_LENGTH) return false;
  const at = address.lastIndexOf('@');
  // RFC 5321 4.1.1.3: this one needs no domain.
  if (at === -1) return address.toLowerCase() === 'postmaster';
  return LOCAL.test(address.slice(0, at)) && DOMAIN.test(address.slice(at + 1));
}

export interface EnvelopeSettings {
  /** Bytes that will be sent, where they are known. */
  readonly size: number | undefined;
  /** Refuse 8-bit content where a server does not say that it takes it; else it is sent as it is, as nearly every server takes it. */
  readonly strict8bit: boolean;
  /** Whether the connection is verified and secure, as REQUIRETLS wants it. */
  readonly verified: boolean;
}

/** MAIL FROM, or the reply that says why this server cannot have this mail. */
export function mailLine(from: MailFrom, offers: Offers, { size, strict8bit, verified }: EnvelopeSettings): string | SmtpReply {
  if (from.address !== '' && !isAddress(from.address)) return OWN_REPLY.badSender;
  if (from.requireTls && !(verified && offers.has('REQUIRETLS'))) return OWN_REPLY.needsRequireTls;
  const utf8 = offers.has('SMTPUTF8');
  if (!isAscii(from.address) && !utf8) return OWN_REPLY.needsUtf8;
  const eightBit = offers.has('8BITMIME');
  if (from.body === '8bitmime' && !eightBit && strict8bit) return OWN_REPLY.needs8bit;
  const words = [
    `MAIL FROM:<${from.address}>`,
    offers.has('SIZE') && size !== undefined ? `SIZE=${String(size)}` : '',
    from.body !== undefined && eightBit ? `BODY=${from.body.toUpperCase()}` : '',
    (from.smtpUtf8 || !isAscii(from.address)) && utf8 ? 'SMTPUTF8' : '',
    from.requireTls ? 'REQUIRETLS' : '',
    from.ret !== undefined && offers.has('DSN') ? `RET=${from.ret}` : '',
    from.envid !== undefined && ENVID.test(from.envid) && offers.has('DSN') ? `ENVID=${from.envid}` : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** RCPT TO, or the reply that says why this server cannot have it. */
export function rcptLine({ address, notify, orcpt }: MailRecipient, offers: Offers, utf8: boolean): string | SmtpReply {
  if (!isAddress(address)) return OWN_REPLY.badRecipient;
  if (!isAscii(address) && !utf8) return OWN_REPLY.needsUtf8;
  const dsn = offers.has('DSN');
  const words = [
    `RCPT TO:<${address}>`,
    dsn && notify !== undefined && notify.length > 0 ? `NOTIFY=${notify.join(',')}` : '',
    dsn && orcpt !== undefined && ORCPT.test(orcpt) ? `ORCPT=${orcpt}` : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}
