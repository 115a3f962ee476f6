/** Takes up a changed configuration file while running; a bad one changes nothing and says so. */
import { loadConfig, reportLines } from '../../config/load.js';
import { configReloader, type LiveSettings } from '../../config/reload.js';
import type { Config } from '../../config/schema.js';
import { watchConfig } from '../../config/watch.js';
import { detectorChecks } from '../engine.js';
import { causeCode } from '../errors.js';
import type { Log } from '../ports.js';

export interface ReloadingOptions {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly running: Config;
  /** Of the file that `running` was read from. */
  readonly revision: string;
  readonly log: Log;
  readonly say: (line: string) => void;
  /** Switches all policies, or throws before it has switched any. */
  readonly apply: (settings: LiveSettings, revision: string) => void;
  readonly onResult: (ok: boolean, revision: string | undefined) => void;
}

export interface Reloading {
  close(): Promise<void>;
}

export function reloading(options: ReloadingOptions): Reloading {
  const { file, env, log, say } = options;
  const { reload } = configReloader(options.running, () => loadConfig(file, env, detectorChecks), options.apply);
  const take = (): void => {
    try {
      const outcome = reload();
      if (outcome.kind === 'refused') {
        say(`The changed configuration is not taken up; the one before stays in force:\n${reportLines({ ok: false, file, problems: outcome.problems, warnings: [] }).join('\n')}`);
        log.error('config.refused', { problems: outcome.problems.length });
        options.onResult(false, undefined);
        return;
      }
      say(`Policies reloaded (revision ${outcome.revision}).`);
      if (outcome.restart.length > 0) say(`These changes wait for a restart: ${outcome.restart.join('; ')}`);
      log.info('config.reloaded', { revision: outcome.revision, restart: outcome.restart.length });
      options.onResult(true, outcome.revision);
    } catch (thrown) {
      log.error('config.reload-failed', { cause: causeCode(thrown) });
      options.onResult(false, undefined);
    }
  };
  return watchConfig(file, take, { revision: options.revision, onError: (thrown) => log.error('config.watch-failed', { cause: causeCode(thrown) }) });
}
