/** Makes metrics on one registry: every one says how the processes of a node are added up, and some carry the exchange that was counted last. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics, type Aggregator, type Metric, type OpenMetricsContentType } from 'prom-client';
import type { MetricFamily } from './exposition.js';
import { counts, levels, spreads, type CountCell, type SpreadCell, type Tally } from './tallies.js';

export interface Instruments {
  readonly counter: <L extends string = never>(name: string, help: string, labels?: readonly L[]) => Counter<L>;
  /** Of what every exchange counts; what is counted may carry the exchange. */
  readonly tally: (name: string, help: string, labels?: readonly string[]) => Tally<CountCell>;
  /** The same for what goes up and down. */
  readonly level: (name: string, help: string, labels?: readonly string[]) => Tally<CountCell>;
  readonly spread: (name: string, help: string, buckets: readonly number[], labels?: readonly string[]) => Tally<SpreadCell>;
  readonly gauge: <L extends string = never>(name: string, help: string, across: Aggregator, labels?: readonly L[]) => Gauge<L>;
  readonly histogram: <L extends string = never>(name: string, help: string, buckets: readonly number[], labels?: readonly L[]) => Histogram<L>;
  families(): Promise<readonly MetricFamily[]>;
  names(): readonly string[];
}

/** prom-client's defaults that end in `_total` but are gauges: promtool refuses them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
/** The library's defaults average delays over processes; the slowest is what somebody waits for. */
const ACROSS: Readonly<Record<string, Aggregator>> = {
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
  process_start_time_seconds: 'min',
};

export function instruments(): Instruments {
  // Exemplars exist on such a registry only; exposition.ts writes both forms from what it collects.
  const registry = new Registry() as unknown as Registry<OpenMetricsContentType>;
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  collectDefaultMetrics({ register: registry as unknown as Registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const registered = <C>(tally: Tally<C>): Tally<C> => {
    // The registry asks it for its name and its values, and nothing else.
    registry.registerMetric(tally.metric as unknown as Metric);
    return tally;
  };
  return {
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers }),
    gauge: (name, help, aggregator, labels = []) => new Gauge({ name, help, labelNames: [...labels], registers, aggregator }),
    histogram: (name, help, buckets, labels = []) => new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
    tally: (name, help, labels = []) => registered(counts({ name, help, labels })),
    level: (name, help, labels = []) => registered(levels({ name, help, labels })),
    spread: (name, help, buckets, labels = []) => registered(spreads({ name, help, labels }, buckets)),
    async families() {
      // The library's types leave out what its histograms add: names with a suffix and exemplars.
      const collected = (await registry.getMetricsAsJSON()) as unknown as readonly MetricFamily[];
      return collected.map(({ name, help, type, aggregator, values }) => ({
        name, help, type,
        aggregator: ACROSS[name] ?? aggregator,
        values: values.map(({ value, labels, metricName, exemplar }) => ({ value, labels, metricName, exemplar: exemplar === null || exemplar === undefined ? undefined : { ...exemplar } })),
      }));
    },
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
  };
}
