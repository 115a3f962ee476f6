/** Alerts as syslog (RFC 5424): one line each with its own identity, in ArcSight's Common Event Format or in the words people read. */
import type { AlertLine, AlertMessage, Severity } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { byteLength, cut } from './text.js';
import { wordsFor } from './words.js';

export interface SyslogSource {
  readonly host: string;
  readonly version: string;
  readonly facility: number;
}

const LEVELS: Readonly<Record<Severity, number>> = { critical: 2, high: 3, medium: 4, low: 5, info: 6 };
const CEF_SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 };
/** RFC 5612's number for examples: Weir has registered none of its own. */
const STRUCTURED = 'weir@32473';
/** Findings of more detectors than this say no more about one event. */
const FINDINGS_MOST = 12;

/** Printable ASCII without spaces, as every field of the header must be; `-` for nothing. */
function headerField(text: string, most: number): string {
  const field = text.replace(/[^\x21-\x7e]/g, '').slice(0, most);
  return field === '' ? '-' : field;
}
const paramValue = (text: string): string => text.replace(/["\\\]]/g, (one) => `\\${one}`);

interface Head {
  readonly severity: Severity;
  readonly at: Date;
  readonly kind: string;
  readonly data: Readonly<Record<string, string | undefined>>;
}

function line({ host, facility }: SyslogSource, { severity, at, kind, data }: Head, text: string): string {
  const params = Object.entries(data).flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${paramValue(value)}"`]));
  return `<${String(facility * 8 + LEVELS[severity])}>1 ${at.toISOString()} ${headerField(host, 255)} weir - ${headerField(kind, 32)} [${STRUCTURED}${params.join('')}] ${text}`;
}

export const cefHeader = (text: string): string => text.replace(/[\\|]/g, (one) => `\\${one}`);
export const cefValue = (text: string): string => text.replace(/[\\=]/g, (one) => `\\${one}`);

/** Keys as CEF's dictionary has them; a custom string says beside it what it is. */
function cef(source: SyslogSource, event: AlertLine, test: boolean, lean: number): string {
  const findings = Object.entries(event.counts).slice(0, FINDINGS_MOST).map(([name, count]) => `${name}:${String(count)}`).join(',');
  const extension: readonly (readonly [key: string, value: string | undefined])[] = [
    ['rt', String(event.at.getTime())],
    ['cnt', String(event.count)],
    ['externalId', event.incident],
    ['reason', event.code],
    ...labelled(1, 'route', event.route),
    ...labelled(2, 'rule', event.rule),
    ...(lean > 1 ? [] : labelled(3, 'counts', findings === '' ? undefined : findings)),
    ...labelled(4, 'test', test ? 'true' : undefined),
    ...(lean > 0 ? [] : [['request', event.link] as const]),
  ];
  const header = ['CEF:0', 'Weir', 'Weir', cefHeader(source.version), cefHeader(event.kind), cefHeader(`Weir ${event.kind}`), String(CEF_SEVERITY[event.severity])].join('|');
  return `${header}|${extension.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${cefValue(value)}`])).join(' ')}`;
}
function labelled(n: number, label: string, value: string | undefined): readonly (readonly [string, string | undefined])[] {
  return value === undefined ? [] : [[`cs${String(n)}Label`, label], [`cs${String(n)}`, value]];
}

/** One line for each event; what a datagram has no room for goes first: the link, then the findings. */
export function cefLines(message: AlertMessage, source: SyslogSource, maxBytes: number): readonly string[] {
  const { deliveryId, events, severity, to, total, eventsLeftOut = 0 } = message;
  const test = message.test === true;
  const summed: AlertLine = { kind: test ? 'test' : 'left-out', at: to, severity, count: test ? total : eventsLeftOut, counts: {}, link: message.link };
  const all = events.length === 0 || eventsLeftOut > 0 ? [...events, summed] : events;
  return all.map((event, index) => {
    const head: Head = { severity: event.severity, at: event.at, kind: event.kind, data: { delivery: deliveryId, n: String(index + 1), of: String(all.length) } };
    const made = [0, 1, 2].map((lean) => line(source, head, cef(source, event, test, lean)));
    return made.find((one) => byteLength(one) <= maxBytes) ?? cut(made[2] ?? '', maxBytes);
  });
}

/** The whole message in one line. */
export function textLine(message: AlertMessage, source: SyslogSource, maxBytes: number): string {
  const words = wordsFor(message.language);
  const { deliveryId, severity, to, total, items, test } = message;
  const head: Head = { severity, at: to, kind: test === true ? 'test' : 'alert', data: { delivery: deliveryId, severity, total: String(total), link: message.link, test: test === true ? 'true' : undefined } };
  const render = (count: number): string => {
    const leftOut = leftOutOf(items, count, message.itemsLeftOut);
    const told = items.slice(0, count).map((item) => `[${words.severity[item.severity]}] ${item.text}${words.times(item.count)}`);
    return line(source, head, [message.title, message.summary, ...told, leftOut > 0 ? words.leftOut(leftOut) : ''].filter((part) => part !== '').join(' | '));
  };
  return cut(fit(items.length, maxBytes, byteLength, render), maxBytes);
}
