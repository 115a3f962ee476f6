/** Mail through Weir beside Postfix with and without a filter, and beside the next hop itself: letters a second until they have arrived, and how long a client waits. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../kit/free-port.js';
import { postfix } from '../../kit/postfix.js';
import { start } from '../processes.js';
import type { LoadAsked, LoadDone } from './load.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PIN = availableParallelism() > 1 && existsSync('/usr/bin/taskset');
const pinned = (core: 0 | 1): readonly string[] => (PIN ? ['taskset', '-c', String(core)] : []);
/** What has not arrived by then never will: the slowest filter needs a tenth of it. */
const ARRIVED_WITHIN_MS = 300_000;

export interface SmtpSize {
  readonly title: string;
  readonly bytes: number;
  readonly messages: number;
  readonly connections: number;
}
export interface SmtpOptions {
  readonly quick: boolean;
  readonly rounds: number;
  readonly rows: readonly string[] | undefined;
  /** The compiled main of Weir. */
  readonly main: string;
  readonly say: (line: string) => void;
}
interface Target {
  readonly id: string;
  readonly title: string;
  readonly port: number;
  stop(): Promise<void>;
}
export interface SmtpFigure {
  readonly target: string;
  readonly title: string;
  readonly size: SmtpSize;
  /** Letters a second, one figure a round. */
  readonly rates: readonly number[];
  /** Milliseconds until a client was answered, of all rounds. */
  readonly took: readonly number[];
}

/** The next hop of all rows: Postfix's own sink, which keeps nothing. Counts what arrived. */
async function sink(): Promise<{ readonly port: number; count(): number; stop(): Promise<void> }> {
  const port = await freePort();
  const [command, ...words] = [...pinned(1), 'smtp-sink', ...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), '-c', `127.0.0.1:${String(port)}`, '1024'];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let messages = 0;
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    messages = Number([...text.matchAll(/mesg=(\d+)/g)].at(-1)?.[1] ?? messages);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    port,
    count: () => messages,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function load(asked: LoadAsked): Promise<LoadDone> {
  const [command, ...words] = [...pinned(1), process.execPath, '--import', 'tsx', here('load.ts'), JSON.stringify(asked)];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the load ended with ${String(code)}`);
  return JSON.parse(text) as LoadDone;
}

/** Postfix's FILTER_README, the simple filter: a script between two of its queues that looks at nothing. What it has read goes back by SMTP, since a queue in a folder of its own has no pickup for other users. */
function script(folder: string, port: number): string {
  const file = join(folder, 'filter.sh');
  writeFileSync(
    file,
    `#!/bin/sh\nfrom=$1\nshift\nletter=$(mktemp ${folder}/in.XXXXXX) || exit 75\ntrap 'rm -f "$letter"' EXIT\ncat > "$letter" || exit 75\nmsmtp --host=127.0.0.1 --port=${String(port)} --tls=off --auth=off --from="$from" -- "$@" < "$letter" || exit 75\n`,
    { mode: 0o755 },
  );
  chmodSync(file, 0o755);
  return file;
}

const RELAY = ['default_transport = smtp', 'in_flow_delay = 0', 'smtp_tls_security_level = none', 'disable_dns_lookups = yes', 'smtpd_timeout = 300s'];

async function targets(hop: number, folder: string, options: SmtpOptions): Promise<readonly Target[]> {
  const wanted = (id: string): boolean => options.rows === undefined || options.rows.includes(id);
  const all: Target[] = [{ id: 'direct', title: 'the next hop itself (smtp-sink)', port: hop, stop: () => Promise.resolve() }];
  const prefix = pinned(0);
  const relay = [...RELAY, `relayhost = [127.0.0.1]:${String(hop)}`];
  const again = (port: number): string => `127.0.0.1:${String(port)} inet n - n - - smtpd -o content_filter= -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks,no_milters -o smtpd_authorized_xforward_hosts=127.0.0.0/8`;
  if (wanted('postfix')) {
    const server = await postfix(relay, { prefix });
    all.push({ id: 'postfix', title: 'Postfix, passing on', port: server.port, stop: () => server.stop() });
  }
  if (wanted('smtp-filter')) {
    const back = await freePort();
    const server = await postfix([...relay, `content_filter = scan:[127.0.0.1]:${String(back)}`], { prefix, master: ['scan unix - - n - 10 smtp -o smtp_send_xforward_command=yes -o disable_mime_output_conversion=yes', again(back)] });
    all.push({ id: 'smtp-filter', title: 'Postfix, after-queue SMTP filter of no cost (straight back)', port: server.port, stop: () => server.stop() });
  }
  if (wanted('pipe-filter')) {
    const back = await freePort();
    const server = await postfix([...relay, 'content_filter = filter:dummy'], {
      prefix,
      master: [`filter unix - n n - 10 pipe flags=Rq user=nobody null_sender= argv=${script(folder, back)} \${sender} \${recipient}`, again(back)],
    });
    all.push({ id: 'pipe-filter', title: 'Postfix, simple after-queue filter (pipe, cat)', port: server.port, stop: () => server.stop() });
  }
  if (wanted('weir')) {
    const [port, data, admin] = [await freePort(), await freePort(), await freePort()];
    const config = join(folder, 'bench.yaml');
    writeFileSync(config, configuration({ port, data, admin, hop }));
    const gateway = await start(0, [options.main, '--config', config, '--data', join(folder, 'data')], `http://127.0.0.1:${String(admin)}/readyz?for=hold`);
    all.push({ id: 'weir', title: 'Weir, all detectors', port, stop: () => gateway.stop() });
  }
  return all;
}

