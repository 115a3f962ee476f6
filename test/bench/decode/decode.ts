/** The table `decode`: MB a second of each decoder, in this process and through the processes that open files, beside the program that does no more than unwrap. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childParts } from '../../../gateway/act/children.js';
import { inflow } from '../../../gateway/act/inflow.js';
import { spoolFactory } from '../../../gateway/body/spool.js';
import { codings } from '../../../gateway/decode/codec/codings.js';
import { EXTRACT_LIMITS } from '../../../gateway/decode/extract/limits.js';
import { extractPool } from '../../../gateway/decode/extract/pool.js';
import { readContainer } from '../../../gateway/decode/extract/read-container.js';
import type { ExtractChild } from '../../../gateway/decode/extract/child-slot.js';
import type { PartOpener } from '../../../gateway/ports.js';
import { spawnExtractChild } from '../../../gateway/wiring/extract-spawn.js';
import { containerTools } from '../../kit/containers.js';
import { bodyHead, engine } from '../../kit/engine.js';
import { peakMiB, resetPeak } from '../processes.js';
import { samples, type Sample } from './samples.js';

const ENTRY = fileURLToPath(new URL('../../../dist/gateway/wiring/extract-child.js', import.meta.url));
const MEMORY = 512 * 2 ** 20;
const PIECE = 64 * 1024;
const LOOK_MS = 10;
/** Nothing that is measured here comes near; a broken reader would be measured as a quick one. */
const LONGEST_MS = 120_000;

export interface DecodeRow {
  readonly name: string;
  readonly fileMB: number;
  /** Medians, in seconds. */
  readonly here: number;
  readonly pooled: number;
  readonly peer: number | undefined;
  /** MB a second of what it stands for. */
  readonly rate: number;
  readonly pooledRate: number;
  readonly peerRate: number | undefined;
  /** MiB that the process which carries traffic had at most, beyond what it had before. */
  readonly parent: number;
  /** MiB that the process which opens files had at most. */
  readonly child: number;
}
export interface DecodeOptions {
  readonly bytes: number;
  readonly rounds: number;
  readonly rows: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const factory = engine();

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield await Promise.resolve(bytes.subarray(at, at + PIECE));
}

/** Seconds from the first byte to the last part opened. Throws where something was not read: what is not scanned is quick. */
async function read({ name, bytes, contentType, contentEncoding }: Sample, opener: PartOpener, spools: ReturnType<typeof spoolFactory>): Promise<number> {
  const began = performance.now();
  const body = inflow(piecesOf(bytes), contentEncoding === undefined ? undefined : codings().of(contentEncoding));
  const inspector = factory.inspect(bodyHead(contentType), await body.prefix(factory.prefixLength), () => true, { defers: true });
  const children = childParts({ opener, spools }, inspector);
  for await (const { plain } of body.steps(() => 0)) {
    if (plain === undefined) continue;
    inspector.write(plain);
    await children.take();
  }
  inspector.end(true);
  await children.take();
  await children.open();
  await children.close();
  const unread = inspector.unscannable.filter(({ reason }) => reason !== 'no-text');
  if (unread.length > 0 || body.decoder?.problem !== undefined) throw new Error(`${name} was not read: ${unread.map(({ reason, detail }) => `${reason} ${detail}`).join(', ')}`);
  return (performance.now() - began) / 1000;
}

/** Opens files in this process. */
const here: PartOpener = {
  async open(child, source, sink) {
    await readContainer(containerTools(), child, source, sink, new AbortController().signal);
    return { close: () => Promise.resolve() };
  },
  close: () => Promise.resolve(),
};

