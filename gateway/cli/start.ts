/** `weir start`: runs the gateway until a signal ends it. */
import type { Command } from 'commander';
import type { Terminal } from './terminal.js';
import { keysWords } from './words-keys.js';
import { startWords } from './words-start.js';
import { workerWords } from './words-worker.js';

export function addStart(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  program
    .command('start')
    .description(words.start)
    .option('--config <file>', words.configOption)
    .option('--data <dir>', words.dataOption)
    .option('--keys <dir>', keysWords(terminal.language).keysOption)
    .option('--processes <n>', startWords(terminal.language).processes)
    .option('--custody <how>', startWords(terminal.language).custody)
    .option('--no-workers', workerWords(terminal.language).noWorkers)
    .action(async (options: { readonly config?: string; readonly data?: string; readonly keys?: string; readonly processes?: string; readonly custody?: string; readonly workers?: boolean }) => {
      // Loaded only when the gateway is to run: it brings every stage with it.
      const { run } = await import('../main.js');
      terminal.exitWith(await run(options, options.keys === undefined ? env : { ...env, WEIR_KEYS: options.keys }));
    });
}
