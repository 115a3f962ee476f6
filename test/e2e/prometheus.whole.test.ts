/** What the on-call people look at: a real Prometheus scrapes a fleet of two compiled gateways and a worker; every query of the dashboards and every rule is executed there. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { cpuSeconds } from '../bench/gateway/process-tree.js';
import { externalPostgres } from '../kit/external-postgres.js';
import { freePort } from '../kit/free-port.js';
import { mailReceiver, type MailReceiver } from '../kit/mail-receiver.js';
import { numberSource } from '../kit/numbers.js';
import { eventually, PATIENCE_MS, until } from '../kit/patience.js';
import { WEIR } from '../kit/program.js';
import { prometheus, type Prometheus, type Sample } from '../kit/prometheus.js';
import { tempFolder } from '../kit/temp.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { certificates } from './certificates.js';
import { admin, ask } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';
import { startWorker, type RunningWorker } from './start-worker.js';

const ROUND_MS = 400;
const GUESSES = 3;

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly type: string; readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[] }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}
const dashboards = ['weir.json', 'weir.zh.json'].map((file) => JSON.parse(readFileSync(join('config/grafana', file), 'utf8')) as Dashboard);
/** As Grafana substitutes them when All is chosen, for a window of half a minute. */
const asked = (expr: string): string => expr.replaceAll('$instance', '.*').replaceAll('$route', '.*').replaceAll('$__rate_interval', '30s');
const queries = [...new Set(dashboards.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => asked(expr)))))];
const hasData = (samples: readonly Sample[]): boolean => samples.some(({ value: [, said] }) => said !== 'NaN');

const postgres = externalPostgres();
let upstream: RecordingUpstream;
let sink: RecordingUpstream;
let gateway: Gateway;
let other: Gateway;
let worker: RunningWorker;
let server: Prometheus;
let hop: MailReceiver;
const letters: ReturnType<typeof createTransport>[] = [];
let metricsUrl: string;
const numbers = numberSource(36);
const sent: string[] = [];
const person = (): string => {
  const number = numbers.residentId();
  sent.push(number);
  return number;
};
const TEXT = { 'content-type': 'text/plain' };

/** A little of everything: each verdict, a letter, a failure, decisions, a look, a wrong password. */
async function round(number: number): Promise<void> {
  const send = (path: string, body: string): Promise<unknown> => ask(`${(number % 2 === 0 ? gateway : other).dataUrl}${path}`, { fields: TEXT, body });
  await Promise.all([send('/upload', `${person()} ${numbers.phone()}`), send('/plain', 'nothing here'), send('/watched', person()), send('/away', 'x'), send('/mail', [1, 2, 3].map(person).join(' ')), send('/share', person()), send('/share', person()), letters[number % 2]?.sendMail({ from: 'zhang@corp.example', to: 'li@bank.example', subject: 'a letter', text: 'nothing here' })]);
  const { messages } = (await admin(gateway, '/api/v1/messages?state=held&limit=10')).json() as { messages: { id: string }[] };
  const [first, second] = messages;
  const post = (path: string, body: object): Promise<unknown> => admin(gateway, `/api/v1${path}`, { body: JSON.stringify(body) });
  if (first !== undefined) {
    await admin(gateway, `/api/v1/messages/${first.id}/content`);
    await post(`/messages/${first.id}/release`, { as: 'masked', reason: 'looked at' });
  }
  if (second !== undefined) await post(`/messages/${second.id}/reject`, { reason: 'looked at' });
  // Whoever guesses more often is shut out, with the token as well.
  if (number < GUESSES) await ask(`${gateway.adminUrl}/api/v1/session/password`, { fields: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }, body: JSON.stringify({ name: 'nobody', password: 'wrong' }) });
}

let empty: readonly string[] = queries;
let rounds = 0;

