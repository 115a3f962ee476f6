/** Opens hostile bodies one after the other as the gateway does, files among them in real processes, and says of each how it ended and what it cost. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { childParts } from '../../gateway/act/children.js';
import { inflow } from '../../gateway/act/inflow.js';
import { Pace } from '../../gateway/act/paced.js';
import { spoolFactory } from '../../gateway/body/spool.js';
import { codings } from '../../gateway/decode/codec/codings.js';
import { EXTRACT_LIMITS } from '../../gateway/decode/extract/limits.js';
import { extractPool, type ExtractPool } from '../../gateway/decode/extract/pool.js';
import { spawnExtractChild } from '../../gateway/wiring/extract-spawn.js';
import type { Input } from '../fuzz/examine.js';
import { bodyHead, engine } from '../kit/engine.js';
import { EXTRACT } from '../kit/program.js';
import { ARCHIVES } from './archives.js';
import { cutAndLying } from './cut.js';
import { DOCUMENTS } from './documents.js';
import { TEXTS } from './texts.js';
import { looksDear, type Opened, type Outcome } from './outcome.js';

const MEMORY = 512 * 2 ** 20;
/** For what hangs. Four times what the gateway gives a file: on a busy machine others take the rest, and what a file costs is counted. */
const TIME_MS = 240_000;
const HASTY_MS = 2000;
const PIECE = 64 * 1024;
/** What looks too dear is opened again. */
const TRIES = 3;
/** Small ones are opened side by side, as bodies are. */
const AT_ONCE = 4;

const folder = mkdtempSync(join(tmpdir(), 'weir-torture-'));
const spools = spoolFactory({ dir: folder });
const failures: string[] = [];
const pooled = (timeMs: number): ExtractPool => extractPool({
  spawn: () => spawnExtractChild(MEMORY, EXTRACT),
  settings: { detectors: { disable: [], keep: {}, patterns: [] }, fingerprintKey: Buffer.from('test key'), limits: EXTRACT_LIMITS, keeps: MEMORY / 8 },
  children: 2, waiting: 100, timeMs, memory: MEMORY, spools,
  onFailure: (code) => failures.push(code),
});
const pool = pooled(TIME_MS);
const hasty = pooled(HASTY_MS);
const factory = engine();

/** Longest time in which nothing else had its turn. Of wall and processor time the shorter: on a busy machine others take the rest. */
function watch(): { stop(): number } {
  let longest = 0;
  let wall = performance.now();
  let cpu = process.cpuUsage();
  let immediate: NodeJS.Immediate | undefined;
  const look = (): void => {
    const now = performance.now();
    const used = process.cpuUsage(cpu);
    longest = Math.max(longest, Math.min(now - wall, (used.user + used.system) / 1000));
    wall = now;
    cpu = process.cpuUsage();
  };
  const turn = (): void => {
    look();
    immediate = setImmediate(turn);
  };
  immediate = setImmediate(turn);
  return {
    stop() {
      clearImmediate(immediate);
      return longest;
    },
  };
}

/** A clock tick of Linux, in milliseconds. */
const TICK_MS = 10;

/** Processor time of this process and of those it started, dead ones included, in milliseconds. */
function spentMs(): number {
  const { user, system } = process.cpuUsage();
  const [, ...ended] = timesOf('self').times;
  const living = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(timesOf).filter(({ parent }) => parent === process.pid).map(({ times: [own = 0] }) => own);
  return (user + system) / 1_000 + [...ended, ...living].reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
}

/** In ticks: its own, and those of its children that are dead. */
function timesOf(pid: string): { readonly parent: number; readonly times: readonly number[] } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
    const [user = 0, system = 0, userOfDead = 0, systemOfDead = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, times: [user + system, userOfDead + systemOfDead] };
  } catch {
    // Gone meanwhile.
    return { parent: 0, times: [] };
  }
}

function resetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}
const peakMiB = (): number => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) / 1024;

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    await new Promise((resolve) => setImmediate(resolve));
    yield bytes.subarray(at, at + PIECE);
  }
}

