/** Sends numbered mails through Weir while its next hops and Weir itself are killed and started again in turn, and accounts for each of them. For a test and for the soak. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';
import { withoutFile } from './kept-files.js';
import { numberSource } from './numbers.js';
import { sendNumbered, type NumberedLetter, type SenderBooks } from './numbered-sender.js';
import { PATIENCE_MS } from './patience.js';

const SINK = fileURLToPath(new URL('counting-sink.mjs', import.meta.url));
const LOOK_EVERY_MS = 20;
/** A dead hop is started again once this many tries have met it, or so long after: not every letter goes there. */
const FAILURES_OF_A_HOP = 3;
const HOP_AWAY_MS = 2_000;
const STATES_IN_THE_VAULT = new Set(['held', 'awaiting-second', 'releasing', 'sending', 'needs-credentials', 'uncertain', 'failed']);

export interface AccountingOptions {
  readonly mails: number;
  readonly connections: number;
  /** Deaths of Weir; hops die as often, in between. */
  readonly kills: number;
  /** The compiled main. */
  readonly main: string;
  readonly say?: (line: string) => void;
}
export interface MailAccount {
  readonly accepted: number;
  readonly attempts: number;
  readonly failures: number;
  readonly kills: { readonly weir: number; readonly hops: number };
  /** `number address` of letters that were answered 250 and are neither at a hop nor in the vault. */
  readonly lost: readonly string[];
  /** Letters for a person that are at a hop. */
  readonly leaked: readonly string[];
  /** Recipients that got a letter more than once, and how many copies too many there were. */
  readonly doubled: { readonly recipients: number; readonly copies: number };
  readonly refused: readonly string[];
  readonly states: Readonly<Record<string, number>>;
  /** Rows in the vault's books whose files are not there. */
  readonly withoutFile: readonly string[];
  readonly seconds: number;
}

interface Server {
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false)).once('end', () => resolve(false));
  });
}

function server(command: readonly string[], env: NodeJS.ProcessEnv, ready: () => Promise<boolean>): Server {
  let child: ChildProcess | undefined;
  let said = '';
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  };
  return {
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      const started = spawn(process.execPath, command, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4_000)));
      const until = Date.now() + PATIENCE_MS;
      while (!(await ready())) {
        if (started.exitCode !== null || Date.now() > until) throw new Error(`${command.join(' ')} did not start:\n${said}`);
        await delay(LOOK_EVERY_MS);
      }
    },
  };
}

type Kind = 'plain' | 'masked' | 'held' | 'two-hops';
const kindOf = (number: number): Kind => (number % 10 === 3 ? 'held' : number % 10 === 7 ? 'two-hops' : number % 10 === 9 ? 'masked' : 'plain');
const FIRST = 'li.si@first.example';
const SECOND = 'wang@second.example';
const recipientsOf = (number: number): readonly string[] => (kindOf(number) === 'two-hops' ? [FIRST, SECOND] : [number % 2 === 0 ? FIRST : SECOND]);

function* letters(count: number): Generator<NumberedLetter> {
  const numbers = numberSource(41);
  for (let number = 1; number <= count; number += 1) {
    const kind = kindOf(number);
    const secret = kind === 'held' ? `身份证 ${numbers.residentId()}` : kind === 'masked' ? `电话 ${numbers.phone()}` : '周报';
    const raw = Buffer.from(`From: zhang.san@corp.example\r\nTo: ${recipientsOf(number).join(', ')}\r\nSubject: letter ${String(number)}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n各位好，${secret}，谢谢。\r\n`);
    yield { number, to: recipientsOf(number), raw };
  }
}

function configuration(ports: { readonly smtp: number; readonly data: number; readonly admin: number; readonly first: number; readonly second: number }): string {
  return JSON.stringify({
    version: 1,
    domains: { own: ['corp.example'] },
    listen: {
      data: { host: '127.0.0.1', port: ports.data },
      admin: { host: '127.0.0.1', port: ports.admin },
      smtp: [{ id: 'mail', host: '127.0.0.1', port: ports.smtp, perClient: { connections: 100, messagesPerMinute: 1_000_000 } }],
    },
    mail: { hostname: 'weir.corp.example' },
    log: { level: 'warn' },
    routes: [
      {
        id: 'out', channel: 'smtp', match: { listener: ['mail'] }, policy: 'out', notices: { hold: false, reject: false },
        upstream: { hops: [{ to: ['second.example'], hosts: [`127.0.0.1:${String(ports.second)}`], tls: 'none' }, { hosts: [`127.0.0.1:${String(ports.first)}`], tls: 'none' }] },
      },
    ],
    policies: { out: { rules: [{ id: 'people', when: { found: { of: ['cn.resident-id'] } }, action: 'hold' }, { id: 'phones', when: { found: { of: ['cn.phone'] } }, action: 'mask' }] } },
  });
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly subject?: string;
}
async function allRows(admin: number, token: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after = ''; ; ) {
    const answer = await fetch(`http://127.0.0.1:${String(admin)}/api/v1/messages?limit=200${after}`, { headers: { authorization: `Bearer ${token}` } });
    const page = (await answer.json()) as { readonly messages: readonly Row[]; readonly next?: string };
    rows.push(...page.messages);
    if (page.next === undefined) return rows;
    after = `&after=${page.next}`;
  }
}

