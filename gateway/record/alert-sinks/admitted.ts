/** The door to every sink: what goes out to people is one line, bounded, and holds no number that a person or an account is known by. */
import type { AlertItem, AlertLine, AlertMessage } from '../../ports.js';
import { SinkFailed } from '../../ports.js';
import { mustWithhold } from '../withhold.js';
import { oneLine } from './text.js';
import { wordsFor } from './words.js';

/** Bytes. Robots take few kilobytes for everything: title, summary and left-out count always fit into the smallest (WeCom's 4,096). */
export const MOST = { title: 200, summary: 800, item: 400, link: 500, name: 120, items: 500, events: 500 } as const;

const DELIVERY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const EXCHANGE_ID = /^w[0-9a-z]{26}$/i;
const KIND = /^[a-z][a-z0-9-]{0,39}$/;
/** Written-out digits of Chinese count as digits, as they do for free text that people write. Everything is made plain first: with classes of Unicode in it, the repetition would take half a second to compile. */
const DIGITS = /[\p{Nd}〇零一二三四五六七八九]/gu;
const BETWEEN = /[^\p{L}\p{N}]/gu;
const ELEVEN_NEAR = /0(?:-{0,3}0){10}/;
/** An incident's id has letters among its digits; times, dates and machines' addresses are no numbers of anybody's. Each is taken out as a letter, so that what stands around it does not grow together. */
const NO_VALUES: readonly RegExp[] = [
  /(?<![\p{L}\p{N}])w(?=(?:[0-9]*[a-z]){3})[0-9a-z]{26}(?![\p{L}\p{N}])/giu,
  /(?<![\d\-/.])20\d\d([-/])[01]?\d\1[0-3]?\d(?![\d\-/.])/g,
  /(?<![\d\-/.:])[01]\d-[0-3]\d(?= [0-2]\d:[0-5]\d)/g,
  /(?<=\/\/)(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?=[/?#\s]|$)/g,
  /(?<![\d:])[0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{3})?)?(?![\d:])/g,
];
/** From here on a count has the digits of a phone number. */
const COUNT_MOST = 9_999_999_999;

function hasNumber(text: string): boolean {
  const rest = NO_VALUES.reduce((left, pattern) => left.replace(pattern, 't'), text.normalize('NFKC'));
  return mustWithhold('text', rest) || ELEVEN_NEAR.test(rest.replace(/\p{Cf}/gu, '').replace(BETWEEN, '-').replace(DIGITS, '0'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An http(s) address without credentials, spelled so that it ends nowhere but at its end in Markdown, Slack's markup or HTML; else none. */
export function safeLink(link: string | undefined): string | undefined {
  if (link === undefined || link.length > MOST.link || !URL.canParse(link)) return undefined;
  const { protocol, username, password, origin, pathname, search, hash } = new URL(link);
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return undefined;
  const rest = `${pathname}${search}${hash}`;
  if (hasNumber(oneLine(decoded(rest), MOST.link))) return undefined;
  const safe = `${origin}${rest.replace(/[()[\]{}|*_~'"\\^`<>@!]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}`;
  return safe.length > MOST.link ? undefined : safe;
}

const bounded = (count: number): number => (Number.isFinite(count) ? Math.min(Math.max(0, Math.trunc(count)), COUNT_MOST) : 0);

/** The message as it may leave; `withheld` is called for each text that held a number and was replaced. */
export function admitted(message: AlertMessage, withheld: () => void = () => undefined): AlertMessage {
  if (!DELIVERY_ID.test(message.deliveryId)) throw new SinkFailed('DELIVERY_ID', 'never');
  const words = wordsFor(message.language);
  const clean = (text: string, maxBytes: number): string => {
    const line = oneLine(text, maxBytes);
    if (!hasNumber(line)) return line;
    withheld();
    return words.withheld;
  };
  const name = (text: string | undefined): string | undefined => (text === undefined ? undefined : clean(text, MOST.name));
  const item = (one: AlertItem): AlertItem => ({ text: clean(one.text, MOST.item), severity: one.severity, count: bounded(one.count), link: safeLink(one.link) });
  const line = (one: AlertLine): AlertLine => ({
    kind: KIND.test(one.kind) ? one.kind : 'unnamed',
    at: one.at,
    severity: one.severity,
    count: bounded(one.count),
    route: name(one.route),
    incident: one.incident !== undefined && EXCHANGE_ID.test(one.incident) ? one.incident : undefined,
    rule: name(one.rule),
    code: name(one.code),
    counts: Object.fromEntries(Object.entries(one.counts).slice(0, MOST.events).map(([key, count]) => [clean(key, MOST.name), bounded(count)])),
    link: safeLink(one.link),
  });
  return {
    deliveryId: message.deliveryId,
    language: message.language,
    severity: message.severity,
    title: clean(message.title, MOST.title) || words.untitled,
    summary: clean(message.summary, MOST.summary),
    items: message.items.slice(0, MOST.items).map(item),
    itemsLeftOut: bounded((message.itemsLeftOut ?? 0) + Math.max(0, message.items.length - MOST.items)),
    from: message.from,
    to: message.to,
    total: bounded(message.total),
    link: safeLink(message.link),
    test: message.test === true,
    events: message.events.slice(0, MOST.events).map(line),
    eventsLeftOut: bounded((message.eventsLeftOut ?? 0) + Math.max(0, message.events.length - MOST.events)),
  };
}