export async function decodeBench({ bytes, rounds, rows, say }: DecodeOptions): Promise<readonly DecodeRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-decode-'));
  const started: ExtractChild[] = [];
  const spools = spoolFactory({ dir: folder });
  const pool = extractPool({
    spawn: () => {
      const child = spawnExtractChild(MEMORY, ENTRY);
      started.push(child);
      return child;
    },
    settings: { detectors: { disable: [], keep: {}, patterns: [] }, fingerprintKey: Buffer.from('bench key'), limits: EXTRACT_LIMITS, keeps: MEMORY / 8 },
    children: 1, waiting: 10, timeMs: LONGEST_MS, memory: MEMORY, spools,
    onFailure: (code) => say(code),
  });
  const result: DecodeRow[] = [];
  try {
    say('making files …');
    for (const sample of (await samples(bytes)).filter(({ name }) => rows === undefined || rows.some((row) => name.startsWith(row)))) {
      const path = join(folder, 'sample');
      writeFileSync(path, sample.bytes);
      const times = { here: [] as number[], pooled: [] as number[], peer: [] as number[] };
      const most = { parent: 0, child: 0 };
      const look = setInterval(() => (most.child = Math.max(most.child, (started.at(-1)?.memory() ?? 0) / 2 ** 20)), LOOK_MS);
      // Once for code and tables.
      await read(sample, here, spools);
      await read(sample, pool, spools);
      for (let round = 0; round < rounds; round++) {
        times.here.push(await read(sample, here, spools));
        resetPeak(process.pid);
        const before = currentMiB();
        times.pooled.push(await read(sample, pool, spools));
        most.parent = Math.max(most.parent, peakMiB(process.pid) - before);
        if (sample.peer !== undefined) {
          const began = performance.now();
          execFileSync('sh', ['-c', sample.peer, 'sh', path], { stdio: ['ignore', 'ignore', 'pipe'] });
          times.peer.push((performance.now() - began) / 1000);
        }
      }
      clearInterval(look);
      const size = (sample.plain ?? sample.bytes.length) / 1e6;
      const peer = sample.peer === undefined ? undefined : median(times.peer);
      const row = { name: sample.name, fileMB: sample.bytes.length / 1e6, here: median(times.here), pooled: median(times.pooled), peer, rate: size / median(times.here), pooledRate: size / median(times.pooled), peerRate: peer === undefined ? undefined : size / peer, ...most };
      result.push(row);
      say(lineOf(row).join('  '));
    }
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

function currentMiB(): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) / 1024;
}

const HEAD = ['', 'file, MB', 'Weir, MB/s', 'in a process, MB/s', 'unwrapping alone, MB/s', 'Weir, s', 'in a process, s', 'unwrapping alone, s', 'gateway, MiB', 'process, MiB'];

function lineOf({ name, fileMB, here: seconds, pooled, peer, rate, pooledRate, peerRate, parent, child }: DecodeRow): readonly string[] {
  return [name, fileMB.toFixed(2), rate.toFixed(1), pooledRate.toFixed(1), peerRate?.toFixed(1) ?? '', seconds.toFixed(3), pooled.toFixed(3), peer?.toFixed(3) ?? '', parent.toFixed(0), child === 0 ? '' : child.toFixed(0)];
}

export function decodeMarkdown(rows: readonly DecodeRow[], bytes: number, rounds: number): string {
  const table = [HEAD, HEAD.map((_, index) => (index === 0 ? '---' : '--:')), ...rows.map(lineOf)].map((cells) => `| ${cells.join(' | ')} |`);
  return `${(bytes / 2 ** 20).toFixed(0)} MiB of text, a tenth of it where LibreOffice writes the file; ${rounds} rounds, medians.\n\n${table.join('\n')}\n\nMB (10⁶ bytes) a second of the text that is wrapped, of the file for documents: opened, scanned with the built-in detectors, accounted for. “In a process” as the gateway opens files; what streams is read in the gateway in both columns. “Unwrapping alone” is another program that scans nothing: cat, iconv, base64, gzip, zstd, xz, unzip, tar, 7z, pdftotext, python-docx, openpyxl, its start included. Gateway: memory beyond what it had; process: all of its memory, kept between files.`;
}
