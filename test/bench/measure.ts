/** Runs rows in alternating rounds beside a bare proxy and keeps what each took of time and memory. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../kit/free-port.js';
import { peakMiB, resetPeak, start, type Running } from './processes.js';
import { configuration, type Row } from './rows.js';
import { upload } from './upload.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const MAIN = here('../../dist/gateway/main.js');

export interface Measured {
  readonly row: Row;
  /** Throughput beside the bare proxy's of the same round; 1 is as fast. */
  readonly ratios: readonly number[];
  /** Largest resident set of any round, in MiB. */
  readonly peak: number;
}

export interface Measurement {
  readonly rows: readonly Measured[];
  /** Resident set of the gateway before the first byte. */
  readonly idle: number;
  readonly barePeak: number;
}

/** Throws when a row does not end as it should: a fast gateway that loses bytes is not measured. */
export async function measure(rows: readonly Row[], bytes: number, rounds: number, say: (line: string) => void): Promise<Measurement> {
  build(say);
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const running: Running[] = [];
  const end = async (): Promise<void> => {
    for (const one of running.splice(0).reverse()) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupted = (): void => void end().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const [sink, bare, data, admin] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const config = join(folder, 'bench.yaml');
    writeFileSync(config, configuration(rows, { data, admin, sink }));
    running.push(await start(1, ['--import', 'tsx', here('null-sink.ts'), String(sink)]));
    const proxy = await start(0, ['--import', 'tsx', here('bare-proxy.ts'), String(bare), `http://127.0.0.1:${sink}`]);
    running.push(proxy);
    const gateway = await start(0, [MAIN, '--config', config, '--data', join(folder, 'data')], `http://127.0.0.1:${admin}/readyz?for=hold`);
    running.push(gateway);

    const idle = peakMiB(gateway.pid);
    const ratios = new Map(rows.map((row) => [row.id, [] as number[]]));
    const peaks = new Map(rows.map((row) => [row.id, 0]));
    let barePeak = 0;
    for (let round = 1; round <= rounds; round += 1) {
      resetPeak(proxy.pid);
      const base = await upload(`http://127.0.0.1:${bare}/`, bytes, `bare ${round}`);
      expectEnd('bare proxy', base.received === bytes && base.status === 200);
      barePeak = Math.max(barePeak, peakMiB(proxy.pid));
      for (const row of rows) {
        resetPeak(gateway.pid);
        const done = await upload(`http://127.0.0.1:${data}/${row.id}`, bytes, `${row.id} ${round}`);
        expectEnd(`${row.title}: ${done.status} ${done.action ?? ''} ${done.received ?? ''}`, done.status === row.status && (row.action === undefined || done.action === row.action) && (row.status !== 200 || done.received === bytes));
        ratios.get(row.id)?.push(base.seconds / done.seconds);
        peaks.set(row.id, Math.max(peaks.get(row.id) ?? 0, peakMiB(gateway.pid)));
        say(`round ${round}/${rounds}  ${row.title}: ${(base.seconds / done.seconds).toFixed(2)}`);
      }
    }
    return { rows: rows.map((row) => ({ row, ratios: ratios.get(row.id) ?? [], peak: peaks.get(row.id) ?? 0 })), idle, barePeak };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await end();
  }
}

function expectEnd(what: string, ok: boolean): void {
  if (!ok) throw new Error(`did not end as it should: ${what}`);
}

function build(say: (line: string) => void): void {
  say(existsSync(MAIN) ? 'building what has changed …' : 'building …');
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: here('../..'), stdio: 'inherit' });
}