function removeData(folder: string): void {
  const note = join(folder, 'data', 'postgres.location');
  if (existsSync(note)) rmSync(readFileSync(note, 'utf8').trim(), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

export async function accountForMails({ mails, connections, kills, main, say = () => undefined }: AccountingOptions): Promise<MailAccount> {
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'weir-mails-'));
  // PostgreSQL's user walks through.
  chmodSync(folder, 0o711);
  const [smtp, data, admin, first, second] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const config = join(folder, 'weir.yaml');
  writeFileSync(config, configuration({ smtp, data, admin, first, second }));
  const books = [join(folder, 'first'), join(folder, 'second')] as const;
  for (const book of books) writeFileSync(book, '');
  const hops = [server([SINK, String(first), books[0]], {}, () => listens(first)), server([SINK, String(second), books[1]], {}, () => listens(second))];
  const weir = server([main], { WEIR_CONFIG: config, WEIR_DATA: join(folder, 'data') }, async () => (await listens(smtp)) && (await fetch(`http://127.0.0.1:${String(admin)}/readyz?for=hold`).then(({ ok }) => ok, () => false)));
  try {
    await Promise.all([...hops, weir].map((one) => one.start()));
    const sender: SenderBooks = { accepted: new Set(), refused: new Map(), attempts: 0, failures: 0 };
    let wake = (): void => undefined;
    const until = async (met: () => boolean, withinMs?: number): Promise<void> => {
      const late = withinMs === undefined ? undefined : Date.now() + withinMs;
      while (!met() && (late === undefined || Date.now() < late)) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), ...(late === undefined ? [] : [delay(LOOK_EVERY_MS)])]);
    };
    const flow = { over: false };
    const sending = sendNumbered(smtp, letters(mails), connections, sender, () => wake()).finally(() => {
      flow.over = true;
      wake();
    });
    sending.catch(() => undefined);
    const killed = { weir: 0, hops: 0 };
    const step = mails / (kills * 2 + 1);
    for (let act = 0; act < kills * 2; act += 1) {
      await until(() => flow.over || sender.accepted.size >= step * (act + 1));
      if (flow.over) break;
      if (act % 2 === 0) {
        const hop = hops[(act / 2) % hops.length];
        await hop?.kill();
        killed.hops += 1;
        const { failures } = sender;
        await until(() => flow.over || sender.failures >= failures + FAILURES_OF_A_HOP, HOP_AWAY_MS);
        await hop?.start();
      } else {
        await weir.kill();
        killed.weir += 1;
        await weir.start();
      }
      say(`${String(sender.accepted.size)} of ${String(mails)} accepted after ${String(killed.hops)} deaths of hops and ${String(killed.weir)} of Weir`);
    }
    await sending;

    const token = readFileSync(join(folder, 'data', 'admin-token'), 'utf8').trim();
    // Jobs go on delivering what was kept for a hop that was away; whoever is not done by then is counted where it is.
    const patience = Date.now() + 30_000;
    let rows = await allRows(admin, token);
    while (rows.some(({ state }) => state === 'releasing' || state === 'sending') && Date.now() < patience) {
      await delay(250);
      rows = await allRows(admin, token);
    }
    const missed = await withoutFile(join(folder, 'data'), () => allRows(admin, token), STATES_IN_THE_VAULT);
    return account({ sender, killed, rows, missed, books, seconds: (Date.now() - began) / 1000 });
  } finally {
    await weir.stop();
    await Promise.all(hops.map((hop) => hop.stop()));
    removeData(folder);
  }
}

function account({ sender, killed, rows, missed, books, seconds }: {
  readonly sender: SenderBooks;
  readonly killed: MailAccount['kills'];
  readonly rows: readonly Row[];
  readonly missed: readonly string[];
  readonly books: readonly string[];
  readonly seconds: number;
}): MailAccount {
  const arrived = new Map<string, number>();
  for (const line of books.flatMap((book) => readFileSync(book, 'utf8').split('\n'))) if (line !== '') arrived.set(line, (arrived.get(line) ?? 0) + 1);
  const kept = rows.filter(({ state }) => STATES_IN_THE_VAULT.has(state));
  const inVault = new Set(kept.map(({ subject }) => subject));
  const lost: string[] = [];
  const leaked: string[] = [];
  for (const number of sender.accepted) {
    for (const address of recipientsOf(number)) {
      const there = arrived.has(`${String(number)} ${address}`);
      if (kindOf(number) === 'held' && there) leaked.push(`${String(number)} ${address}`);
      if (!there && !inVault.has(`letter ${String(number)}`)) lost.push(`${String(number)} ${address}`);
    }
  }
  const more = [...arrived.values()].filter((count) => count > 1);
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  return {
    accepted: sender.accepted.size,
    attempts: sender.attempts,
    failures: sender.failures,
    kills: killed,
    lost, leaked, states, seconds,
    doubled: { recipients: more.length, copies: more.reduce((sum, count) => sum + count - 1, 0) },
    refused: [...sender.refused].map(([number, answer]) => `${String(number)}: ${answer}`),
    withoutFile: missed,
  };
}

export const accountText = ({ accepted, attempts, failures, kills, lost, leaked, doubled, refused, states, seconds }: MailAccount): string =>
  [
    `${String(accepted)} mails answered 250 in ${seconds.toFixed(0)} s (${String(attempts)} tries, ${String(failures)} of them answered 4xx or with nothing), ${String(kills.weir)} deaths of Weir, ${String(kills.hops)} of next hops`,
    `lost ${String(lost.length)}, left although held ${String(leaked.length)}, refused ${String(refused.length)}; arrived twice: ${String(doubled.recipients)} recipients, ${String(doubled.copies)} copies too many`,
    `in the vault's books: ${Object.entries(states).map(([state, count]) => `${state} ${String(count)}`).join(', ') || 'nothing'}`,
  ].join('\n');
