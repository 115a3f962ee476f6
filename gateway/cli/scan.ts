/** `weir scan`: the gateway's engine over files, folders and standard input. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { spoolFactory } from '../body/spool.js';
import { configFile } from './config-file.js';
import { scanExitCode, scanPaths, type ScanTotals } from './scan-paths.js';
import { scanProgress } from './scan-progress.js';
import { jsonReport, textReport } from './scan-report.js';
import { STDIN, walk } from './scan-walk.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';

/** What policies act on by default: below it a candidate is more likely no personal number. */
const CONFIDENCE = 0.7;
/** Nobody waits at the other end: an archive of a whole disk may take its time. */
const OPENING_MS = 3_600_000;

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly confidence: number;
  readonly follow?: boolean;
  readonly unscannedOk?: boolean;
  readonly receipt?: boolean;
}

export function addScan(program: Command, terminal: Terminal): void {
  const { words } = terminal;
  program
    .command('scan')
    .description(words.scan)
    .argument('<path...>')
    .option('--json', words.jsonOption)
    .option('--config <file>', words.scanConfigOption)
    .option('--explain', words.explainOption)
    .option('--confidence <n>', words.confidenceOption, (text) => share(text, terminal), CONFIDENCE)
    .option('--receipt', words.receiptOption)
    .option('--follow', words.followOption)
    .option('--unscanned-ok', words.unscannedOption)
    .action(async (paths: readonly string[], options: Options) => terminal.exitWith(await scan(paths, options, terminal)));
}

async function scan(paths: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const { words, tell, env, language } = terminal;
  const { scanEngine, scanSettings } = await import('./scan-engine.js');
  const settings = scanSettings(configFile(options.config, env), env);
  const stop = new AbortController();
  // A reader of standard input may wait for a byte that never comes.
  stop.signal.addEventListener('abort', () => void process.stdin.destroy());
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  // Whoever read our output has left (`| head`): there is nobody to go on for.
  process.stdout.on('error', interrupt);

  const follow = options.follow ?? false;
  // Parts of files wait here until they are opened, enciphered.
  const spoolFolder = mkdtempSync(join(tmpdir(), 'weir-scan-'));
  const spools = spoolFactory({ dir: spoolFolder });
  const { engineFor, opener } = scanEngine(settings, spools, (code) => tell(`${words.notScanned}: ${code}`));
  stop.signal.addEventListener('abort', () => void opener.close());
  const progress = await scanProgress(words, () => sizeOf(paths, follow, stop.signal));
  const above = (write: (text: string) => void) => (text: string) => {
    progress.clear();
    write(text);
  };
  const outputs = { language, words, explain: options.explain ?? false, receipt: options.receipt ?? false, print: above(terminal.print), tell: above(tell) };
  const totals = await scanPaths({
    paths,
    follow,
    confidence: options.confidence,
    using: { engineFor, children: { spools, opener, openingMs: OPENING_MS } },
    report: options.json === true ? jsonReport(outputs) : textReport(outputs),
    signal: stop.signal,
    async onBytes(bytes) {
      progress.advance(bytes);
      if (process.stdout.writableNeedDrain && !stop.signal.aborted) await drained(stop.signal);
      // Lets signals and the progress bar have their turn.
      else await new Promise((resolve) => setImmediate(resolve));
    },
  }).finally(async () => {
    progress.stop();
    await opener.close();
    rmSync(spoolFolder, { recursive: true, force: true });
  });
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  summarise(totals, options.confidence, terminal);
  return scanExitCode(totals, options.unscannedOk ?? false);
}

async function drained(signal: AbortSignal): Promise<void> {
  try {
    await once(process.stdout, 'drain', { signal });
  } catch {
    // Aborted: the scan sees the signal itself before its next chunk.
  }
}

async function sizeOf(paths: readonly string[], follow: boolean, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  for await (const found of walk(paths.filter((path) => path !== STDIN), follow)) {
    if (signal.aborted) break;
    if (found.kind === 'file') bytes += found.size;
  }
  return bytes;
}

function summarise(totals: ScanTotals, confidence: number, { words, tell }: Terminal): void {
  const { files, findings, scanned, unscanned, unscannedParts: parts, weak } = totals;
  tell(fill(words.summary, { files, findings, scanned, unscanned, parts }));
  if (weak > 0) tell(fill(words.weak, { n: weak, confidence }));
  if (totals.interrupted) tell(words.interrupted);
}

function share(text: string, { words }: Terminal): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError(fill(words.badNumber, { least: 0, most: 1 }));
  return value;
}
