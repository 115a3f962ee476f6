/** Puts a delivery into words: counts, the worst first, times of the zone that was asked for, links where the console's address is known. Pure. */
import type { AlertDelivery, AlertItem, AlertLine, AlertMessage } from '../ports.js';
import { eventName } from './rules.js';
import { codeWords, EVENT_WORDS, SENTENCES, SEVERITY_WORDS, type Language } from './words.js';

/** Items worded for people; more would not be read in a chat. */
const ITEMS = 30;
/** Kinds of events named one by one in title and summary. */
const COUNTS = 6;
const SEPARATOR = ' · ';

export interface WordingSettings {
  readonly language: Language;
  readonly zone: string;
  /** The console as browsers reach it; without it there are no links. */
  readonly console: string | undefined;
}

/** To the message in the console; what was blocked or has failed is no message, and a link to it would lead nowhere. */
function linkOf({ incident }: AlertLine, { previews }: AlertDelivery, console: string | undefined): string | undefined {
  if (console === undefined || incident === undefined || !Object.hasOwn(previews, incident)) return undefined;
  return `${console.replace(/\/+$/, '')}/#/messages/${encodeURIComponent(incident)}`;
}

function timeText(zone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return (at) => {
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const of = (name: Intl.DateTimeFormatPartTypes): string => part.get(name) ?? '';
    return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`;
  };
}

/** `3 held, 2 blocked`, the most first. */
function countsText(lines: readonly AlertLine[], language: Language): string {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const word = EVENT_WORDS[eventName(line)][language];
    counts.set(word, (counts.get(word) ?? 0) + line.count);
  }
  const { count, list } = SENTENCES[language];
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([word, times]) => count(word, times));
  return sorted.length <= COUNTS ? sorted.join(list) : `${sorted.slice(0, COUNTS).join(list)} …`;
}

function itemOf(line: AlertLine, delivery: AlertDelivery, time: (at: Date) => string, { language, console }: WordingSettings): AlertItem {
  const sentences = SENTENCES[language];
  const word = EVENT_WORDS[eventName(line)][language];
  const found = Object.entries(line.counts).sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ×${count}`);
  const link = linkOf(line, delivery, console);
  const previews = line.incident === undefined ? [] : (delivery.previews[line.incident] ?? []);
  const parts = [
    word,
    line.code === undefined ? undefined : codeWords(line.code, language),
    line.route === undefined ? undefined : sentences.route(line.route),
    line.rule === undefined ? undefined : sentences.rule(line.rule),
    found.length === 0 ? undefined : found.join(sentences.list),
    // A word between them: a large count beside the digits that a preview keeps would look like one number, and be withheld.
    previews.length === 0 ? undefined : sentences.such(previews.join(sentences.list)),
    line.incident === undefined || link !== undefined ? undefined : sentences.incident(line.incident),
    sentences.latest(time(line.at), line.count),
  ];
  const text = parts.filter((part) => part !== undefined).join(SEPARATOR);
  return { text, severity: line.severity, count: line.count, ...(link === undefined ? {} : { link }) };
}

export function alertMessage(delivery: AlertDelivery, settings: WordingSettings): AlertMessage {
  const { language, zone, console } = settings;
  const sentences = SENTENCES[language];
  const time = timeText(zone);
  // The number alone would come again: from another installation, and from this one after a restore. A receiver drops an id that it has seen.
  const deliveryId = `al-${delivery.n}-${delivery.createdAt.getTime().toString(36)}`;
  const { group } = delivery;
  const link = console === undefined ? {} : { link: console };
  if (delivery.kind === 'test') {
    return { deliveryId, language, severity: 'info', title: sentences.testTitle, summary: sentences.testSummary(delivery.sink, time(group.from), zone), items: [], from: group.from, to: group.to, total: 0, ...link, test: true, events: [] };
  }
  const severity = group.lines[0]?.severity ?? 'info';
  const counts = countsText(group.lines, language);
  const left = group.lines.length - ITEMS;
  return {
    deliveryId,
    language,
    severity,
    title: (delivery.digest ? sentences.digestTitle : sentences.title)(SEVERITY_WORDS[severity][language], counts),
    summary: sentences.summary(group.total, time(group.from), time(group.to), zone, counts),
    items: group.lines.slice(0, ITEMS).map((line) => itemOf(line, delivery, time, settings)),
    ...(left > 0 ? { itemsLeftOut: left } : {}),
    from: group.from,
    to: group.to,
    total: group.total,
    ...link,
    events: group.lines.map((line) => {
      const to = linkOf(line, delivery, console);
      return to === undefined ? line : { ...line, link: to };
    }),
  };
}
