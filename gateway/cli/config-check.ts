/** `weir config check`: every problem of a configuration file at once, each with its place and a right example. */
import type { Command } from 'commander';
import type { LoadResult } from '../../config/load.js';
import { configFile } from './config-file.js';
import type { DetectorCosts } from './detector-cost.js';
import { costLines } from './detector-cost-report.js';
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
        terminal.print(JSON.stringify({ ok, file: full, problems: result.ok ? [] : result.problems, warnings, costs: await costsOf(result) }));
      } else {
        for (const line of reportLines(result)) terminal.print(plain(line));
        const costs = await costsOf(result);
        if (costs !== undefined) for (const line of costLines(costs, words)) terminal.print(line);
      }
      terminal.exitWith(result.ok ? EXIT.fine : EXIT.no);
    });
}

/** `undefined` where no pattern is declared: nothing to measure. */
async function costsOf(result: LoadResult): Promise<DetectorCosts | undefined> {
  if (!result.ok) return undefined;
  const { detectorCosts } = await import('./detector-cost.js');
  return detectorCosts(result.config.detectors);
}
