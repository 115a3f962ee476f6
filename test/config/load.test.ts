/** Loading a configuration: whole and checked, or refused with every problem named at once. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkContent, loadConfig, reportLines, revisionOf, type DetectorChecks, type LoadResult } from '../../config/load.js';
import { tempFolder } from '../kit/temp.js';

const checks: DetectorChecks = {
  detectors: ['cn.resident-id', 'bank-card', 'cn.phone'],
  optional: ['bank-card.unchecked'],
  checkPattern: ({ pattern }) => (pattern.includes('+') ? 'this pattern is refused by the test' : undefined),
};
const env = { MAIL_API_TOKEN: 't', WEIR_WEBHOOK_SECRET: 's', WEIR_RELAY_PASSWORD: 'r' };
const check = (text: string): LoadResult => checkContent('/etc/weir/config.yaml', new TextEncoder().encode(text), env, checks);
const warnings = (text: string): string[] => {
  const result = check(text);
  if (!result.ok) throw new Error(reportLines(result).join('\n'));
  return result.warnings.map(({ path, problem }) => `${path}: ${problem}`);
};
const PLAIN = 'version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p }]\n';

describe('the invalid file', () => {
  const folder = join(import.meta.dirname, 'invalid');
  it.each(readdirSync(folder))('%s is refused with every problem it has, and no other', (name) => {
    const expected = [...readFileSync(join(folder, name), 'utf8').matchAll(/^# expect: (.*)$/gm)].map((match) => match[1] ?? '').sort();
    const result = loadConfig(join(folder, name), env, checks);
    if (result.ok) throw new Error('it was accepted');
    const told = result.problems.map(({ path, problem }) => `${path}: ${problem}`).sort();
    expect(told).toEqual(expected.map((start) => told.find((one) => one.startsWith(start)) ?? start));
    for (const { line, column, example } of result.problems) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(example).not.toBe('');
    }
  });
});

describe('a problem', () => {
  it('says the line and column of the value, or of the key when the key is wrong', () => {
    const result = check(`${PLAIN}policies:\n  p:\n    rules:\n      - id: r\n        action: blok\n        sevrity: high\n`);
    expect(result.ok ? [] : result.problems.map(({ path, line, column, example }) => [path, line, column, example])).toEqual([
      ['policies.p.rules[0].action', 7, 17, 'action: hold'],
      ['policies.p.rules[0].sevrity', 8, 9, 'severity: high'],
    ]);
  });

  it('shows the way out of it, not the mistake: a key of another channel, the password of a next hop', () => {
    const hops = '{ hops: [{ hosts: ["a.example:25"], tls: verified, auth: { user: weir, secret: right } }] }';
    const lines = reportLines(check(`version: 1\nlisten: { smtp: [{ id: mail }] }\nroutes: [{ id: m, channel: smtp, onHold: refuse, upstream: ${hops}, policy: p }]\npolicies: { p: { rules: [] } }\n`));
    const after = (what: string): string | undefined => lines[lines.findIndex((line) => line.includes(what)) + 1]?.trim();
    expect(after('routes[0].onHold')).toBe('for example: # without "onHold"');
    expect(after('auth.secret')).toBe('for example: secret: { env: WEIR_RELAY_PASSWORD }');
  });

  it('is found through an alias', () => {
    const result = check(`${PLAIN}policies: { p: { rules: [&r { id: r, action: block }] }, q: { rules: [*r, { id: s, action: blok }] } }\n`);
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual(['policies.q.rules[1].action']);
  });

  it('never repeats a secret that was put into the file', () => {
    const result = check(`${PLAIN}policies: { p: { rules: [] } }\nalerts: { webhooks: [{ id: a, url: "https://a.example", secret: hunter2 }] }\n`);
    expect(result.ok).toBe(false);
    expect(reportLines(result).join('\n')).not.toContain('hunter2');
  });

  it('is told for files that are missing, too large, not text or nested without end', () => {
    const folder = tempFolder('config');
    const told = (name: string, content: string | Uint8Array): string => {
      writeFileSync(join(folder, name), content);
      const result = loadConfig(join(folder, name), env);
      return result.ok ? 'accepted' : (result.problems[0]?.problem ?? '');
    };
    const missing = loadConfig(join(folder, 'absent.yaml'), env);
    expect(missing.ok ? '' : missing.problems[0]?.problem).toBe('this file does not exist');
    expect(told('large.yaml', '#'.repeat(1024 * 1024 + 1))).toBe('the file is larger than 1 MiB');
    expect(told('gbk.yaml', Uint8Array.of(0x23, 0xd6, 0xd0))).toBe('the file is not UTF-8 text');
    expect(told('deep.yaml', '['.repeat(100_000))).toContain('nested too deeply');
    expect(told('list.yaml', '- a')).toContain('must be a group of keys');
  });
});

describe('a usable file', () => {
  it('has the first 12 hex digits of its SHA-256 as revision', () => {
    const text = `${PLAIN}policies: { p: { rules: [] } }\n`;
    const result = check(text);
    expect(result.ok && result.revision).toBe(revisionOf(new TextEncoder().encode(text)));
    expect(revisionOf(new Uint8Array())).toBe('e3b0c44298fc');
  });

  it('may name its files relative to its own folder', () => {
    const folder = tempFolder('config');
    writeFileSync(join(folder, 'ca.crt'), 'x');
    writeFileSync(join(folder, 'c.yaml'), 'version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example", tls: { ca: ca.crt } }, policy: p }]\npolicies: { p: { rules: [] } }\n');
    const result = loadConfig(join(folder, 'c.yaml'), env);
    expect(result).toMatchObject({ ok: true, config: { routes: [{ upstream: { tls: { ca: join(folder, 'ca.crt') } } }] } });
  });

  it.each(['default.yaml', 'examples/webmail-api.yaml', 'examples/upload-service.yaml', 'examples/file-share.yaml', 'examples/mail-gateway.yaml'])('is config/%s', (name) => {
    const result = loadConfig(join(import.meta.dirname, '../../config', name), env, { detectors: checks.detectors, optional: checks.optional ?? [] });
    expect(result.ok ? [] : result.problems).toEqual([]);
    expect(result.warnings.filter(({ problem }) => problem !== 'nothing on this route is scanned')).toEqual([]);
  });

  it('prints as one line that can be clicked, with its counts', () => {
    expect(reportLines(check(`${PLAIN}policies: { p: { rules: [] } }\n`)).at(-1)).toMatch(/^\/etc\/weir\/config\.yaml: revision [0-9a-f]{12}, 1 route, 1 policy, 0 warnings: usable$/);
    expect(reportLines(check('version: 1\nrouts: []\n'))[0]).toMatch(/^\/etc\/weir\/config\.yaml:\d+:\d+: error: /);
  });
});

describe('a warning', () => {
  it('names the rules that block instead of masking for clients that synchronise', () => {
    const text = 'version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p, syncClient: true, onHold: refuse }]\npolicies: { p: { rules: [{ id: m, when: { found: {} }, action: mask }] } }\n';
    expect(warnings(text)).toEqual(['routes[0].syncClient: on this route these rules block instead of masking, since the client would download the mask over the original: m']);
  });

  it('names rules that never decide anything', () => {
    const rules = '[{ id: a, when: { found: { of: [bank-card, cn.phone] } }, action: mask }, { id: b, when: { found: { of: [cn.phone], distinct: 50 } }, action: hold }, { id: c, action: pass }, { id: d, when: { facts: { user: x } }, action: block }]';
    expect(warnings(`${PLAIN}policies: { p: { rules: ${rules} } }\n`)).toEqual([
      expect.stringMatching(/^policies\.p\.rules\[1\]\.id: never decides anything: rule "a"/),
      expect.stringMatching(/^policies\.p\.rules\[3\]\.id: never decides anything: rule "c"/),
    ]);
  });

  it('names a rule whose detector is off, and is silent once it is on', () => {
    const rules = '[{ id: r, when: { found: { of: [bank-card.unchecked], confidence: 0.5 } }, action: block }]';
    expect(warnings(`${PLAIN}policies: { p: { rules: ${rules} } }\n`)).toEqual(['policies.p.rules[0].when.found.of[0]: the detector "bank-card.unchecked" is off, so it never finds anything']);
    expect(warnings(`${PLAIN}detectors: { enable: [bank-card.unchecked] }\npolicies: { p: { rules: ${rules} } }\n`)).toEqual([]);
  });

  it('is silent about a narrower rule above a wider one', () => {
    const rules = '[{ id: a, when: { found: { of: [cn.phone], distinct: 50 } }, action: hold }, { id: b, when: { found: { of: [cn.phone] } }, action: mask }, { id: c, when: { found: { confidence: 0.9 } }, action: mask }, { id: d, when: { found: {} }, action: pass }]';
    expect(warnings(`${PLAIN}policies: { p: { rules: ${rules} } }\n`)).toEqual([]);
  });

  it('tells of what has no effect or lets everything pass', () => {
    const text = `version: 1
monitor: true
listen: { data: { proxyProtocol: true } }
routes:
  - { id: a, match: {}, upstream: { url: "https://a.example" }, policy: p, streamWithAbort: true, facts: { user: { header: x-user }, sender: { clientCertificate: true } } }
  - { id: b, match: { path: /b }, upstream: { url: "https://a.example" }, policy: p, scan: false }
policies: { p: { rules: [], unscannable: pass }, unused: { rules: [] } }
`;
    expect(warnings(text).map((one) => one.split(': ')[0]).sort()).toEqual([
      'listen.data.proxyProtocol', 'monitor', 'policies.p', 'policies.unused', 'routes[0].facts.sender', 'routes[0].facts.user', 'routes[0].streamWithAbort', 'routes[1].policy', 'routes[1].scan',
    ]);
  });
});

describe('a file made to be expensive', () => {
  // The API's validator takes files from people: whoever sends one must not hold up the gateway that looks at it.
  it.each([
    ['tens of thousands of keys in one group', Array.from({ length: 60_000 }, (_, n) => `${n.toString(36)}: 1`).join('\n')],
    ['the same key again and again', 'a: 1\n'.repeat(30_000)],
    ['a mistake in each of twenty thousand routes', `version: 1\nroutes:\n${'- {ix: 1}\n'.repeat(20_000)}`],
  ])('with %s is refused soon, and with as many problems as a person reads', (_what, text) => {
    const result = check(text);
    if (result.ok) throw new Error('it was accepted');
    expect(result.problems.length).toBeGreaterThan(0);
    expect(result.problems.length).toBeLessThanOrEqual(500);
  });
});
