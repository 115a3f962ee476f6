/** The part of a report that programs read (RFC 3464, 6533): each recipient that a mail did not reach, or not yet, and why. */
import type { FailedRecipient, MailFrom, SmtpReply } from '../ports.js';
import { mailDate, oneLine } from './mime.js';

const CRLF = '\r\n';
const DIAGNOSTIC_MOST = 400;
const ADDRESS_MOST = 900;
const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/;

export interface StatusOf {
  readonly action: 'failed' | 'delayed';
  readonly hostname: string;
  readonly incident: string;
  readonly from: MailFrom;
  readonly receivedAt: Date;
  readonly at: Date;
}

export function deliveryStatus({ action, hostname, incident, from, receivedAt, at }: StatusOf, failed: readonly FailedRecipient[]): string {
  const message = [
    `Reporting-MTA: dns; ${hostname}`,
    ...(from.envid === undefined ? [] : [`Original-Envelope-Id: ${plain(decodedXtext(from.envid))}`]),
    `Arrival-Date: ${mailDate(receivedAt)}`,
  ];
  const each = failed.map(({ recipient, reply }) => [
    ...original(recipient.orcpt),
    `Final-Recipient: ${typed(recipient.address)}`,
    `Action: ${action}`,
    `Status: ${action === 'failed' ? statusOf(reply) : lateStatus(reply)}`,
    `Diagnostic-Code: smtp; ${reply === undefined ? `550 5.7.1 refused by policy, incident ${incident}` : spoken(reply)}`,
    `Last-Attempt-Date: ${mailDate(at)}`,
  ]);
  return [message, ...each].map((group) => group.map((line) => line + CRLF).join('')).join(CRLF);
}

/** Tries have ended where the last word was a temporary one: the status says that it is over. */
export function statusOf(reply: SmtpReply | undefined): string {
  if (reply === undefined) return '5.7.1';
  if (reply.code < 500) return '5.4.7';
  return reply.enhanced !== undefined && ENHANCED.test(reply.enhanced) && reply.enhanced.startsWith('5') ? reply.enhanced : '5.0.0';
}

/** Of what is still tried. */
function lateStatus(reply: SmtpReply | undefined): string {
  return reply?.enhanced !== undefined && ENHANCED.test(reply.enhanced) && reply.enhanced.startsWith('4') ? reply.enhanced : '4.0.0';
}

export function spoken({ code, enhanced, text }: SmtpReply): string {
  return plain(oneLine([String(code), ...(enhanced === undefined ? [] : [enhanced]), ...text].join(' '), DIAGNOSTIC_MOST));
}

function typed(address: string): string {
  return /^[\x21-\x7e]*$/.test(address) ? `rfc822; ${address.slice(0, ADDRESS_MOST)}` : `utf-8; ${escaped(address)}`;
}

function original(orcpt: string | undefined): readonly string[] {
  const [, type, address] = /^([A-Za-z0-9-]{1,40});(.+)$/s.exec(orcpt ?? '') ?? [];
  return type === undefined || address === undefined ? [] : [`Original-Recipient: ${type}; ${plain(decodedXtext(address))}`];
}

/** RFC 3461 4: `+` and two upper hexadecimal digits. */
function decodedXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** RFC 6533: what is not ASCII by its code point, so that the report needs no 8-bit line. */
function escaped(text: string): string {
  return oneLine(text, ADDRESS_MOST).replace(/[^\x21-\x5b\x5d-\x7e]/gu, (character) => `\\x{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
}

function plain(text: string): string {
  return oneLine(text, ADDRESS_MOST).replace(/[^\x20-\x7e]/gu, '?');
}
