import { readFile } from 'node:fs/promises';
import { describe, it, expect } from '@jest/globals';
import { parse } from 'yaml';
import { dashboardText, LANGUAGES } from '../../../config/grafana/dashboard.js';
import { ROWS } from '../../../config/grafana/panels.js';
import { metrics } from '../../../gateway/record/metrics.js';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}
interface RuleTests {
  readonly tests: readonly { readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[] }[];
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[];
  }[];
}
const written = { en: await readFile('config/grafana/weir.json', 'utf8'), zh: await readFile('config/grafana/weir.zh.json', 'utf8') };
const dashboard = JSON.parse(written.en) as Dashboard;
const rules = (parse(await readFile('config/prometheus/weir.rules.yml', 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const ruleTests = await Promise.all(['weir.rules.test.yml', 'weir.rules.days.test.yml'].map(async (file) => parse(await readFile(`config/prometheus/${file}`, 'utf8')) as RuleTests));
const operations = await readFile('docs/operations.md', 'utf8');

const registered = new Set(metrics({ version: '0', routes: () => [], detectors: () => [] }).names());
const families = await metrics({ version: '0', routes: () => [], detectors: () => [] }).json();
const recorded = new Set(rules.flatMap((rule) => (rule.record === undefined ? [] : [rule.record])));
const namesIn = (expr: string): readonly string[] => expr.match(/\b(?:weir|process|nodejs)[_:][a-z0-9_:]+\b/g) ?? [];
const isKnown = (name: string): boolean =>
  registered.has(name) || recorded.has(name) || registered.has(name.replace(/_(?:bucket|sum|count)$/, ''));
const unknownIn = (exprs: readonly string[]): readonly string[] =>
  exprs.flatMap(namesIn).filter((name) => !isKnown(name));

describe('dashboards and rules', () => {
  it.each(LANGUAGES)('the dashboard in %s is what its source makes (npm run dashboards)', (language) => {
    expect(written[language]).toBe(dashboardText(language));
  });

  it('every panel has a title and a sentence in both languages, a unit, and a query for the nodes that were chosen', () => {
    const titled = (words: readonly string[]): boolean => words.length === 2 && /[A-Za-z]/.test(words[0] ?? '') && /\p{Script=Han}/u.test(words[1] ?? '');
    for (const panel of ROWS.flatMap(({ panels }) => panels)) {
      expect({ panel: panel.title[0], titled: titled(panel.title) && titled(panel.help) }).toEqual({ panel: panel.title[0], titled: true });
      for (const { expr, legend } of panel.queries) expect({ expr, chosen: expr.includes('instance=~"$instance"') && legend !== '' }).toEqual({ expr, chosen: true });
    }
  });

  it('the rows are those that the on-call people look for', () => {
    expect(ROWS.map(({ title }) => title[0])).toEqual(['Now', 'Traffic', 'Verdicts', 'Findings and coverage', 'Review queue', 'Reliability']);
  });

  it('every alert fires in a unit test of the rules', () => {
    const fired = new Set(ruleTests.flatMap(({ tests }) => tests).flatMap(({ alert_rule_test = [] }) => alert_rule_test).filter(({ exp_alerts = [] }) => exp_alerts.length > 0).map(({ alertname }) => alertname));
    expect(rules.flatMap((rule) => rule.alert ?? []).filter((alert) => !fired.has(alert))).toEqual([]);
  });

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
        .map((name) => name.replace(/_(?:bucket|sum|count)$/, '')),
    );
    const missing = [...registered].filter((name) => name.startsWith('weir_') && !shown.has(name));
    // When the configuration in force was loaded is for queries, not for a curve.
    expect(missing).toEqual(['weir_policy_last_reload_success_timestamp_seconds']);
  });

  it('the dashboard numbers its panels once and titles them', () => {
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    expect(dashboard.panels.filter((panel) => panel.title === '')).toEqual([]);
  });

  it('docs/operations.md has a row for every metric, with its own words, and for none that does not exist', () => {
    const table = new Map([...operations.matchAll(/^\| `(weir_[a-z0-9_]+)(?:\{([a-z, ]*)\})?` \| (counter|gauge|histogram) \| (.+) \|$/gm)].map(([, name, labels, type, help]) => [name, { labels: labels ?? '', type, help }]));
    const own = families.filter(({ name }) => name.startsWith('weir_'));
    expect([...table.keys()].sort()).toEqual(own.map(({ name }) => name).sort());
    for (const { name, type, help } of own) expect({ name, type: table.get(name)?.type, help: table.get(name)?.help }).toEqual({ name, type, help });
  });

  it('docs/operations.md says what to do about every alert', () => {
    const alerts = rules.flatMap((rule) => rule.alert ?? []);
    expect(alerts.filter((alert) => !operations.includes(`\`${alert}\``))).toEqual([]);
  });
});
