import { describe, expect, it } from '@jest/globals';
import { checkContent, type LoadResult } from '../../config/load.js';
import { configReloader, planReload, type LiveSettings } from '../../config/reload.js';
import { httpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import { compilePolicies } from '../../gateway/policy/compile.js';
import { policySource } from '../../gateway/policy/source.js';
import { facts, nothing, sniffed } from '../gateway/policy/kit.js';

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
    expect(httpRoutes(settings).map(({ id, policy, monitor, syncClient }) => [id, policy, monitor, syncClient])).toEqual([['a', 'p', false, false], ['b', 'q', true, true]]);
  });

  it('takes up whose domains are whose, and a mail route\'s policy, while its hops and listener wait for a restart', () => {
    const mail = `version: 1
listen: { smtp: [{ id: mail }] }
domains: { own: [corp.example] }
routes: [{ id: m, channel: smtp, upstream: { hops: [{ hosts: ["mx1.corp.example:25"] }] }, policy: p }]
policies: { p: { rules: [{ id: own, when: { facts: { recipientIs: inside } }, action: pass }, { id: rest, action: hold }] }, q: { rules: [] } }
`;
    const after = config(mail.replace('[corp.example]', '[new.example]').replace('mx1', 'mx2').replace('{ id: mail }', '{ id: mail, port: 2526 }'));
    const { settings, restart } = planReload(config(mail), after);
    expect(restart).toEqual(['listen.smtp', 'route m: upstream.hops']);
    expect(settings.domains.own).toEqual(['new.example']);
    const to = (recipient: string): string => policySource(compilePolicies(settings, 'two')).forRoute('m').plan(facts({ recipients: [recipient] }), sniffed(), nothing).decide(nothing).action;
    expect([to('a@new.example'), to('a@corp.example')]).toEqual(['pass', 'hold']);
    expect(planReload(config(mail), config(mail.replace('policy: p', 'policy: q'))).settings.routes.map(({ policy }) => policy)).toEqual(['q']);
  });

  it('names what needs a restart, and keeps the running value of it', () => {
    const after = `${before.replace('https://a.example', 'https://new.example').replace(/.*id: b.*\n/, '  - { id: c, match: { path: /c }, upstream: { url: "https://c.example" }, policy: q }\n')}listen: { data: { port: 9999 } }\n`;
    const { settings, restart } = planReload(config(before), config(after));
    expect(restart).toEqual(['listen.data.port', 'route a: upstream.url', 'route b: removed', 'route c: added']);
    expect(httpRoutes(settings).map(({ id, upstream }) => [id, upstream !== 'demo' && upstream.url])).toEqual([['a', 'https://a.example']]);
  });

  it('of a bad file leaves the old policies running and says what is wrong', async () => {
    const source = policySource(compilePolicies(config(before), 'one'));
    let text = before;
    const apply = (settings: LiveSettings, revision: string): Promise<void> => {
      source.replace(compilePolicies(settings, revision));
      return Promise.resolve();
    };
    const { reload } = configReloader(config(before), () => load(text), apply);
    text = before.replace('policy: p', 'policy: nope');
    expect(await reload()).toMatchObject({ kind: 'refused', problems: [{ path: 'routes[0].policy', line: 4 }] });
    expect(source.forRoute('a').revision).toBe('p@one');
    text = before.replace('policy: p', 'policy: q');
    const outcome = await reload();
    expect(outcome.kind).toBe('applied');
    expect(source.forRoute('a').revision).toMatch(/^q@[0-9a-f]{12}$/);
    expect(source.forRoute('b').revision).toBe(source.forRoute('a').revision.replace('q', 'p'));
  });
});
