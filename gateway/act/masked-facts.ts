/** What of an exchange may be written down unsealed: subjects, names and addresses only masked (HC 15). */
import type { Exchange, Facts, Field, HeadInspection } from '../ports.js';

/** Longest text that is kept of a subject or target. */
const LONGEST = 200;

/** First letter and domain: enough for a reviewer to know whom to ask, not whom it is about. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const name = at < 0 ? address : address.slice(0, at);
  const first = Array.from(name)[0] ?? '';
  return `${/\d/.test(first) ? '*' : first}***${at < 0 ? '' : address.slice(at).replace(/\d{3,}/g, '***')}`;
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

/** Fields as they came, but those in which something was found: these masked. */
export function maskedFields(exchange: Exchange, head: HeadInspection): readonly Field[] {
  const changed = new Map<string, string>();
  for (const { name, text } of exchange.body.texts) {
    const safe = head.safe.get(name);
    if (safe !== undefined && safe !== text) changed.set(text, safe);
  }
  if (changed.size === 0) return exchange.http.fields;
  return exchange.http.fields.map(([name, value]): Field => {
    let masked = value;
    for (const [text, safe] of changed) masked = masked.split(text).join(safe);
    return [name, masked];
  });
}

export interface MaskedFacts {
  readonly target: string;
  readonly user: string | undefined;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
}

export function maskedFacts(facts: Facts, exchange: Exchange, head: HeadInspection): MaskedFacts {
  const subject = exchange.body.texts.find(({ kind }) => kind === 'subject');
  return {
    target: cut(maskedTarget(exchange, head).split('?')[0] ?? '/'),
    user: facts.user === undefined ? undefined : maskAddress(facts.user),
    sender: facts.sender === undefined ? undefined : maskAddress(facts.sender),
    recipients: facts.recipients.map(maskAddress),
    subject: subject === undefined ? undefined : cut(head.safe.get(subject.name) ?? ''),
  };
}
