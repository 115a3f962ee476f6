/** An envelope as rules and scanner see it: facts, and addresses as texts of the head; and the exchange that a mail is for everything behind. */
import type { BodyHead, Exchange, ExchangeId, Facts, HeadText, MailAttachment, MailExchange, MailHeader, SealedMail } from '../../ports.js';
import { nothing } from './nothing.js';

/** A number as the whole local part of an address (13812345678@139.com): an address, and no leak. Resident IDs and cards are longer, and no mailbox of anybody. */
const NUMBERED = /^\+?\d{1,14}(?=@)/;
/** More of them in one envelope are a list of numbers, whatever domain stands behind each. */
const NUMBERED_MOST = 20;
/** Addresses that are scanned as one text: empty lines keep numbers of two apart. */
const ADDRESSES_TOGETHER = 50;
/** Attachments that rules are told of; as many parts as are read of one mail. */
export const ATTACHMENTS_MOST = 1000;
/** As many names as are listed with a message. */
const SHOWN_NAMES = 20;
/** Domains told apart for exceptions of one destination; a mail to more has none that speaks of a destination. */
const DESTINATIONS_MOST = 100;

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** Addresses of the envelope whose local part is a number, lower case. */
export function numberedAddresses({ from, recipients }: Pick<MailExchange, 'from' | 'recipients'>): ReadonlySet<string> {
  const found = new Set([from, ...recipients].map(({ address }) => address.toLowerCase()).filter((address) => NUMBERED.test(address)));
  return found.size > NUMBERED_MOST ? new Set() : found;
}

/** RFC 3461: what DSN parameters stand for. */
function decodedXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** All that an envelope takes along to a next hop: addresses, and the words of DSN parameters. `numbered`: addresses that are no leak. */
export function addressTexts({ from, recipients }: Pick<MailExchange, 'from' | 'recipients'>, numbered: ReadonlySet<string>): readonly HeadText[] {
  const plain = (address: string): string => (numbered.has(address.toLowerCase()) ? address.replace(NUMBERED, '_') : address);
  const texts: HeadText[] = from.address === '' ? [] : [{ name: 'sender', kind: 'address', text: plain(from.address) }];
  if (from.envid !== undefined) texts.push({ name: 'envid', kind: 'address', text: decodedXtext(from.envid) });
  for (let at = 0; at < recipients.length; at += ADDRESSES_TOGETHER) {
    const some = recipients.slice(at, at + ADDRESSES_TOGETHER);
    const original = some.flatMap(({ orcpt }) => (orcpt === undefined ? [] : [plain(decodedXtext(orcpt.slice(orcpt.indexOf(';') + 1)))]));
    texts.push({ name: `recipients:${at / ADDRESSES_TOGETHER + 1}`, kind: 'address', text: [...some.map(({ address }) => plain(address)), ...original].join('\n\n') });
  }
  return texts;
}

/** Texts that lie in the mail itself, where they are scanned and masked: here only so that they can be shown masked. */
export function shownTexts(header: MailHeader, fileNames: readonly string[]): readonly HeadText[] {
  const subject: readonly HeadText[] = header.subject === undefined ? [] : [{ name: 'subject', kind: 'subject', text: header.subject }];
  return [...subject, ...fileNames.slice(0, SHOWN_NAMES).map((text, at): HeadText => ({ name: `file:${at + 1}`, kind: 'file-name', text }))];
}

/** The one domain of these recipients; empty where they have several. */
export function destinationOf(recipients: readonly string[]): string {
  const [first, ...rest] = new Set(recipients.map(domainOf));
  return first === undefined || rest.length > 0 ? '' : first;
}

/** What exceptions may name as the destination of some of these recipients. */
export function destinationsOf(recipients: readonly string[]): readonly string[] {
  const domains = new Set(recipients.map(domainOf));
  return domains.size > DESTINATIONS_MOST ? [''] : [...domains, ''];
}

/** Before it was read. */
export function envelopeFacts(mail: MailExchange): Facts {
  const recipients = mail.recipients.map(({ address }) => address);
  return {
    channel: 'smtp',
    route: mail.route,
    direction: 'request',
    clientAddress: mail.client.address,
    user: mail.client.user,
    department: undefined,
    sender: mail.from.address,
    recipients,
    subject: undefined,
    destination: destinationOf(recipients),
    method: undefined,
    mediaType: 'message/rfc822',
    fileNames: [],
    at: mail.receivedAt,
    mail: { listener: mail.listener, headerSenders: [], recipientCount: recipients.length, attachments: [] },
  };
}

export interface SeenParts {
  readonly attachments: readonly MailAttachment[];
  readonly fileNames: readonly string[];
}

export function readFacts(facts: Facts, header: MailHeader, { attachments, fileNames }: SeenParts): Facts {
  const headerSenders = [...new Set([...header.from, ...header.sender].map(({ address }) => address).filter((address) => address !== ''))];
  return {
    ...facts,
    subject: header.subject,
    fileNames: [...new Set([...header.fileNames, ...fileNames])],
    ...(facts.mail === undefined ? {} : { mail: { ...facts.mail, headerSenders, attachments } }),
  };
}

/** Collects what parts say of themselves. */
export function partsSeen(): { readonly seen: SeenParts; part(facts: { readonly contentType: string; readonly fileNames: readonly string[] }): void } {
  const attachments: MailAttachment[] = [];
  const fileNames: string[] = [];
  return {
    seen: { attachments, fileNames },
    part({ contentType, fileNames: names }) {
      if (attachments.length >= ATTACHMENTS_MOST) return;
      const isText = names.length === 0 && (contentType === '' || contentType.startsWith('text/') || contentType.startsWith('multipart/'));
      if (isText) return;
      attachments.push({ name: names[0], type: contentType === '' ? undefined : contentType });
      fileNames.push(...names);
    },
  };
}

/** Every reader takes it for a mail. */
const BODY: Omit<BodyHead, 'texts' | 'mail'> = { contentType: 'message/rfc822', contentEncoding: undefined, contentDisposition: undefined, length: undefined, signedBy: [] };

/** What was scanned of a mail, or of a share in it, when it was sealed. */
export function sealedMailHead(bodyLength: number, mail: SealedMail): BodyHead {
  const numbered = new Set(mail.numbered ?? []);
  return { ...BODY, length: bodyLength, texts: addressTexts(mail, numbered), mail: { numbered } };
}

/** A mail, or some of its recipients' share in it, as an exchange. */
export function exchangeOf(mail: Pick<MailExchange, 'receivedAt' | 'route' | 'from' | 'recipients'>, id: ExchangeId, facts: Facts, texts: readonly HeadText[], numbered = numberedAddresses(mail)): Exchange {
  return {
    id,
    receivedAt: mail.receivedAt,
    facts,
    http: { method: 'MAIL', target: '', fields: [['Content-Type', 'message/rfc822']] },
    body: { ...BODY, texts, mail: { numbered } },
    // Its bytes are read once, by whoever spools them.
    chunks: nothing(),
    trailers: () => [],
    route: { id: mail.route, streamWithAbort: false, maskQuery: false },
  };
}
