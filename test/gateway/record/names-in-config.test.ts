import { readFile } from 'node:fs/promises';
import { describe, it, expect } from '@jest/globals';
import { parse } from 'yaml';
import { metrics } from '../../../gateway/record/metrics.js';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[];
  }[];
}
const dashboard = JSON.parse(await readFile('config/grafana/weir.json', 'utf8')) as Dashboard;
const rules = (parse(await readFile('config/prometheus/weir.rules.yml', 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const operations = await readFile('docs/operations.md', 'utf8');

const registered = new Set(metrics({ version: '0', routes: () => [], detectors: () => [] }).names());
const recorded = new Set(rules.flatMap((rule) => (rule.record === undefined ? [] : [rule.record])));
const namesIn = (expr: string): readonly string[] => expr.match(/\b(?:weir|process|nodejs)[_:][a-z0-9_:]+\b/g) ?? [];
const isKnown = (name: string): boolean =>
  registered.has(name) || recorded.has(name) || registered.has(name.replace(/_(?:bucket|sum|count)$/, ''));
const unknownIn = (exprs: readonly string[]): readonly string[] =>
  exprs.flatMap(namesIn).filter((name) => !isKnown(name));

describe('dashboards and rules', () => {
  it('the dashboard names only metrics that exist', () => {
    const exprs = [
      ...dashboard.panels.flatMap((panel) => (panel.targets ?? []).map((target) => target.expr)),
      ...dashboard.templating.list.flatMap((variable) => variable.definition ?? []),
    ];
    expect(exprs.flatMap(namesIn).length).toBeGreaterThan(20);
    expect(unknownIn(exprs)).toEqual([]);
  });

  it('the rules name only metrics and records that exist', () => {
    expect(unknownIn(rules.map((rule) => rule.expr))).toEqual([]);
  });

  it('every metric of our own is on the dashboard', () => {
    const shown = new Set(
      dashboard.panels
        .flatMap((panel) => (panel.targets ?? []).flatMap((target) => namesIn(target.expr)))
        .map((name) => name.replace(/_bucket$/, '')),
    );
    const missing = [...registered].filter((name) => name.startsWith('weir_') && !shown.has(name));
    // When the configuration in force was loaded is for queries, not for a curve.
    expect(missing).toEqual(['weir_policy_last_reload_success_timestamp_seconds']);
  });

  it('the dashboard numbers its panels once and titles them', () => {
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    expect(dashboard.panels.filter((panel) => panel.title === '')).toEqual([]);
  });

  it('docs/operations.md says what to do about every alert', () => {
    const alerts = rules.flatMap((rule) => rule.alert ?? []);
    expect(alerts.filter((alert) => !operations.includes(`\`${alert}\``))).toEqual([]);
  });
});
