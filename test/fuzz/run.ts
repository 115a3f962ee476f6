/** Starts the process that fuzzes, gathers what it says, and ends it where one input takes too long: the seed that hung is then known. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PATIENCE_MS } from '../kit/patience.js';

/** For one input on a busy machine. */
const LONGEST_MS = 60_000;

export interface FuzzTotals {
  readonly format: string;
  readonly runs: number;
  readonly clean: number;
  readonly found: number;
  readonly masked: number;
  readonly slowest: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly untidy: Readonly<Record<string, number>>;
}
export interface FuzzResult {
  readonly totals: readonly FuzzTotals[];
  /** `format seed: what`; the same seed shows it again. */
  readonly faults: readonly string[];
  /** Of the undamaged files: findings, and laws that were broken. */
  readonly sound: readonly { readonly format: string; readonly findings: number; readonly faults: readonly string[] }[];
}
interface Said {
  readonly format?: string;
  readonly trying?: number;
  readonly seed?: number;
  readonly fault?: string;
  readonly totals?: FuzzTotals;
  readonly sound?: { readonly findings: number; readonly faults: readonly string[] };
}

export interface FuzzOptions {
  /** Names of test/kit/every-format.ts, or none for all. */
  readonly formats: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  /** Inputs for each format, however long they take. */
  readonly least: number;
  readonly say?: (line: string) => void;
}

export function fuzz({ formats, seconds, seed, least, say = () => undefined }: FuzzOptions): Promise<FuzzResult> {
  return new Promise((resolve) => {
    const totals: FuzzTotals[] = [];
    const faults: string[] = [];
    const sound: FuzzResult['sound'][number][] = [];
    let last = 'start';
    const child = fork(fileURLToPath(new URL('./fuzz-child.ts', import.meta.url)), [formats.length === 0 ? 'all' : formats.join(','), String(seconds), String(seed), String(least)], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const report = (fault: string): void => {
      faults.push(fault);
      say(fault);
    };
    const late = (): void => {
      report(`${last}: hangs`);
      child.kill('SIGKILL');
    };
    // The first waits for real programs to make the files.
    let timer = setTimeout(late, PATIENCE_MS);
    child.on('message', (message) => {
      const one = message as Said;
      clearTimeout(timer);
      timer = setTimeout(late, LONGEST_MS);
      if (one.trying !== undefined) last = `${one.format ?? ''} ${String(one.trying)}`;
      if (one.fault !== undefined) report(`${one.format ?? ''} ${String(one.seed)}: ${one.fault}`);
      if (one.sound !== undefined) sound.push({ format: one.format ?? '', ...one.sound });
      if (one.totals !== undefined) {
        totals.push(one.totals);
        const { format, runs, found, masked, clean, slowest, reasons, untidy } = one.totals;
        const most = Object.entries(reasons).sort(([, a], [, b]) => b - a).slice(0, 4).map(([reason, count]) => `${reason} ${count}`);
        say(`${format}: ${runs} inputs, ${clean} clean, ${found} with findings, ${masked} masked, slowest ${slowest.toFixed(0)} ms; ${most.join(', ')}${Object.entries(untidy).map(([place, count]) => `; ${place} ${count} times`).join('')}`);
      }
    });
    // It ends before the last of what it said is read.
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code !== 0 && faults.length === 0) report(`${last}: ended with ${String(code)}`);
      resolve({ totals, faults, sound });
    });
  });
}
