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
  readonly apply: (settings: LiveSettings, revision: string) => Promise<void>;
  readonly onResult: (ok: boolean, revision: string | undefined) => void;
  readonly againMs?: number | undefined;
}

/** A process that hangs is ended by then, and another stands in its place. */
const AGAIN_MS = 45_000;

export interface Reloading {
  close(): Promise<void>;
}

export function reloading(options: ReloadingOptions): Reloading {
  const { file, env, log, say } = options;
  const { reload } = configReloader(options.running, () => loadConfig(file, env, detectorChecks), options.apply);
  let again: NodeJS.Timeout | undefined;
  const take = async (): Promise<void> => {
    clearTimeout(again);
    try {
      const outcome = await reload();
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
      say('The changed configuration is not taken up, since a part of this node cannot run it now; the one before stays in force everywhere, and it is tried again.');
      log.error('config.reload-failed', { cause: causeCode(thrown) });
      options.onResult(false, undefined);
      // The file is right and will not change again by itself.
      if (!isClosed) again = setTimeout(taken, options.againMs ?? AGAIN_MS).unref();
    }
  };
  // One after the other: a file that changes again meanwhile is looked at when the change before is in force or refused.
  let turn = Promise.resolve();
  let isClosed = false;
  const taken = (): void => void (turn = turn.then(take));
  const watching = watchConfig(file, taken, { revision: options.revision, onError: (thrown) => log.error('config.watch-failed', { cause: causeCode(thrown) }) });
  return {
    async close() {
      isClosed = true;
      clearTimeout(again);
      await watching.close();
    },
  };
}