function configuration(ports: { readonly port: number; readonly data: number; readonly admin: number; readonly hop: number }): string {
  return `version: 1
domains: { own: [corp.example] }
listen:
  data: { host: 127.0.0.1, port: ${String(ports.data)} }
  admin: { host: 127.0.0.1, port: ${String(ports.admin)} }
  smtp:
    - { id: mail, host: 127.0.0.1, port: ${String(ports.port)}, clients: [127.0.0.0/8], perClient: { connections: 100, messagesPerMinute: 1000000 } }
mail: { hostname: weir.corp.example }
routes:
  - { id: out, channel: smtp, match: { listener: [mail] }, upstream: { hops: [ { hosts: ["127.0.0.1:${String(ports.hop)}"], tls: none } ] }, policy: out }
policies:
  out:
    unscannable: hold
    rules:
      - { id: many, when: { found: { of: [cn.resident-id, bank-card], distinct: 3 } }, action: block }
      - { id: mask, when: { found: { of: [cn.resident-id, bank-card, cn.phone] } }, action: mask, otherwise: hold }
`;
}

/** Throws where a letter is refused or does not arrive: a fast gateway that loses mail is not measured. */
async function one(target: Target, size: SmtpSize, hop: { count(): number }): Promise<{ readonly rate: number; readonly took: readonly number[] }> {
  const before = hop.count();
  const { took, began, refused } = await load({ port: target.port, bytes: size.bytes, messages: size.messages, connections: size.connections });
  if (refused.length > 0) throw new Error(`${target.title} answered ${refused.join(' / ')}`);
  while (hop.count() < before + size.messages) {
    if (Date.now() - began > ARRIVED_WITHIN_MS) throw new Error(`${target.title}: ${String(hop.count() - before)} of ${String(size.messages)} letters arrived`);
    await delay(2);
  }
  return { rate: (size.messages * 1000) / (Date.now() - began), took };
}

export async function smtpBench(options: SmtpOptions): Promise<readonly SmtpFigure[]> {
  const sizes: readonly SmtpSize[] = options.quick
    ? [{ title: '10 KB', bytes: 10_240, messages: 300, connections: 10 }, { title: '5 MB', bytes: 5_242_880, messages: 8, connections: 4 }]
    : [{ title: '10 KB', bytes: 10_240, messages: 2_000, connections: 10 }, { title: '5 MB', bytes: 5_242_880, messages: 40, connections: 4 }];
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-smtp-'));
  // The filter's user and PostgreSQL's have to get through.
  chmodSync(folder, 0o777);
  const hop = await sink();
  const running: Target[] = [];
  try {
    running.push(...(await targets(hop.port, folder, options)));
    const figures = new Map<string, { target: Target; size: SmtpSize; rates: number[]; took: number[] }>();
    for (let round = 0; round <= options.rounds; round += 1) {
      for (const size of sizes) {
        for (const target of running) {
          // The first round only warms: compilers, caches, connections.
          const asked = round === 0 ? { ...size, messages: Math.ceil(size.messages / 4) } : size;
          const { rate, took } = await one(target, asked, hop);
          if (round === 0) continue;
          const key = `${target.id} ${size.title}`;
          const figure = figures.get(key) ?? { target, size, rates: [], took: [] };
          figures.set(key, figure);
          figure.rates.push(rate);
          figure.took.push(...took);
          options.say(`round ${String(round)}/${String(options.rounds)}  ${size.title}  ${target.title}: ${rate.toFixed(1)} a second`);
        }
      }
    }
    return [...figures.values()].map(({ target, ...figure }) => ({ target: target.id, title: target.title, ...figure }));
  } finally {
    for (const target of running.reverse()) await target.stop();
    await hop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function buildWeir(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: here('../../..'), stdio: 'inherit' });
}

/** Of an even number of values what lies between the two in the middle: the upper one would be the better round of two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [below, above] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return below === undefined || above === undefined ? Number.NaN : (below + above) / 2;
}
const share = (values: readonly number[], part: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * part) - 1)] ?? Number.NaN;
const milliseconds = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));

/** One table for each size; the ratio is to Postfix with its simple filter, of the same round's median. */
export function smtpMarkdown(figures: readonly SmtpFigure[], rounds: number): string {
  const sizes = [...new Set(figures.map(({ size }) => size.title))];
  const tables = sizes.map((title) => {
    const rows = figures.filter(({ size }) => size.title === title);
    const base = (id: string): number => median(rows.find(({ target }) => target === id)?.rates ?? []);
    const ratio = (rates: readonly number[], id: string): string => (Number.isNaN(base(id)) ? '' : (median(rates) / base(id)).toFixed(2));
    const { messages = 0, connections = 0 } = rows[0]?.size ?? {};
    return [
      `Mails of ${title}, ${String(messages)} a round over ${String(connections)} connections:`,
      '',
      '| | mails a second | beside the pipe filter | beside the SMTP filter | p50 ms | p99 ms |',
      '|---|---|---|---|---|---|',
      ...rows.map(({ title: name, rates, took }) => `| ${name} | ${median(rates).toFixed(1)} | ${ratio(rates, 'pipe-filter')} | ${ratio(rates, 'smtp-filter')} | ${milliseconds(share(took, 0.5))} | ${milliseconds(share(took, 0.99))} |`),
    ].join('\n');
  });
  return `${tables.join('\n\n')}\n\nMedian of ${String(rounds)} rounds, in turn, same next hop (smtp-sink); what is measured has one core${PIN ? '' : ' (not pinned here)'}, load and next hop the other. A second is counted until all letters have arrived at the next hop; p50 and p99 are what the client waits for its answer, which Postfix gives when the mail is in its queue and Weir when the next hop has it. The letters hold no number, so that all pass.`;
}
