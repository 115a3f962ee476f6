/** Events that differ only in time, incident and counts are one line; a group holds the worst lines and the count of all. */
import type { AlertEvent, AlertGroup, AlertLine, Severity } from '../ports.js';

/** Lines told apart; beyond them by kind and severity only, so that a flood of rules and routes stays a message. */
const LINES_MOST = 200;
const WORST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** Events that one row stands for: overflow of the buffer is written as a count. */
export const timesOf = (event: AlertEvent): number => event.counts['folded'] ?? 1;

const keyOf = ({ kind, severity, route, rule, code }: Pick<AlertLine, 'kind' | 'severity' | 'route' | 'rule' | 'code'>): string => JSON.stringify([kind, severity, route, rule, code]);

function lineOf(event: AlertEvent): AlertLine {
  const { kind, at, severity, route, incident, rule, code, counts } = event;
  return { kind, at, severity, count: timesOf(event), route, incident, rule, code, counts: Object.fromEntries(Object.entries(counts).filter(([name]) => name !== 'folded')) };
}

function sums(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const both: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) both[name] = (both[name] ?? 0) + count;
  return both;
}

function together(a: AlertLine, b: AlertLine): AlertLine {
  const latest = b.at.getTime() >= a.at.getTime() ? b : a;
  return { ...a, at: latest.at, count: a.count + b.count, counts: sums(a.counts, b.counts), incident: latest.incident ?? a.incident ?? b.incident };
}

/** Nothing is lost: the total is that of both. */
export function joinGroups(a: AlertGroup | undefined, b: AlertGroup): AlertGroup {
  const lines = new Map<string, AlertLine>();
  const add = (line: AlertLine): void => {
    const fine = keyOf(line);
    const key = lines.has(fine) || lines.size < LINES_MOST ? fine : keyOf({ kind: line.kind, severity: line.severity, route: undefined, rule: undefined, code: undefined });
    const known = lines.get(key);
    if (known !== undefined) lines.set(key, together(known, line));
    else lines.set(key, key === fine ? line : { ...line, route: undefined, rule: undefined, code: undefined });
  };
  // The worst first, so that they have lines of their own.
  const worst = [...(a?.lines ?? []), ...b.lines].sort(bySeverity);
  worst.forEach(add);
  const times = [a, b].flatMap((group) => (group === undefined ? [] : [group.from.getTime(), group.to.getTime()]));
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)), total: (a?.total ?? 0) + b.total, lines: [...lines.values()].sort(bySeverity) };
}

const bySeverity = (a: AlertLine, b: AlertLine): number => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity);

export function groupOf(events: readonly AlertEvent[]): AlertGroup {
  const times = events.map(({ at }) => at.getTime());
  const own = { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)), total: 0, lines: [] };
  return joinGroups(own, { ...own, total: events.reduce((sum, event) => sum + timesOf(event), 0), lines: events.map(lineOf) });
}

export const worstOf = (group: AlertGroup): Severity => group.lines[0]?.severity ?? 'info';

/** JSON knows no dates. */
export function groupFromJson(value: unknown): AlertGroup {
  const group = value as AlertGroup;
  return { from: new Date(group.from), to: new Date(group.to), total: group.total, lines: group.lines.map((line) => ({ ...line, at: new Date(line.at) })) };
}

/** What the version before had put together for one webhook. */
export function groupFromBatch(value: unknown): AlertGroup {
  const batch = value as { readonly from: string; readonly to: string; readonly total: number; readonly items: readonly { readonly event: AlertEvent; readonly count: number }[] };
  const lines = batch.items.map(({ event, count }): AlertLine => ({ ...lineOf({ ...event, at: new Date(event.at) }), count }));
  return { from: new Date(batch.from), to: new Date(batch.to), total: batch.total, lines };
}
