/** Counts that a gateway adds to at every exchange: plain numbers in cells that are found once, read by the registry when it is scraped. */
import type { MetricFamily } from './exposition.js';

/** One combination of label values of a counter. */
export interface CountCell {
  /** `exchange` names the one that was counted last. */
  add(value: number, exchange?: string): void;
}
export interface SpreadCell {
  observe(value: number, exchange?: string): void;
}
/** Cells of one metric by its label values, in the order of its labels: three at most. */
export interface Tally<C> {
  cell(first?: string, second?: string, third?: string): C;
  /** As prom-client's registry asks its own. */
  readonly metric: RegisteredMetric;
}
export interface RegisteredMetric {
  readonly name: string;
  get(): Promise<MetricFamily>;
}
export interface TallyOptions {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

type Sample = MetricFamily['values'][number];
type Exemplar = NonNullable<Sample['exemplar']>;

/** No label value holds one: they come from closed lists and ids. */
const BETWEEN = '\0';

abstract class Cells<C> implements Tally<C> {
  readonly metric: RegisteredMetric;
  #first = '';
  #second = '';
  #third = '';
  #last: C | undefined;
  readonly #cells = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly cell: C }>();

  constructor(
    protected readonly options: TallyOptions,
    type: 'counter' | 'gauge' | 'histogram',
  ) {
    const { name, help } = options;
    this.metric = { name, get: () => Promise.resolve({ name, help, type, aggregator: 'sum', values: this.#samples() }) };
  }

  protected abstract made(): C;
  protected abstract samples(labels: Readonly<Record<string, string>>, cell: C): readonly Sample[];

  cell(first = '', second = '', third = ''): C {
    // Most exchanges are like the one before.
    if (this.#last !== undefined && first === this.#first && second === this.#second && third === this.#third) return this.#last;
    const key = first + BETWEEN + second + BETWEEN + third;
    const values = [first, second, third];
    let known = this.#cells.get(key);
    if (known === undefined) {
      known = { labels: Object.fromEntries(this.options.labels.map((label, at) => [label, values[at] ?? ''])), cell: this.made() };
      this.#cells.set(key, known);
    }
    [this.#first, this.#second, this.#third] = [first, second, third];
    this.#last = known.cell;
    return known.cell;
  }

  #samples(): readonly Sample[] {
    return [...this.#cells.values()].flatMap(({ labels, cell }) => this.samples(labels, cell));
  }
}

class Count implements CountCell {
  value = 0;
  #exchange: string | undefined;
  #last = 0;
  #at = 0;

  add(value: number, exchange?: string): void {
    this.value += value;
    if (exchange === undefined) return;
    this.#exchange = exchange;
    this.#last = value;
    this.#at = Date.now();
  }

  get exemplar(): Exemplar | undefined {
    return this.#exchange === undefined ? undefined : { labelSet: { exchange: this.#exchange }, value: this.#last, timestamp: this.#at / 1_000 };
  }
}

class Counts extends Cells<Count> {
  protected made(): Count {
    return new Count();
  }

  protected samples(labels: Readonly<Record<string, string>>, { value, exemplar }: Count): readonly Sample[] {
    return [{ value, labels, exemplar }];
  }
}

/** The last place stands for everything above the bounds. */
class Spread implements SpreadCell {
  readonly counts: Float64Array;
  sum = 0;
  readonly #exchanges: (string | undefined)[];
  readonly #values: Float64Array;
  readonly #at: Float64Array;

  constructor(private readonly bounds: readonly number[]) {
    const places = bounds.length + 1;
    this.counts = new Float64Array(places);
    this.#exchanges = Array.from({ length: places }, () => undefined);
    this.#values = new Float64Array(places);
    this.#at = new Float64Array(places);
  }

  observe(value: number, exchange?: string): void {
    // One bad value would make every sum after it worthless.
    if (!Number.isFinite(value)) return;
    const { bounds } = this;
    let place = 0;
    while (place < bounds.length && value > (bounds[place] ?? Infinity)) place++;
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.sum += value;
    if (exchange === undefined) return;
    this.#exchanges[place] = exchange;
    this.#values[place] = value;
    this.#at[place] = Date.now();
  }

  exemplar(place: number): Exemplar | undefined {
    const exchange = this.#exchanges[place];
    return exchange === undefined ? undefined : { labelSet: { exchange }, value: this.#values[place] ?? 0, timestamp: (this.#at[place] ?? 0) / 1_000 };
  }
}

class Spreads extends Cells<Spread> {
  constructor(
    options: TallyOptions,
    private readonly bounds: readonly number[],
  ) {
    super(options, 'histogram');
  }

  protected made(): Spread {
    return new Spread(this.bounds);
  }

  protected samples(labels: Readonly<Record<string, string>>, cell: Spread): readonly Sample[] {
    const { name } = this.options;
    let count = 0;
    const buckets = Array.from(cell.counts, (here, place): Sample => {
      count += here;
      return { value: count, labels: { le: this.bounds[place] ?? '+Inf', ...labels }, metricName: `${name}_bucket`, exemplar: cell.exemplar(place) };
    });
    return [...buckets, { value: cell.sum, labels, metricName: `${name}_sum` }, { value: count, labels, metricName: `${name}_count` }];
  }
}

/** Without labels there is one cell, and it is seen from the start. */
function begun<C>(tally: Tally<C>, { labels }: TallyOptions): Tally<C> {
  if (labels.length === 0) tally.cell();
  return tally;
}

export const counts = (options: TallyOptions): Tally<CountCell> => begun(new Counts(options, 'counter'), options);
/** What goes up and down; over processes it is their sum. */
export const levels = (options: TallyOptions): Tally<CountCell> => begun(new Counts(options, 'gauge'), options);
export const spreads = (options: TallyOptions, bounds: readonly number[]): Tally<SpreadCell> => begun(new Spreads(options, bounds), options);
