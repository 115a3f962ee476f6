/** `weir config check`: every problem of a configuration file at once, each with its place and a right example. */
import type { Command } from 'commander';
import type { LoadResult } from '../../config/load.js';
import { configFile } from './config-file.js';
import { lineText } from './connect-line.js';
import type { DetectorCosts } from './detector-cost.js';
import { costLines } from './detector-cost-report.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { plain } from './terminal-text.js';
import { connectWords } from './words-connect.js';

export function addConfig(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  program
    .command('config')
    .description(words.config)
    .command('check')
    .description(words.configCheck)
    .argument('[file]')
    .option('--json', words.jsonOption)
    .option('--connect', connectWords(terminal.language).option)
    .action(async (given: string | undefined, options: { readonly json?: boolean; readonly connect?: boolean }) => {
      const file = configFile(given, env);
      if (file === undefined) throw new CommandFailed(words.fileMissing);
      const { loadConfig, reportLines } = await import('../../config/load.js');
      const { detectorChecks } = await import('../engine.js');
      const result = loadConfig(file, env, detectorChecks);
      const connections = result.ok && options.connect === true ? await (await import('./connect-check.js')).connectLines(result.config, terminal) : [];
      if (options.json === true) {
        const { ok, file: full, warnings } = result;
        terminal.print(JSON.stringify({ ok, file: full, problems: result.ok ? [] : result.problems, warnings, costs: await costsOf(result), ...(options.connect === true ? { connections } : {}) }));
      } else {
        for (const line of reportLines(result)) terminal.print(plain(line));
        const costs = await costsOf(result);
        if (costs !== undefined) for (const line of costLines(costs, words)) terminal.print(line);
        for (const line of connections) terminal.print(plain(lineText(line, connectWords(terminal.language))));
      }
      terminal.exitWith(result.ok && connections.every(({ state }) => state !== 'missing') ? EXIT.fine : EXIT.no);
    });
}

/** `undefined` where no pattern is declared: nothing to measure. */
async function costsOf(result: LoadResult): Promise<DetectorCosts | undefined> {
  if (!result.ok) return undefined;
  const { detectorCosts } = await import('./detector-cost.js');
  return detectorCosts(result.config.detectors);
}
