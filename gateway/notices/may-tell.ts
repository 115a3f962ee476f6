/** Whether a sender may be told of a mail by mail: two programs that answer each other's answers would never end (RFC 3834). */
import type { MailFrom } from '../ports.js';

/** Nobody reads what is sent there, and a program may answer. */
const ROBOTS = new Set(['mailer-daemon', 'noreply', 'no-reply', 'do-not-reply', 'donotreply']);
const MANY = new Set(['bulk', 'list', 'junk']);
/** Fields that only mailing lists have (RFC 2369, 2919). */
const LIST_FIELDS = /^(list-id|list-unsubscribe|list-post|list-help)$/;
/** A header that is longer than this is looked at up to here. */
export const HEADER_MOST = 64 * 1024;

/** For any mail of our own: a failure is reported even of a mail that a program sent, as every mail server does. */
export function hasReader({ address }: MailFrom, ours: { readonly postmaster: string; readonly hostname: string }): boolean {
  if (address === '' || /[\p{Cc}<>\s]/u.test(address) || !address.includes('@')) return false;
  const lower = address.toLowerCase();
  const local = lower.slice(0, lower.lastIndexOf('@'));
  const domain = lower.slice(lower.lastIndexOf('@') + 1);
  if (local === 'mailer-daemon' || lower === ours.postmaster.toLowerCase()) return false;
  return !(local === 'postmaster' && domain === ours.hostname.toLowerCase());
}

/** For a notice that tells of something that happens in time; `header` is the mail's beginning. */
export function mayTell(from: MailFrom, header: Uint8Array, ours: { readonly postmaster: string; readonly hostname: string }): boolean {
  if (!hasReader(from, ours) || ROBOTS.has(from.address.toLowerCase().split('@')[0] ?? '')) return false;
  for (const [name, value] of headerFields(header)) {
    const word = value.replace(/\([^()]*\)/g, '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (name === 'auto-submitted' && word !== '' && word !== 'no') return false;
    if (name === 'precedence' && MANY.has(word)) return false;
    if (name === 'x-auto-response-suppress' && /\b(all|autoreply)\b/.test(value.toLowerCase())) return false;
    if (LIST_FIELDS.test(name)) return false;
  }
  return true;
}

function headerFields(header: Uint8Array): readonly (readonly [name: string, value: string])[] {
  const text = Buffer.from(header.subarray(0, HEADER_MOST)).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const lines = text.slice(0, end).replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return lines.flatMap((line) => {
    const at = line.indexOf(':');
    return at <= 0 ? [] : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1)] as const];
  });
}
