/** The queue over 100,000 messages in a PostgreSQL of its own: each question beside a plain indexed `select … limit 50` of the same run. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { bulkLedger } from '../../../gateway/ledger/bulk-ledger.js';
import { lockDataFolder } from '../../../gateway/ledger/data-folder-lock.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { embeddedPostgres } from '../../../gateway/ledger/embedded-postgres.js';
import { toQueueColumns, toRow } from '../../../gateway/ledger/message-rows.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { overviewLedger } from '../../../gateway/ledger/overview-ledger.js';
import { queueLedger } from '../../../gateway/ledger/queue-ledger.js';
import { QUEUE_COLUMNS } from '../../../gateway/ledger/queue-rows.js';
import { WAITING_STATES, type QueueFilter, type QueueOrder } from '../../../gateway/ports.js';
import { DAY_MS } from '../../kit/held.js';
import { assess, mark, queueMessage, seeded } from '../../kit/queue-messages.js';

export interface QueueRow {
  readonly title: string;
  /** Milliseconds of each round. */
  readonly times: readonly number[];
  /** To the plain select of the same round. */
  readonly ratios: readonly number[];
}

/** Rows in one insert: below PostgreSQL's 65,535 parameters. */
const BATCH = 500;
const HOUR_MS = 3_600_000;
const SLA = { critical: 4 * HOUR_MS, high: 4 * HOUR_MS, medium: DAY_MS, low: DAY_MS, info: DAY_MS };
/** One in so many has a word of its own. */
const RARE = 5_000;

export async function queueBench(options: { readonly messages: number; readonly rounds: number; readonly say: (line: string) => void }): Promise<readonly QueueRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  chmodSync(folder, 0o711);
  const lock = await lockDataFolder(folder);
  const server = await embeddedPostgres({ dataDir: folder, lock, log: () => undefined, progress: () => undefined });
  try {
    const database = ledgerDatabase(await migrateLedger(server.connection, { separateRole: false }));
    try {
      options.say(`writing ${options.messages.toLocaleString('en')} messages …`);
      await fill(database, options.messages);
      return await measured(database, options.messages, options.rounds);
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
    lock.release();
    for (const home of [server.home, folder]) rmSync(home, { recursive: true, force: true });
  }
}

/** Seven of ten wait; in ten thousand groups; the rest was decided. */
async function fill(database: LedgerDatabase, messages: number): Promise<void> {
  const random = seeded(20261122);
  const began = Date.UTC(2026, 0, 1);
  for (let from = 0; from < messages; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, messages - from) }, (_, i) => {
      const n = from + i;
      const receivedAt = new Date(began + Math.floor((n / messages) * 25 * DAY_MS));
      const template = queueMessage(random, { receivedAt, subject: n % RARE === 0 ? `rareword 季度名单 ${n}` : `季度名单 report ${n % 977}` });
      const message = { ...template, findings: template.findings.map((finding) => ({ ...finding, fingerprint: `f${n % 10_000}` })), target: '/share/a', subject: template.subject?.replace(/\d+/, String(n % 977)) };
      const columns = { ...toRow(message), ...toQueueColumns(message, assess(message)) };
      if (n % 10 < 7) return columns;
      return { ...columns, state: 'released' as const, decision_kind: 'release' as const, decision_as: 'original' as const, decision_at: new Date(receivedAt.getTime() + HOUR_MS * random()), decision_actor: 'account:ann', decision_reason: 'fine' };
    });
    await database.db.insertInto('messages').values(rows.map((row) => ({ decision_at: null, ...row }))).execute();
  }
  await sql`vacuum analyze messages`.execute(database.db);
}

