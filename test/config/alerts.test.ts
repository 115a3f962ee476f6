/** What the configuration may say of alerts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkContent, type LoadResult } from '../../config/load.js';

const check = (alerts: string): LoadResult =>
  checkContent('/etc/weir/config.yaml', new TextEncoder().encode(`version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [] } }\nalerts: ${alerts}\n`), { S: 's', U: 'https://robot.example/send?access_token=t' });
const problems = (alerts: string): readonly (readonly string[])[] => {
  const result = check(alerts);
  return result.ok ? [] : result.problems.map(({ path, problem }) => [path, problem]);
};
const warnings = (alerts: string): readonly string[] => check(alerts).warnings.map(({ path }) => path);
const DING = '{ id: on-call, kind: dingtalk, url: { env: U }, secret: { env: S } }';

describe('alerts in the configuration', () => {
  it('take every kind of sink, and know what each leaves out', () => {
    const result = check(`{ sinks: [${DING}, { id: f, kind: feishu, url: { env: U } }, { id: w, kind: wecom, url: { env: U } }, { id: s, kind: slack, url: { env: U } },
      { id: h, kind: webhook, url: "https://hook.example", secret: { env: S } },
      { id: m, kind: mail, host: mail.example, from: weir@corp.example, to: [dlp@corp.example], user: weir, password: { env: S } },
      { id: l, kind: syslog, host: log.example }], rules: [{ id: all, to: [on-call, f, w, s, h, m, l] }] }`);
    expect(result.ok ? result.warnings : result.problems).toEqual([]);
    if (!result.ok) return;
    expect(result.config.alerts.sinks.map((sink) => [sink.kind, sink.perMinute])).toEqual([['dingtalk', 20], ['feishu', 20], ['wecom', 20], ['slack', 20], ['webhook', 60], ['mail', 20], ['syslog', 600]]);
    expect(result.config.alerts.rules[0]).toMatchObject({ window: 60_000, when: {} });
  });

  it('go on as before where only webhooks are named', () => {
    const result = check('{ webhooks: [{ id: ops, url: "https://a.example/x", secret: { env: S } }] }');
    expect(result.ok && result.config.alerts).toMatchObject({ sinks: [], rules: [], webhooks: [{ id: 'ops', minSeverity: 'info' }] });
  });

  it('refuse a rule to a sink that is not there, with the one that was meant', () => {
    expect(problems(`{ sinks: [${DING}], rules: [{ id: all, to: [oncall] }] }`)).toEqual([['alerts.rules[0].to[0]', 'there is no sink "oncall"; did you mean "on-call"?']]);
  });

  it('refuse a kind, an event and a severity that do not exist, with what was meant', () => {
    expect(problems(`{ sinks: [{ id: x, kind: dingtak, url: { env: U } }], rules: [] }`)).toEqual([['alerts.sinks[0].kind', expect.stringContaining('did you mean "dingtalk"?')]]);
    expect(problems(`{ sinks: [${DING}], rules: [{ id: all, when: { events: [holds], severity: hihg }, to: [on-call] }] }`)).toEqual([
      ['alerts.rules[0].when.events[0]', expect.stringContaining('did you mean "hold"?')],
      ['alerts.rules[0].when.severity', expect.stringContaining('did you mean "high"?')],
    ]);
  });

  it('refuse a robot\'s address in clear, and never repeat it', () => {
    const told = problems(`{ sinks: [{ id: on-call, kind: dingtalk, url: "https://robot.example/send?access_token=hunter2" }], rules: [{ id: all, to: [on-call] }] }`);
    expect(told.map(([path]) => path)).toEqual(['alerts.sinks[0].url']);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('refuse two of one name, a webhook named like a sink too', () => {
    expect(problems(`{ sinks: [${DING}, ${DING}], rules: [{ id: a, to: [on-call] }, { id: a, to: [on-call] }], webhooks: [{ id: on-call, url: "https://a.example/x", secret: { env: S } }] }`).map(([path]) => path)).toEqual([
      'alerts.sinks[1].id', 'alerts.rules[1].id', 'alerts.webhooks[0].id',
    ]);
  });

  it('take quiet hours over midnight in a zone that exists, and no others', () => {
    const rule = (quiet: string): string => `{ sinks: [${DING}], rules: [{ id: a, to: [on-call], quiet: ${quiet} }] }`;
    expect(check(rule('{ from: "22:00", to: "08:00", zone: Asia/Urumqi, except: critical }')).ok).toBe(true);
    expect(problems(rule('{ from: "22:00", to: "08:00", zone: Asia/Shangai }'))).toEqual([['alerts.rules[0].quiet.zone', 'there is no time zone "Asia/Shangai"; did you mean "Asia/Shanghai"?']]);
    expect(problems(rule('{ from: "22:00", to: "22:00" }')).map(([path]) => path)).toEqual(['alerts.rules[0].quiet.to']);
    expect(problems(rule('{ from: "25:00", to: "08:00" }')).map(([path]) => path)).toEqual(['alerts.rules[0].quiet.from']);
    expect(warnings(rule('{ from: "22:00", to: "08:00" }'))).toEqual(['alerts.rules[0].quiet']);
    expect(problems('{ zone: "+08:00" }').map(([path]) => path)).toEqual(['alerts.zone']);
  });

  it('bound windows and counts', () => {
    const rule = (more: string): string => `{ sinks: [${DING}], rules: [{ id: a, to: [on-call], ${more} }] }`;
    expect(problems(rule('window: 2d')).map(([path]) => path)).toEqual(['alerts.rules[0].window']);
    expect(problems(rule('window: 10ms')).map(([path]) => path)).toEqual(['alerts.rules[0].window']);
    expect(problems(rule('when: { countOver: { count: 1, within: 3d } }')).map(([path]) => path)).toEqual(['alerts.rules[0].when.countOver.count', 'alerts.rules[0].when.countOver.within']);
  });

  it('send mail and its password over TLS alone, but for a relay on this machine', () => {
    const mail = (more: string): string => `{ sinks: [{ id: m, kind: mail, from: weir@corp.example, to: [dlp@corp.example], ${more} }], rules: [{ id: a, to: [m] }] }`;
    expect(problems(mail('host: 127.0.0.1, tls: none'))).toEqual([]);
    expect(problems(mail('host: mail.example, tls: none')).map(([path]) => path)).toEqual(['alerts.sinks[0].tls']);
    expect(problems(mail('host: 127.0.0.1, tls: none, user: a, password: { env: S }')).map(([path]) => path)).toEqual(['alerts.sinks[0].password']);
    expect(problems(mail('host: mail.example, user: a')).map(([path]) => path)).toEqual(['alerts.sinks[0].user']);
  });

  it('warn of a sink that nobody sends to', () => {
    expect(warnings(`{ sinks: [${DING}] }`)).toEqual(['alerts.sinks[0].id']);
  });

  it('warn of a webhook that crosses the network in clear, and of none on this machine', () => {
    const hooks = (url: string): string => `{ sinks: [{ id: h, kind: webhook, url: "${url}", secret: { env: S } }], rules: [{ id: a, to: [h] }], webhooks: [{ id: ops, url: "${url}", secret: { env: S } }] }`;
    expect(warnings(hooks('http://hook.example/x'))).toEqual(['alerts.sinks[0].url', 'alerts.webhooks[0].url']);
    expect(warnings(hooks('HTTP://127.0.0.1.example/x'))).toEqual(['alerts.sinks[0].url', 'alerts.webhooks[0].url']);
    for (const url of ['https://hook.example/x', 'http://localhost:9/x', 'http://127.0.0.1:9/x', 'http://[::1]:9/x']) expect(warnings(hooks(url))).toEqual([]);
    expect(check(hooks('http://hook.example/x')).ok).toBe(true);
  });
});

describe('docs/alerts.md', () => {
  it('shows alerts that are right, but for files that are not on this machine', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8');
    const block = /^ {4}people:[^]*?\n\n/m.exec(page)?.[0].replace(/^ {4}/gm, '') ?? '';
    expect(block).toContain('rules:');
    const text = `version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [] } }\n${block}`;
    const result = checkContent('/etc/weir/config.yaml', new TextEncoder().encode(text), {});
    expect(result.ok ? [] : result.problems.map(({ problem }) => problem).filter((problem) => !problem.startsWith('this file cannot be read'))).toEqual([]);
    expect(result.warnings).toEqual([]);
  });
});
