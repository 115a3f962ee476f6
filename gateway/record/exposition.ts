/** What a scrape is answered with: families of samples as Prometheus text or OpenMetrics, and the sum of several processes. */

interface Exemplar {
  readonly labelSet: Readonly<Record<string, string | number>>;
  readonly value: number | null;
  readonly timestamp?: number | undefined;
}
interface MetricSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** With a suffix (`_bucket`, `_sum`, `_count`); otherwise the family's. */
  readonly metricName?: string | undefined;
  readonly exemplar?: Exemplar | null | undefined;
}
/** Plain data: it goes from child to parent process as it is. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How processes of one node become one value. */
  readonly aggregator: string;
  readonly values: readonly MetricSample[];
}
export interface Exposition {
  readonly type: string;
  readonly text: string;
}

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
export const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** True when the reader names OpenMetrics and does not like plain text better. */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  const liking = (type: string): number =>
    Math.max(
      0,
      ...(accept ?? '')
        .split(',')
        .map((one) => one.split(';').map((piece) => piece.trim().toLowerCase()))
        .filter(([name, ...more]) => name === type && !more.some((piece) => /^version=(?!(?:1\.0\.0|0\.0\.1|0\.0\.4)$)/.test(piece)))
        .map((pieces) => Number(pieces.find((piece) => piece.startsWith('q='))?.slice(2) ?? 1) || 0),
    );
  const open = liking('application/openmetrics-text');
  return open > 0 && open >= liking('text/plain');
}

/** In the form that the reader's Accept asks for; Prometheus text when it says nothing. */
export function exposed(families: readonly MetricFamily[], accept: string | undefined): Exposition {
  if (!wantsOpenMetrics(accept)) return { type: PROMETHEUS_TYPE, text: families.map((one) => lines(one, false)).join('\n') };
  return { type: OPENMETRICS_TYPE, text: `${families.map((one) => lines(one, true)).join('')}# EOF\n` };
}

function lines(family: MetricFamily, open: boolean): string {
  // OpenMetrics names a counter's family without the suffix that its samples have.
  const name = open && family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
  let text = `# HELP ${name} ${escaped(family.help, open)}\n# TYPE ${name} ${family.type}\n`;
  for (const sample of family.values) {
    const sampled = sample.metricName ?? (open && family.type === 'counter' ? `${name}_total` : name);
    text += `${sampled}${labelled(sample.labels)} ${written(sample.value)}`;
    if (open && sample.exemplar && sample.exemplar.value !== null && isExemplarPlace(family, sampled)) {
      const { labelSet, value, timestamp } = sample.exemplar;
      text += ` # {${pairs(labelSet)}} ${written(value)}${timestamp === undefined ? '' : ` ${timestamp}`}`;
    }
    text += '\n';
  }
  return text;
}

/** The format allows exemplars on counters and on buckets. */
const isExemplarPlace = ({ type }: MetricFamily, sampled: string): boolean => type === 'counter' || sampled.endsWith('_bucket');
const escaped = (text: string, quotes: boolean): string => {
  const plain = text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return quotes ? plain.replace(/"/g, '\\"') : plain;
};
const pairs = (labels: MetricSample['labels']): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(String(value), true)}"`)
    .join(',');
const labelled = (labels: MetricSample['labels']): string => {
  const inside = pairs(labels);
  return inside === '' ? '' : `{${inside}}`;
};
function written(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

const AGGREGATORS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  first: (values) => values[0] ?? 0,
};

/** Several processes of one node as one: each family by its own aggregator, exemplars the newest. `omit` leaves a family out. */
export function mergedFamilies(processes: readonly (readonly MetricFamily[])[]): readonly MetricFamily[] {
  const byName = new Map<string, MetricFamily[]>();
  for (const family of processes.flat()) byName.set(family.name, [...(byName.get(family.name) ?? []), family]);
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    const aggregate = first === undefined ? undefined : AGGREGATORS[first.aggregator];
    return first === undefined || aggregate === undefined ? [] : [{ ...first, values: mergedSamples(same.flatMap(({ values }) => values), aggregate) }];
  });
}

function mergedSamples(samples: readonly MetricSample[], aggregate: (values: readonly number[]) => number): readonly MetricSample[] {
  const byLabels = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.metricName, Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const same = byLabels.get(key);
    if (same === undefined) byLabels.set(key, [sample]);
    else same.push(sample);
  }
  return [...byLabels.values()].map((same) => ({ ...same[0], value: aggregate(same.map(({ value }) => value)), labels: same[0]?.labels ?? {}, exemplar: newest(same) }));
}

function newest(samples: readonly MetricSample[]): Exemplar | undefined {
  let found: Exemplar | undefined;
  for (const { exemplar } of samples) if (exemplar && (exemplar.timestamp ?? 0) >= (found?.timestamp ?? 0)) found = exemplar;
  return found;
}