async function opened(name: string, input: Input, opener = pool): Promise<Opened> {
  const tries = [await openedOnce(input, opener)];
  while (tries.length < TRIES && looksDear(tries)) {
    forget();
    tries.push(await openedOnce(input, opener));
  }
  return { name, tries };
}

/** What is opened again is to cost what it did: for a while after a piece took long bodies begin small. */
function forget(): void {
  const piece = new Uint8Array(PIECE);
  for (const quick = new Pace(); new Pace().piece(piece, 0).length < PIECE; void quick.took(0)) quick.piece(piece, 0);
  giveBack();
}

/** Memory that is free but still this process's is filled without growing: a last resort gives back what the collection before it freed. */
function giveBack(): void {
  globalThis.gc?.();
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

async function openedOnce({ bytes, contentType, contentEncoding }: Input, opener: ExtractPool): Promise<Outcome> {
  // What making it left behind.
  globalThis.gc?.();
  resetPeak();
  const before = peakMiB();
  const failed = failures.length;
  const watching = watch();
  const [began, spentBefore] = [performance.now(), spentMs()];
  const coding = contentEncoding === undefined ? undefined : codings().of(contentEncoding);
  const body = inflow(piecesOf(bytes), coding);
  const prefix = await body.prefix(factory.prefixLength);
  const head = { ...bodyHead(contentType), ...(coding === undefined ? { contentEncoding } : {}) };
  const inspector = factory.inspect(head, prefix, () => true, { defers: true });
  const children = childParts({ opener, spools }, inspector);
  let size = 0;
  let spent = 0;
  for await (const { plain } of body.steps(() => spent)) {
    if (plain === undefined) continue;
    size += plain.length;
    const from = performance.now();
    inspector.write(plain);
    spent += performance.now() - from;
    await children.take();
  }
  inspector.end(true);
  await children.take();
  await children.open();
  await children.close();
  await body.close();
  const lasted = performance.now() - began;
  const problem = body.decoder?.problem;
  const receipt = inspector.receipt();
  return {
    lasted, took: Math.min(lasted, spentMs() - spentBefore), stall: watching.stop(), grew: peakMiB() - before,
    reasons: [...new Set([...(problem === undefined ? [] : [problem]), ...inspector.unscannable].map(({ reason, detail }) => `${reason} ${detail}`))].slice(0, 20),
    findings: inspector.findings().length,
    lawful: receipt.size === size && receipt.scanned + receipt.unscanned === size,
    crashed: failures.slice(failed),
  };
}

const groups: Readonly<Record<string, () => Promise<void>>> = {
  async named() {
    const only = process.argv[3];
    for (const { name, make, slow } of [...ARCHIVES, ...DOCUMENTS, ...TEXTS].filter((one) => only === undefined || one.name.includes(only))) {
      const input = await make();
      giveBack();
      say(await opened(name, input, slow === true ? hasty : pool));
    }
  },
  async cut() {
    const all = cutAndLying();
    const take = async (): Promise<void> => {
      for (let next = await all.next(); next.done !== true; next = await all.next()) say(await opened(next.value.name, next.value.input));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
  },
};
function say(opened: Opened): void {
  if (process.send !== undefined) process.send(opened);
  else for (const one of opened.tries) process.stdout.write(`${JSON.stringify({ name: opened.name, ...one, took: Math.round(one.took), lasted: Math.round(one.lasted), stall: Math.round(one.stall), grew: Math.round(one.grew) })}\n`);
}

try {
  // Tables of charsets and code are made once, and not by what is measured.
  await opened('', { bytes: Buffer.from('电话'), contentType: undefined });
  await opened('', { bytes: gzipSync(Buffer.from('电话')), contentType: undefined });
  await groups[process.argv[2] ?? 'named']?.();
} finally {
  await pool.close();
  await hasty.close();
  rmSync(folder, { recursive: true, force: true });
  if (process.connected) process.disconnect();
}