async function measured(database: LedgerDatabase, messages: number, rounds: number): Promise<readonly QueueRow[]> {
  const clock = { now: () => Date.UTC(2026, 0, 26) };
  const audit = auditWriter('bench');
  const queue = queueLedger({ database, audit, clock });
  const waiting: QueueFilter = { states: [...WAITING_STATES], terms: [] };
  const page = (filter: QueueFilter, order: QueueOrder, after?: string) => () => queue.page({ filter, scope: undefined, order, limit: 50, after });
  const deep = async (order: QueueOrder): Promise<string | undefined> => {
    let after: string | undefined;
    for (let i = 0; i < Math.min(150, messages / 400); i++) after = (await queue.page({ filter: waiting, scope: undefined, order, limit: 200, after })).next;
    return after;
  };
  const deepRisk = await deep('risk');
  const now = new Date(clock.now());
  const plain = (): Promise<unknown> => database.db.selectFrom('messages').select(QUEUE_COLUMNS).where('state', '=', 'held').orderBy('id', 'desc').limit(50).execute();
  const questions: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['newest first', page(waiting, 'newest')],
    ['by risk', page(waiting, 'risk')],
    ['by risk, 30,000 messages in', page(waiting, 'risk', deepRisk)],
    ['by expiry', page(waiting, 'expiry')],
    ['of one sender, by risk', page({ ...waiting, terms: [[`s:${mark('ann@bank.example').whole}`]] }, 'risk')],
    ['one detector, two severities', page({ ...waiting, severities: ['high', 'critical'], terms: [['d:bank-card']] }, 'risk')],
    ['a common word', page({ ...waiting, terms: [['w:report']] }, 'newest')],
    ['a rare word', page({ ...waiting, terms: [['w:rareword']] }, 'risk')],
    ['a word that is nowhere', page({ ...waiting, terms: [['w:nowhere']] }, 'risk')],
    ['one route within a scope', () => queue.page({ filter: waiting, scope: { routes: ['mail'], senders: [mark('@corp.example').whole] }, order: 'risk', limit: 50 })],
    ['counts of the filter bar', () => queue.counts({ scope: undefined, accountId: 'ann', now, sla: SLA })],
    ['groups', () => queue.groups({ filter: { terms: [] }, scope: undefined, limit: 50 })],
    ['bulk preview of 1,000', () => bulkLedger({ database, audit, clock }).candidates({ filter: { terms: [['d:bank-card']] } }, undefined, 1_001)],
    ['overview of 14 days', () => overviewLedger({ database }).figures({ days: 14, scope: undefined, now, sla: SLA })],
  ];
  const times = new Map<string, number[]>(questions.map(([title]) => [title, []]));
  const plains: number[] = [];
  // The first round only warms what a running ledger has warm.
  for (let round = 0; round <= rounds; round++) {
    const base = await timeOf(plain);
    if (round > 0) plains.push(base);
    for (const [title, ask] of questions) {
      const time = await timeOf(ask);
      if (round > 0) times.get(title)?.push(time);
    }
  }
  return [{ title: 'plain select … limit 50', times: plains, ratios: plains.map(() => 1) }, ...[...times].map(([title, all]) => ({ title, times: all, ratios: all.map((time, i) => time / (plains[i] ?? Number.NaN)) }))];
}

async function timeOf(ask: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await ask();
  return performance.now() - began;
}

const EXPLANATION =
  'Milliseconds from the question to parsed rows, median of the rounds; `ratio` is to a plain `select` of the same fifty rows by the index on state, in the same round. Embedded PostgreSQL with its own defaults, seven of ten messages waiting, in some ten thousand groups. A wide spread says that the machine was busy with other things.';

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function cells(rows: readonly QueueRow[]): string[][] {
  return [['question', 'ms', 'ratio', 'lowest – highest'], ...rows.map(({ title, times, ratios }) => [title, median(times).toFixed(1), median(ratios).toFixed(1), `${Math.min(...ratios).toFixed(1)} – ${Math.max(...ratios).toFixed(1)}`])];
}

export function queueText(rows: readonly QueueRow[], messages: number): string {
  const all = cells(rows);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const text = all.map((line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
  return [`The queue over ${messages.toLocaleString('en')} messages`, '', ...text, '', EXPLANATION].join('\n');
}

export function queueMarkdown(rows: readonly QueueRow[], messages: number): string {
  const [head = [], ...lines] = cells(rows);
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [`The queue over ${messages.toLocaleString('en')} messages.`, '', line(head), '|---|--:|--:|--:|', ...lines.map(line), '', EXPLANATION].join('\n');
}
