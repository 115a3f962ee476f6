/** `weir start`: runs the gateway in this process until a signal ends it. */
import type { Command } from 'commander';
import { CommandFailed } from './outcome.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';

/** What gateway/main.ts gives. */
interface Main {
  start(options: { readonly config: string | undefined; readonly data: string | undefined }): Promise<{ stop(): Promise<void> }>;
}
/** Loaded only when the gateway is to run: it brings every stage with it. */
const MAIN = '../main.js';

export function addStart(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  program
    .command('start')
    .description(words.start)
    .option('--config <file>', words.configOption)
    .option('--data <dir>', words.dataOption)
    .action(async (options: { readonly config?: string; readonly data?: string }) => {
      const main: unknown = await import(MAIN);
      if (!isMain(main)) throw new CommandFailed(fill(words.missingPart, { name: 'main' }));
      const running = await main.start({ config: options.config ?? env['WEIR_CONFIG'], data: options.data ?? env['WEIR_DATA'] });
      const signal = await ended();
      terminal.tell(signal);
      await running.stop();
    });
}

function isMain(module: unknown): module is Main {
  return typeof module === 'object' && module !== null && 'start' in module && typeof module.start === 'function';
}

function ended(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
