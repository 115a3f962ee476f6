import { describe, expect, it } from '@jest/globals';
import { checkContent, type LoadResult } from '../../config/load.js';
import { configReloader, planReload, type LiveSettings } from '../../config/reload.js';
import type { Config } from '../../config/schema.js';
import { compilePolicies } from '../../gateway/policy/compile.js';
import { policySource } from '../../gateway/policy/source.js';

const load = (text: string): LoadResult => checkContent('/c.yaml', new TextEncoder().encode(text), {});
const config = (text: string): Config => {
  const result = load(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
};
const before = `
version: 1
routes:
  - { id: a, match: { path: /a }, upstream: { url: "https://a.example" }, policy: p }
  - { id: b, match: { path: /b }, upstream: { url: "https://b.example" }, policy: p }
policies: { p: { rules: [] }, q: { rules: [] } }
`;

describe('a reload', () => {
  it('takes up policies, grades, monitor and a route\'s policy, and names nothing for a restart', () => {
    const after = before.replace('/b }, upstream: { url: "https://b.example" }, policy: p', '/b }, upstream: { url: "https://b.example" }, policy: q, monitor: true, syncClient: true') + 'monitor: true\ngrades: { C3: [bank-card] }\n';
    const { settings, restart } = planReload(config(before), config(after));
    expect(restart).toEqual([]);
    expect(settings).toMatchObject({ monitor: true, grades: { C3: ['bank-card'] } });
    expect(settings.routes.map(({ id, policy, monitor, syncClient }) => [id, policy, monitor, syncClient])).toEqual([['a', 'p', false, false], ['b', 'q', true, true]]);
  });

  it('names what needs a restart, and keeps the running value of it', () => {
    const after = `${before.replace('https://a.example', 'https://new.example').replace(/.*id: b.*\n/, '  - { id: c, match: { path: /c }, upstream: { url: "https://c.example" }, policy: q }\n')}listen: { data: { port: 9999 } }\n`;
    const { settings, restart } = planReload(config(before), config(after));
    expect(restart).toEqual(['listen.data.port', 'route a: upstream.url', 'route b: removed', 'route c: added']);
    expect(settings.routes.map(({ id, upstream }) => [id, upstream !== 'demo' && upstream.url])).toEqual([['a', 'https://a.example']]);
  });

  it('of a bad file leaves the old policies running and says what is wrong', () => {
    const source = policySource(compilePolicies(config(before), 'one'));
    let text = before;
    const apply = (settings: LiveSettings, revision: string): void => source.replace(compilePolicies(settings, revision));
    const { reload } = configReloader(config(before), () => load(text), apply);
    text = before.replace('policy: p', 'policy: nope');
    expect(reload()).toMatchObject({ kind: 'refused', problems: [{ path: 'routes[0].policy', line: 4 }] });
    expect(source.forRoute('a').revision).toBe('p@one');
    text = before.replace('policy: p', 'policy: q');
    const outcome = reload();
    expect(outcome.kind).toBe('applied');
    expect(source.forRoute('a').revision).toMatch(/^q@[0-9a-f]{12}$/);
    expect(source.forRoute('b').revision).toBe(source.forRoute('a').revision.replace('q', 'p'));
  });
});
