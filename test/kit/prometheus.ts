/** Debian's Prometheus on a folder of its own, scraping what the test names, every few seconds. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { tempFolder } from './temp.js';
import { PATIENCE_MS } from './patience.js';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}
export interface Target {
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
}
export interface RunningRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly health: string;
  readonly lastError?: string;
}

export interface Prometheus {
  readonly url: string;
  query(expr: string): Promise<readonly Sample[]>;
  /** Values of a label, as Grafana's `label_values(metric, label)` asks for them. */
  values(label: string, metric: string): Promise<readonly string[]>;
  exemplars(expr: string): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[]>;
  targets(): Promise<readonly Target[]>;
  rules(): Promise<readonly RunningRule[]>;
  stop(): Promise<void>;
}

/** A target that does not answer by then counts as down, and a busy machine answers late. */
const SCRAPE = '5s';

/** `jobs`: addresses by job name. */
export async function prometheus(options: { readonly jobs: Readonly<Record<string, readonly string[]>>; readonly rules: string }): Promise<Prometheus> {
  const folder = tempFolder('prometheus');
  copyFileSync(options.rules, join(folder, 'rules.yml'));
  const config = {
    global: { scrape_interval: SCRAPE, scrape_timeout: SCRAPE, evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(options.jobs).map(([job_name, targets]) => ({ job_name, static_configs: [{ targets }] })),
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const child: ChildProcess = spawn('prometheus', ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`, '--enable-feature=exemplar-storage', '--log.level=warn'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + PATIENCE_MS;
  const isReady = async (): Promise<boolean> => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true;
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`prometheus did not start:\n${said}`);
    await delay(50);
  }
  const api = async <T>(path: string, asked: Readonly<Record<string, string>> = {}): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(asked).toString()}`);
    const body = (await answer.json()) as { readonly status: string; readonly data: T; readonly error?: string };
    if (body.status !== 'success') throw new Error(`${path} ${JSON.stringify(asked)}: ${String(body.error)}`);
    return body.data;
  };
  return {
    url,
    query: async (expr) => (await api<{ readonly result: readonly Sample[] }>('query', { query: expr })).result,
    values: (label, metric) => api(`label/${label}/values`, { 'match[]': metric }),
    async exemplars(expr) {
      const now = Date.now() / 1_000;
      const series = await api<readonly { readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[] }[]>('query_exemplars', { query: expr, start: String(now - 600), end: String(now + 60) });
      return series.flatMap(({ exemplars }) => exemplars);
    },
    targets: async () => (await api<{ readonly activeTargets: readonly Target[] }>('targets')).activeTargets,
    rules: async () => (await api<{ readonly groups: readonly { readonly rules: readonly RunningRule[] }[] }>('rules')).groups.flatMap(({ rules }) => rules),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
