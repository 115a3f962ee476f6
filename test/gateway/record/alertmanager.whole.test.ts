import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it, expect } from '@jest/globals';
import { parse } from 'yaml';

const FILE = 'config/alertmanager/alertmanager.yml';
/** Debian's `amtool` (package prometheus-alertmanager). */
const amtool = (...args: readonly string[]): string => execFileSync('amtool', [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string; readonly labels?: { readonly severity: string } }[] }[];
}
interface Settings {
  readonly inhibit_rules: readonly { readonly source_matchers: readonly string[]; readonly target_matchers: readonly string[] }[];
}
const alerts = (parse(readFileSync('config/prometheus/weir.rules.yml', 'utf8')) as Rules).groups
  .flatMap(({ rules }) => rules)
  .flatMap(({ alert, labels }) => (alert === undefined ? [] : [{ alert, severity: labels?.severity ?? '' }]));
const settings = parse(readFileSync(FILE, 'utf8')) as Settings;

/** What is not said here follows from the severity. */
const FOR_REVIEWERS = ['WeirHeldTooLong', 'WeirReleaseNeedsAPerson'];
const BY_SEVERITY: Readonly<Record<string, string>> = { critical: 'on-call', warning: 'team', info: 'digest' };

describe('the Alertmanager example', () => {
  it('is accepted by amtool', () => {
    expect(amtool('check-config', FILE)).toContain('SUCCESS');
  });

  it('takes every alert to the people who can do something about it', () => {
    const taken = alerts.map(({ alert, severity }) => [alert, amtool('config', 'routes', 'test', `--config.file=${FILE}`, `alertname=${alert}`, `severity=${severity}`).trim()]);
    expect(taken).toEqual(alerts.map(({ alert, severity }) => [alert, FOR_REVIEWERS.includes(alert) ? 'reviewers' : BY_SEVERITY[severity]]));
    expect(alerts.length).toBeGreaterThan(30);
  });

  it('silences an alert only by one that exists', () => {
    const names = settings.inhibit_rules.flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers]).flatMap((matcher) => matcher.match(/Weir[A-Z]\w+/g) ?? []);
    expect(names.filter((name) => !alerts.some(({ alert }) => alert === name))).toEqual([]);
    expect(names.length).toBeGreaterThan(10);
  });
});
