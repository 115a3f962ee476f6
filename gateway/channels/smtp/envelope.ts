/** What MAIL and RCPT say, from what the library has checked and from the line as it came: addresses and DSN parameters go on as they were written. */
import type { MailFrom, MailRecipient, SmtpReply } from '../../ports/mail.js';
import { reply } from './reply.js';

/** RFC 5321: 64 for the local part, 255 for the domain. */
const ADDRESS_LONGEST = 320;
/** RFC 3461: 100 for ENVID, 500 for ORCPT. */
const PARAMETER_LONGEST = 500;

type Arguments = Readonly<Record<string, string | true>>;
/** AUTH names who submitted a mail (RFC 4954); we trust nobody to say that, and may ignore it. */
const MAIL_PARAMETERS: ReadonlySet<string> = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'REQUIRETLS', 'RET', 'ENVID', 'AUTH']);
const RCPT_PARAMETERS: ReadonlySet<string> = new Set(['NOTIFY', 'ORCPT']);
const NOTIFY: ReadonlySet<string> = new Set(['NEVER', 'SUCCESS', 'FAILURE', 'DELAY']);

export type Said<T> = { readonly kind: 'said'; readonly value: T } | { readonly kind: 'refused'; readonly reply: SmtpReply };
const refused = (said: SmtpReply): Said<never> => ({ kind: 'refused', reply: said });

/** Between the brackets; a source route is left out, as RFC 5321 asks. */
function writtenAddress(line: string): string | undefined {
  return /^[^:]*:\s*<([^<>\s]*)>/.exec(line)?.[1]?.replace(/^@[^\s,:@]+(?:,@[^\s,:@]+)*:/, '');
}

/** The value as it stands in the line: the library has undone its escapes. */
function writtenParameter(line: string, name: string): string | undefined {
  const after = line.slice(line.indexOf('>') + 1).split(/\s+/);
  return after.find((word) => word.toUpperCase().startsWith(`${name}=`))?.slice(name.length + 1);
}

function unknownParameter(given: Arguments, known: ReadonlySet<string>): SmtpReply | undefined {
  return Object.keys(given).every((name) => known.has(name)) ? undefined : reply(555, '5.5.4', 'Parameter not supported');
}

/** What some servers read as the way to somewhere else (user%there@here, there!user@here): the recipient is then not whom his domain names. */
const ROUTED = /[%!].*@/s;
/** Letters of all scripts, digits and what names and literals have. Others end a domain for some readers: here.example/.there.example. */
const DOMAIN = /^(?:\[[\w.:-]+\]|[\w.\u0080-\u{10ffff}-]+)$/u;

const isAscii = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

function addressProblem(address: string, smtpUtf8: boolean): SmtpReply | undefined {
  if (address.length > ADDRESS_LONGEST) return reply(501, '5.1.3', 'Address too long');
  // A line that is not UTF-8 at all shows as the replacement character.
  if (address.includes('\ufffd')) return reply(501, '5.5.2', 'Address is not UTF-8');
  if (address.includes('@') && !DOMAIN.test(address.slice(address.lastIndexOf('@') + 1))) return reply(501, '5.1.3', 'Bad domain syntax');
  return smtpUtf8 || isAscii(address) ? undefined : reply(553, '5.6.7', 'Address needs SMTPUTF8');
}

export function mailFrom(line: string, given: Arguments): Said<MailFrom> {
  const address = writtenAddress(line) ?? '';
  const smtpUtf8 = given['SMTPUTF8'] === true;
  const envid = writtenParameter(line, 'ENVID');
  const problem = unknownParameter(given, MAIL_PARAMETERS) ?? addressProblem(address, smtpUtf8) ?? (envid !== undefined && envid.length > PARAMETER_LONGEST ? reply(501, '5.5.4', 'ENVID too long') : undefined);
  if (problem !== undefined) return refused(problem);
  const word = (name: string): string | undefined => (typeof given[name] === 'string' ? given[name].toLowerCase() : undefined);
  const [body, ret, size] = [word('BODY'), word('RET'), word('SIZE')];
  return {
    kind: 'said',
    value: {
      address, smtpUtf8, envid,
      body: body === '7bit' || body === '8bitmime' ? body : undefined,
      requireTls: given['REQUIRETLS'] === true,
      ret: ret === 'full' ? 'FULL' : ret === 'hdrs' ? 'HDRS' : undefined,
      size: size === undefined ? undefined : Number(size),
    },
  };
}

export function recipient(line: string, given: Arguments, smtpUtf8: boolean): Said<MailRecipient> {
  const address = writtenAddress(line) ?? '';
  const orcpt = writtenParameter(line, 'ORCPT');
  const asked = typeof given['NOTIFY'] === 'string' ? given['NOTIFY'].toUpperCase().split(',') : undefined;
  const problem =
    unknownParameter(given, RCPT_PARAMETERS) ??
    addressProblem(address, smtpUtf8) ??
    (ROUTED.test(address) ? reply(553, '5.1.3', 'Routes within an address are not followed') : undefined) ??
    (asked !== undefined && (!asked.every((word) => NOTIFY.has(word)) || (asked.includes('NEVER') && asked.length > 1)) ? reply(501, '5.5.4', 'NOTIFY is NEVER alone, or SUCCESS, FAILURE, DELAY') : undefined) ??
    (orcpt !== undefined && (orcpt.length > PARAMETER_LONGEST || !/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+;./i.test(orcpt)) ? reply(501, '5.5.4', 'ORCPT is a type, a semicolon and an address') : undefined);
  if (problem !== undefined) return refused(problem);
  return { kind: 'said', value: { address, orcpt, notify: asked === undefined ? undefined : (['NEVER', 'SUCCESS', 'FAILURE', 'DELAY'] as const).filter((word) => asked.includes(word)) } };
}
