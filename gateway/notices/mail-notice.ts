/** One mail to the sender of another: held, rejected, expired, or not delivered to some (RFC 3464). Pure; nothing of the mail's content is in it. */
import type { ExchangeId, FailedRecipient, MailFrom, NoticeMail } from '../ports.js';
import { deliveryStatus, spoken } from './delivery-status.js';
import { headerText, mailDate, mimeMail, oneLine } from './mime.js';
import { LABELS, WORDS, type Language, type Languages } from './words.js';

export interface NoticeSettings {
  /** Of Weir as a mail server. */
  readonly hostname: string;
  /** The address that notices are from. */
  readonly postmaster: string;
  readonly language: Languages;
  /** What a sender can do. */
  readonly help: Readonly<Record<Language, string>>;
}

export interface NoticeFacts {
  readonly kind: NoticeMail;
  /** Of the notice itself. */
  readonly id: ExchangeId;
  readonly incident: ExchangeId;
  /** The envelope of the mail that it is about. */
  readonly from: MailFrom;
  readonly receivedAt: Date;
  readonly at: Date;
  readonly recipients: readonly FailedRecipient[];
  /** Masked, or not at all. */
  readonly subject: string | undefined;
  readonly words?: string | undefined;
}

/** More are counted: a notice is read by a person, and the report beside it names all. */
const NAMED_MOST = 50;
/** All of ten thousand would be a report of two megabytes. */
const REPORTED_MOST = 1_000;
const TEXT_MOST = 2_000;
const LINE_MOST = 500;

export function mailNotice(settings: NoticeSettings, facts: NoticeFacts): { readonly bytes: Uint8Array; readonly subject: string } {
  const languages: readonly Language[] = settings.language === 'auto' ? ['zh', 'en'] : [settings.language];
  const subject = `${languages.map((language) => WORDS[facts.kind][language].title).join(' / ')} (${facts.incident})`;
  const fields = [
    ['From', `Weir <${settings.postmaster}>`],
    ['To', `<${facts.from.address.replace(/[\p{Cc}\p{Zl}\p{Zp}<>]/gu, '')}>`],
    ['Subject', headerText(subject)],
    ['Date', mailDate(facts.at)],
    ['Message-ID', `<${facts.id}@${settings.hostname}>`],
    // RFC 3834: who answers by himself stays silent to this one.
    ['Auto-Submitted', 'auto-replied'],
    ['X-Auto-Response-Suppress', 'All'],
  ] as const;
  const text = { type: 'text/plain; charset=utf-8', text: languages.map((language) => told(settings, facts, language)).join('\n\n----\n\n') };
  if (facts.kind !== 'failed' && facts.kind !== 'delayed') return { bytes: mimeMail(fields, [text]), subject };
  const status = deliveryStatus({ ...facts, action: facts.kind, hostname: settings.hostname }, facts.recipients.slice(0, REPORTED_MOST));
  const multipart = { type: 'multipart/report; report-type=delivery-status', boundary: `weir-${facts.id}` };
  return { bytes: mimeMail(fields, [text, { type: 'message/delivery-status', text: status }], multipart), subject };
}

function told({ help }: NoticeSettings, { kind, incident, receivedAt, subject, recipients, words }: NoticeFacts, language: Language): string {
  const labels = LABELS[language];
  const colon = language === 'zh' ? '：' : ': ';
  const named = recipients.slice(0, NAMED_MOST).map(({ recipient, reply }) => {
    const address = `  ${oneLine(recipient.address, LINE_MOST)}`;
    if (kind !== 'failed' && kind !== 'delayed') return address;
    return `${address}${colon}${reply === undefined ? labels.policy : spoken(reply)}`;
  });
  return [
    WORDS[kind][language].text,
    '',
    `${labels.incident}${colon}${incident}`,
    `${labels.received}${colon}${mailDate(receivedAt)}`,
    ...(subject === undefined || subject === '' ? [] : [`${labels.subject}${colon}${oneLine(subject, LINE_MOST)}`]),
    ...(named.length === 0 ? [] : [`${labels.recipients}${colon.trimEnd()}`, ...named]),
    ...(recipients.length > NAMED_MOST ? [`  ${labels.more(recipients.length - NAMED_MOST)}`] : []),
    ...(words === undefined || words === '' ? [] : ['', `${labels.words}${colon}${oneLine(words, TEXT_MOST)}`]),
    '',
    help[language],
    labels.sent,
  ].join('\n');
}
