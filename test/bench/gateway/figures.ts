/** What was measured, as Markdown: a table for each row, and what was aimed at above them. */
import { median, type Sample } from './rounds.js';

export interface Entry {
  readonly title: string;
  readonly samples: readonly Sample[];
}
export interface Aim {
  readonly row: string;
  readonly what: string;
  readonly value: number;
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}
export interface RowFigures {
  readonly title: string;
  readonly entries: readonly Entry[];
  /** Their titles; entries are compared with these. */
  readonly bases: readonly string[];
  readonly aims: readonly Aim[];
}
export interface GatewayFigures {
  readonly rows: readonly RowFigures[];
  readonly missing: readonly string[];
  readonly rounds: number;
  readonly cpu: string;
  readonly driver: string;
}

/** Of a core: above it others used so much that only ratios of processor time mean something. */
const QUIET = 0.15;

/** How many requests one does for the processor time of one request of the other: median of the rounds. */
export function timesBase(samples: readonly Sample[], base: readonly Sample[]): number {
  return median(samples.flatMap(({ cpuMs }, index) => {
    const other = base[index];
    return other === undefined ? [] : [other.cpuMs / cpuMs];
  }));
}

export const isReached = ({ value, least, most }: Aim): boolean => (least === undefined || value >= least) && (most === undefined || value <= most);

const shown = (value: number): string => (Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)) : '–');
/** The first `words` columns hold words. */
const table = (head: readonly string[], lines: readonly (readonly string[])[], words: number): string =>
  [head, head.map((_, column) => (column < words ? '---' : '--:')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function rowTable({ title, entries, bases }: RowFigures): string {
  const of = (name: string): readonly Sample[] => entries.find((entry) => entry.title === name)?.samples ?? [];
  const head = ['', 'requests/s', 'of a core', 'CPU ms', ...bases.map((base) => `× ${base}`), 'p50 ms', 'p99 ms', 'MiB'];
  const lines = entries.map(({ title: name, samples }) => {
    const middle = (key: keyof Sample): number => median(samples.map((one) => one[key]));
    return [name, shown(middle('rate')), `${(middle('busy') * 100).toFixed(0)} %`, middle('cpuMs').toFixed(3), ...bases.map((base) => shown(timesBase(samples, of(base)))), middle('p50').toFixed(2), middle('p99').toFixed(2), Math.max(...samples.map(({ mib }) => mib)).toFixed(0)];
  });
  return `**${title}**\n\n${table(head, lines, 1)}`;
}

export function gatewayMarkdown({ rows, missing, rounds, cpu, driver }: GatewayFigures): string {
  const aims = rows.flatMap((row) => row.aims);
  const goals = table(
    ['row', 'what', 'measured', 'aim', ''],
    aims.map((aim) => [aim.row, aim.what, shown(aim.value), aim.least === undefined ? (aim.most === undefined ? '' : `≤ ${String(aim.most)}`) : `≥ ${String(aim.least)}`, aim.least === undefined && aim.most === undefined ? '' : isReached(aim) ? 'ok' : 'SHORT']),
    2,
  );
  const others = Math.max(0, ...rows.flatMap(({ entries }) => entries.flatMap(({ samples }) => samples.map((one) => one.others))));
  return [
    `${String(rounds)} rounds in turn on ${cpu}, Node ${process.versions.node}; ${driver}. What is measured has one core, load and sink the other.`,
    ...(missing.length === 0 ? [] : [`Not installed here, so not measured: ${missing.join(', ')}.`]),
    ...(others > QUIET ? [`Others used up to ${others.toFixed(2)} of a core meanwhile: requests a second and waiting times say nothing, ratios of processor time little.`] : []),
    ...(aims.length === 0 ? [] : [goals]),
    ...rows.map(rowTable),
    '`×` columns: requests for the same processor time, each round compared with the same round, median. `of a core`: below 100 % the load was what ended first, and requests a second say nothing. p50 and p99: what a client waits; MiB: resident, without PostgreSQL, the most of any moment.',
  ].join('\n\n');
}
