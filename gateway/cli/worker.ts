/** `weir worker`: runs workers alone until a signal ends them; running jobs may finish within a bound. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { JOB_KINDS, type JobKind } from '../ports.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { keysWords } from './words-keys.js';
import { workerWords } from './words-worker.js';

const CONCURRENCY_MOST = 64;

interface Options {
  readonly config?: string;
  readonly data?: string;
  readonly keys?: string;
  readonly queues?: string;
  readonly concurrency?: string;
}

export function addWorker(program: Command, terminal: Terminal): void {
  const own = workerWords(terminal.language);
  const { words } = terminal;
  program
    .command('worker')
    .description(own.worker)
    .option('--queues <names>', own.queues)
    .option('--concurrency <n>', own.concurrency)
    .option('--config <file>', words.configOption)
    .option('--data <dir>', words.dataOption)
    .option('--keys <dir>', keysWords(terminal.language).keysOption)
    .action(async (options: Options) => {
      const env = options.keys === undefined ? terminal.env : { ...terminal.env, WEIR_KEYS: options.keys };
      const queues = queuesOf(options.queues, own.wrongQueues);
      const concurrency = concurrencyOf(options.concurrency, own.wrongConcurrency);
      // Loaded only when it is to run: they bring every stage with them.
      const [{ startWorker }, { foreground }, { shippedConfig }] = await Promise.all([import('../wiring/worker-process.js'), import('../wiring/foreground.js'), import('../wiring/shipped-config.js')]);
      terminal.exitWith(
        await foreground((say) =>
          startWorker({
            configFile: resolve(options.config ?? env.WEIR_CONFIG ?? shippedConfig()),
            dataDir: resolve(options.data ?? env.WEIR_DATA ?? './data'),
            env, say, queues, concurrency,
            logStream: process.stderr,
          }),
        ),
      );
    });
}

function queuesOf(text: string | undefined, sentence: string): readonly JobKind[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  const known = JOB_KINDS.filter((kind) => names.includes(kind));
  if (known.length === 0 || names.some((name) => !JOB_KINDS.some((kind) => kind === name))) throw new CommandFailed(sentence, EXIT.trouble);
  return known;
}

function concurrencyOf(text: string | undefined, sentence: string): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > CONCURRENCY_MOST) throw new CommandFailed(sentence, EXIT.trouble);
  return number;
}
