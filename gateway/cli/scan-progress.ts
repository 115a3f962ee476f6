/** A progress bar on standard error while a scan runs; silent where nobody watches. */
import { fill, type Words } from './words.js';

export interface ScanProgress {
  advance(bytes: number): void;
  /** Clears the bar's line, so that a line of output does not run into it; it comes back by itself. */
  clear(): void;
  stop(): void;
}

const SILENT: ScanProgress = { advance: () => undefined, clear: () => undefined, stop: () => undefined };
const MIB = 1024 * 1024;

/** `total` is measured only when there is a terminal to show it on; 0 when it cannot be known. */
export async function scanProgress(words: Words, total: () => Promise<number>): Promise<ScanProgress> {
  const { stderr } = process;
  if (!stderr.isTTY) return SILENT;
  const { Presets, SingleBar } = await import('cli-progress');
  stderr.write(`${words.counting}…`);
  const bytes = await total();
  stderr.write('\r\u001b[K');
  const bar = new SingleBar(
    { format: `${words.scanning} {bar} {percentage}%  {done}  {eta_formatted}`, stream: stderr, hideCursor: true, clearOnComplete: true, forceRedraw: true, gracefulExit: false },
    Presets.shades_grey,
  );
  let done = 0;
  const payload = (): object => ({ done: fill('{done} / {total} MiB', { done: (done / MIB).toFixed(1), total: (bytes / MIB).toFixed(1) }) });
  bar.start(Math.max(1, bytes), 0, payload());
  return {
    advance(more) {
      done += more;
      bar.update(Math.min(done, Math.max(1, bytes)), payload());
    },
    clear: () => void stderr.write('\r\u001b[K'),
    stop() {
      bar.stop();
      stderr.write('\r\u001b[K');
    },
  };
}
