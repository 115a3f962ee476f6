/** `weir start`: runs the gateway in this process until a signal ends it. */
import type { Command } from 'commander';
import type { Terminal } from './terminal.js';

export function addStart(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  program
    .command('start')
    .description(words.start)
    .option('--config <file>', words.configOption)
    .option('--data <dir>', words.dataOption)
    .action(async (options: { readonly config?: string; readonly data?: string }) => {
      // Loaded only when the gateway is to run: it brings every stage with it.
      const { run } = await import('../main.js');
      terminal.exitWith(await run(options, env));
    });
}