beforeAll(async () => {
  [upstream, sink] = await Promise.all([recordingUpstream(), recordingUpstream()]);
  const pki = certificates({ client: { ca: 'ours', names: ['weir'] } });
  const keys = join(tempFolder('keys'), 'keys');
  const [away, metricsPort, workerPort, mailPort, otherMailPort] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  hop = await mailReceiver({});
  metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const config = {
    vault: { store: { folder: tempFolder('vault') } },
    domains: { own: ['corp.example'] },
    listen: { worker: { port: workerPort }, smtp: [{ id: 'mail', port: mailPort }] },
    mail: { hostname: 'weir.corp.example' },
    alerts: { webhooks: [{ id: 'ops', url: `${sink.url}/alerts`, secret: { env: 'SINK_SECRET' } }] },
    policies,
    routes: [
      route('upload', upstream.url, { policy: 'mask' }), route('plain', upstream.url, { policy: 'mask' }), route('mail', upstream.url, { policy: 'block' }), route('share', upstream.url, { policy: 'hold' }),
      route('watched', upstream.url, { policy: 'hold', monitor: true }), route('away', `http://127.0.0.1:${away}`, { policy: 'mask' }),
      { ...route('partner', '', { policy: 'mask' }), upstream: { url: `https://127.0.0.1:${away}`, tls: { cert: pki.at('client.pem'), key: pki.at('client.key') } } },
      { id: 'letters', channel: 'smtp', match: { listener: ['mail'] }, upstream: { hops: [{ hosts: [`127.0.0.1:${hop.port}`], tls: 'none' }] }, policy: 'mask', notices: { hold: false, reject: false } },
    ],
  };
  const env = { SINK_SECRET: 'a secret of this test', WEIR_DATABASE_URL: postgres().url, WEIR_KEYS: keys };
  const weir = (...words: readonly string[]): unknown => execFileSync(process.execPath, [WEIR, ...words], { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' });
  weir('keys', 'init', '--out', keys);
  const start = { env };
  gateway = await startGateway({ ...start, config });
  other = await startGateway({ ...start, config: { ...config, listen: { metrics: { port: metricsPort }, smtp: [{ id: 'mail', port: otherMailPort }] } } });
  for (const port of [mailPort, otherMailPort]) letters.push(createTransport({ host: '127.0.0.1', port, ignoreTLS: true, pool: true, maxConnections: 1 }));
  worker = await startWorker({ queues: 'release,destroy,notice,alert,rescan', configFile: gateway.configFile, env });
  weir('backup', '--config', gateway.configFile, '--data', gateway.dataDir, '--to', tempFolder('backup'));
  server = await prometheus({ jobs: { weir: [new URL(gateway.adminUrl).host, `127.0.0.1:${metricsPort}`], 'weir-worker': [`127.0.0.1:${workerPort}`] }, rules: 'config/prometheus/weir.rules.yml' });
  for (const end = Date.now() + PATIENCE_MS; empty.length > 0 && Date.now() < end; ) {
    await round(rounds);
    rounds += 1;
    const answers = await Promise.all(empty.map(async (expr) => ({ expr, found: hasData(await server.query(expr)) })));
    empty = answers.filter(({ found }) => !found).map(({ expr }) => expr);
    await delay(ROUND_MS);
  }
});

afterAll(async () => {
  await server.stop();
  for (const sender of letters) sender.close();
  await worker.kill();
  await Promise.all([gateway.stop(), other.stop()]);
  await Promise.all([upstream.close(), sink.close(), hop.close()]);
});

// What is asked is as of now, and a scrape that came too late on a busy machine leaves a gap in it until the next one: a complaint that stays is one.
describe('a real Prometheus', () => {
  it('scrapes an admin listener, a metrics listener and a worker without a complaint', async () => {
    await eventually('three targets that are well', () => server.targets(), (targets) => targets.length === 3 && targets.every(({ health, lastError }) => health === 'up' && lastError === ''));
  });

  it('has an answer to every query of every panel', () => {
    expect(queries.length).toBeGreaterThan(50);
    expect(empty).toEqual([]);
  });

  it('finds in its answers every label that a legend names', async () => {
    for (const { panels } of dashboards) {
      for (const { title, targets = [] } of panels) {
        for (const { expr, legendFormat } of targets) {
          // What stands in for an empty answer has no labels.
          const named = expr.endsWith('or vector(0)') ? [] : [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
          await eventually(`labels of "${title}"`, () => server.query(asked(expr)), ([sample]) => named.every((label) => sample?.metric[label] !== undefined));
        }
      }
    }
  });

  it('fills the choices at the top of the page', async () => {
    for (const { list } of dashboards.map(({ templating }) => templating)) {
      const chosen = await Promise.all(list.flatMap(({ definition }) => {
        const [, name, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
        return name === undefined || label === undefined ? [] : [server.values(label, name)];
      }));
      expect(chosen.map((values) => values.length > 1)).toEqual([true, true]);
    }
  });

  it('evaluates every rule', async () => {
    const rules = await server.rules();
    expect(rules.length).toBeGreaterThan(40);
    expect(rules.filter(({ health, lastError }) => health !== 'ok' || (lastError ?? '') !== '')).toEqual([]);
    for (const { name } of rules.filter(({ type, name: record }) => type === 'recording' && record !== 'weir:review_wait_seconds:p90_1d')) await until(`a value of ${name}`, async () => (await server.query(name)).length > 0);
  });

  it('adds up what is counted and takes once what is shared', async () => {
    const becomes = (expr: string, wanted: number): Promise<unknown> => eventually(expr, async () => Number((await server.query(expr))[0]?.value[1]), (value) => value === wanted);
    await becomes('count(weir_build_info)', 3);
    await becomes('sum(weir_lease_held{lease="gauges"})', 1);
    await becomes('count(weir_held_messages{state="held"})', 1);
    await becomes('count(weir_vault_used_bytes)', 1);
    await becomes('sum(weir_spool_limit_bytes{where="disk", job="weir"}) == bool 2 * max(weir_spool_limit_bytes{where="disk"})', 1);
    await becomes('count(sum by (instance) (weir_exchanges_total) > 0)', 2);
    await becomes('sum(max by (revision) (weir_fleet_nodes))', 3);
  });

  it('keeps exemplars that name exchanges', async () => {
    for (const expr of ['weir_exchange_duration_seconds_bucket', 'weir_exchanges_total', 'weir_review_wait_seconds_bucket']) {
      const exemplars = await eventually(`exemplars of ${expr}`, () => server.exemplars(expr), ({ length }) => length > 0);
      expect(exemplars.filter(({ labels }) => !/^w[0-9a-z]{26}$/i.test(labels['exchange'] ?? ''))).toEqual([]);
    }
  });

  it('and promtool have nothing to say about the text of a running gateway, which is quick to make', async () => {
    const before = cpuSeconds([other.pid]);
    const { text } = await ask(`${metricsUrl}/metrics`);
    // Its own time: what the machine does beside it is not its doing.
    expect(cpuSeconds([other.pid]) - before).toBeLessThan(1);
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.filter((number) => text.includes(number))).toEqual([]);
  });
});
