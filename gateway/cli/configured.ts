/** The configuration that a command works with. */
import { join } from 'node:path';
import { loadConfig, reportLines } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { configFile } from './config-file.js';
import { CommandFailed } from './outcome.js';

/** What is wrong with it ends the command. */
export function configured(named: string | undefined, env: NodeJS.ProcessEnv): Config {
  const file = configFile(named, env);
  const loaded = loadConfig(file ?? join('config', 'default.yaml'), env);
  if (!loaded.ok) throw new CommandFailed(reportLines(loaded).join('\n'));
  return loaded.config;
}
