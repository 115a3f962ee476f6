import { describe, it, expect } from '@jest/globals';
import { OPENMETRICS_TYPE, PROMETHEUS_TYPE, exposed, mergedFamilies, wantsOpenMetrics, type MetricFamily } from '../../../gateway/record/exposition.js';

const family = (changes: Partial<MetricFamily>): MetricFamily => ({ name: 'weir_x', help: 'Help.', type: 'gauge', aggregator: 'sum', values: [{ value: 1, labels: {} }], ...changes });

describe('what a scrape is answered with', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['text/plain', false],
    ['application/openmetrics-text', true],
    ['application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', true],
    ['application/openmetrics-text;version=1.0.0;q=0.1, text/plain;version=0.0.4;q=0.9', false],
    ['application/openmetrics-text;version=9.0.0', false],
    ['application/openmetrics-text;q=0', false],
    ['application/openmetrics-text;q=nonsense', false],
  ])('Accept: %s asks for OpenMetrics: %s', (accept, open) => {
    expect(wantsOpenMetrics(accept)).toBe(open);
  });

  it('names the counter family without its suffix and ends the text in OpenMetrics alone', () => {
    const counter = [family({ name: 'weir_x_total', type: 'counter', values: [{ value: 2, labels: { route: 'a"b\\c\nd' } }] })];
    expect(exposed(counter, undefined)).toEqual({ type: PROMETHEUS_TYPE, text: '# HELP weir_x_total Help.\n# TYPE weir_x_total counter\nweir_x_total{route="a\\"b\\\\c\\nd"} 2\n' });
    expect(exposed(counter, 'application/openmetrics-text')).toEqual({ type: OPENMETRICS_TYPE, text: '# HELP weir_x Help.\n# TYPE weir_x counter\nweir_x_total{route="a\\"b\\\\c\\nd"} 2\n# EOF\n' });
  });

  it('shows exemplars to OpenMetrics readers only, and only where the format has a place for them', () => {
    const exemplar = { labelSet: { exchange: 'w1' }, value: 0.5, timestamp: 12.25 };
    const families = [
      family({ name: 'weir_d', type: 'histogram', values: [{ metricName: 'weir_d_bucket', value: 1, labels: { le: '+Inf' }, exemplar }, { metricName: 'weir_d_count', value: 1, labels: {}, exemplar }] }),
      family({ values: [{ value: 1, labels: {}, exemplar }] }),
    ];
    expect(exposed(families, 'application/openmetrics-text').text.split('\n').filter((line) => line.includes(' # '))).toEqual(['weir_d_bucket{le="+Inf"} 1 # {exchange="w1"} 0.5 12.25']);
    expect(exposed(families, undefined).text).not.toContain(' # {');
  });

  it('adds up the processes of a node as each family says, and keeps the newest exemplar', () => {
    const marked = (value: number, exchange: string, timestamp: number) => ({ value, labels: { route: 'a' }, exemplar: { labelSet: { exchange }, value: 1, timestamp } });
    const merged = mergedFamilies([
      [family({ name: 'sum', values: [marked(1, 'w1', 5)] }), family({ name: 'max', aggregator: 'max' }), family({ name: 'min', aggregator: 'min' }), family({ name: 'gone', aggregator: 'omit' })],
      [family({ name: 'sum', values: [marked(2, 'w2', 9), { value: 4, labels: { route: 'b' } }] }), family({ name: 'max', aggregator: 'max', values: [{ value: 7, labels: {} }] }), family({ name: 'min', aggregator: 'min', values: [{ value: 0, labels: {} }] })],
    ]);
    expect(Object.fromEntries(merged.map(({ name, values }) => [name, values.map(({ value }) => value)]))).toEqual({ sum: [3, 4], max: [7], min: [0] });
    expect(merged[0]?.values[0]?.exemplar?.labelSet).toEqual({ exchange: 'w2' });
  });

  it('survives the way from one process to another as JSON', () => {
    const families = [family({ name: 'weir_x_total', type: 'counter', values: [{ value: 2, labels: { a: 'b' }, exemplar: { labelSet: { exchange: 'w' }, value: 1, timestamp: 2 } }] })];
    const carried = JSON.parse(JSON.stringify(families)) as MetricFamily[];
    expect(exposed(mergedFamilies([carried]), 'application/openmetrics-text')).toEqual(exposed(families, 'application/openmetrics-text'));
  });
});
