/** What of an exchange may be written down unsealed: subjects, names and addresses only masked (HC 15). */
import type { Exchange, Facts, Field, HeadInspection } from '../ports.js';

/** Longest text that is kept of a subject or target. */
const LONGEST = 200;

/** File names of a head; parts of a body are in the receipt. */
const FILES_MOST = 20;

/** From here on the digits of a text may be a number of someone's, however they are grouped. */
const MANY_DIGITS = 8;

/** A text nobody has scanned, such as a domain or a media type: no digits in it that could be somebody's number, in any script. */
function withoutNumbers(text: string): string {
  const isLong = (text.match(/\p{Nd}/gu)?.length ?? 0) >= MANY_DIGITS;
  return isLong ? text.replace(/\p{Nd}/gu, '*') : text.replace(/\p{Nd}{3,}/gu, '***');
}

/** First letter and domain: enough for a reviewer to know whom to ask, not whom it is about. */
export function maskAddress(address: string): string {
  // The null sender of mail is nobody.
  if (address === '') return '<>';
  const at = address.lastIndexOf('@');
  const name = at < 0 ? address : address.slice(0, at);
  const first = Array.from(name)[0] ?? '';
  return `${/\p{Nd}/u.test(first) ? '*' : first}***${at < 0 ? '' : withoutNumbers(address.slice(at))}`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The request target with everything found in it masked; a query's values are only as readable as the scan leaves them. */
export function maskedTarget(exchange: Exchange, head: HeadInspection): string {
  const { target } = exchange.http;
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const texts = exchange.body.texts;
  const safePath = texts.find(({ kind }) => kind === 'path');
  const safeQuery = texts.find(({ kind }) => kind === 'query');
  const pathText = safePath === undefined ? path : head.safe.get(safePath.name);
  const isTouched = safePath !== undefined && pathText !== safePath.text;
  const shown = isTouched ? encodeURI(pathText ?? '/') : path;
  return question < 0 || safeQuery === undefined ? shown : `${shown}?${head.safe.get(safeQuery.name) ?? ''}`;
}

/** Fields as they came, but those in which something was found: these masked, however they were written. */
export function maskedFields(exchange: Exchange, head: HeadInspection): readonly Field[] {
  const changed = exchange.body.texts.flatMap(({ name, kind, text }) => {
    const safe = head.safe.get(name);
    return safe === undefined || safe === text ? [] : [{ name, kind, text, safe }];
  });
  if (changed.length === 0) return exchange.http.fields;
  return exchange.http.fields.map(([name, value]): Field => {
    let masked = value;
    for (const { text, safe, ...one } of changed) {
      const replaced = replacedIn(masked, text, safe);
      if (replaced !== undefined) masked = replaced;
      // Written in a way that cannot be followed back: what it says is not sent at all.
      else if (comesFrom(one, name) && !exchange.http.fields.some(([, other]) => replacedIn(other, text, safe) !== undefined)) masked = withoutContent(masked);
    }
    return [name, masked];
  });
}

function withoutContent(value: string): string {
  return (value.split(';')[0] ?? '').replace(/[^ -~]|[0-9%]/g, '_');
}

/** A scanned field carries its own name, with `:2` and so on for the next of that name. */
function comesFrom(text: { readonly name: string; readonly kind: string }, field: string): boolean {
  const lower = field.toLowerCase();
  return text.kind === 'file-name' ? lower === 'content-disposition' : text.kind === 'field' && text.name.replace(/:\d+$/, '') === lower;
}

/** Header bytes come as latin1: the text may stand in them as it is, as UTF-8, or percent-escaped. */
function replacedIn(value: string, text: string, safe: string): string | undefined {
  if (value.includes(text)) return value.split(text).join(safe);
  const utf8 = Buffer.from(value, 'latin1').toString('utf8');
  if (utf8.includes(text)) return Buffer.from(utf8.split(text).join(safe), 'utf8').toString('latin1');
  const plain = unescaped(utf8);
  return plain.includes(text) ? encodeURI(plain.split(text).join(safe)).replaceAll('%20', ' ').replaceAll('%22', '"') : undefined;
}

function unescaped(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** Names of files that the head shows, as the scan leaves them. */
export function maskedFileNames(exchange: Exchange, head: HeadInspection): readonly string[] {
  const names = exchange.body.texts.filter(({ kind }) => kind === 'file-name').map(({ name }) => cut(head.safe.get(name) ?? ''));
  return [...new Set(names)].filter((name) => name !== '').slice(0, FILES_MOST);
}

export interface MaskedFacts {
  readonly target: string;
  readonly user: string | undefined;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  readonly mediaType: string | undefined;
}

export function maskedFacts(facts: Facts, exchange: Exchange, head: HeadInspection): MaskedFacts {
  const subject = exchange.body.texts.find(({ kind }) => kind === 'subject');
  return {
    target: cut(maskedTarget(exchange, head).split('?')[0] ?? '/'),
    user: facts.user === undefined ? undefined : maskAddress(facts.user),
    sender: facts.sender === undefined ? undefined : maskAddress(facts.sender),
    recipients: facts.recipients.map(maskAddress),
    subject: subject === undefined ? undefined : cut(head.safe.get(subject.name) ?? ''),
    mediaType: facts.mediaType === undefined ? undefined : cut(withoutNumbers(facts.mediaType)),
  };
}

/** The target with its query masked where policy wants it. */
export function outgoingTarget(exchange: Exchange, head: HeadInspection): string {
  const query = exchange.body.texts.find(({ kind }) => kind === 'query');
  const masked = query === undefined || !exchange.route.maskQuery ? undefined : head.masked.get(query.name);
  const question = exchange.http.target.indexOf('?');
  return masked === undefined || question < 0 ? exchange.http.target : `${exchange.http.target.slice(0, question)}?${masked}`;
}
