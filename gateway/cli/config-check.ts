/** `weir config check`: every problem of a configuration file at once, each with its place and a right example. */
import type { Command } from 'commander';
import { configFile } from './config-file.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { plain } from './terminal-text.js';

export function addConfig(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  program
    .command('config')
    .description(words.config)
    .command('check')
    .description(words.configCheck)
    .argument('[file]')
    .option('--json', words.jsonOption)
    .action(async (given: string | undefined, options: { readonly json?: boolean }) => {
      const file = configFile(given, env);
      if (file === undefined) throw new CommandFailed(words.fileMissing);
      const { loadConfig, reportLines } = await import('../../config/load.js');
      const { detectorChecks } = await import('../engine.js');
      const result = loadConfig(file, env, detectorChecks);
      if (options.json === true) {
        const { ok, file: full, warnings } = result;
        terminal.print(JSON.stringify({ ok, file: full, problems: result.ok ? [] : result.problems, warnings }));
      } else for (const line of reportLines(result)) terminal.print(plain(line));
      terminal.exitWith(result.ok ? EXIT.fine : EXIT.no);
    });
}
