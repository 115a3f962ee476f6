/** `weir alert canary`: the fingerprints of a planted number, so that the configuration can name it without holding it. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { causeCode } from '../errors.js';
import { asking } from './ask.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { alertWords } from './words-alert.js';
import { fill } from './words.js';

interface Options {
  readonly data?: string;
  readonly config?: string;
}

export function addAlertCanary(alert: Command, { env, language, print, tell, words: usual }: Terminal): void {
  const words = alertWords(language);
  alert
    .command('canary')
    .description(words.canary)
    .option('--data <dir>', usual.dataOption)
    .option('--config <file>', words.configOption)
    .action(async (options: Options) => {
      const [{ engine }, { configured }] = await Promise.all([import('../engine.js'), import('./configured.js')]);
      const config = options.config === undefined ? undefined : configured(options.config, env);
      const key = await fingerprintKey(options, config?.vault.keyCommand, env, (path) => fill(words.noFingerprintKey, { path }));
      const input = asking(process.stdin, process.stderr);
      const number = await input.ask(words.planted, { hidden: true }).finally(() => input.close());
      const detection = engine(config?.detectors ?? { disable: [], keep: {}, patterns: [] }, key, (thrown) => tell(causeCode(thrown)));
      const { findings } = detection.inspectors().inspectHead([{ name: 'planted', kind: 'file-name', text: number?.trim() ?? '' }], () => false);
      const fingerprints = [...new Set(findings.map(({ fingerprint }) => fingerprint))];
      if (fingerprints.length === 0) throw new CommandFailed(words.nothingFound, EXIT.no);
      print(`fingerprints: [${fingerprints.map((one) => `"${one}"`).join(', ')}]`);
    });
}

/** The one that this installation, or its fleet, tells values apart with; never made here: another one would match nothing. */
async function fingerprintKey({ data }: Options, program: readonly [string, ...string[]] | undefined, env: NodeJS.ProcessEnv, missing: (path: string) => string): Promise<Buffer> {
  const [{ keyCommand }, { keysFolder }, { readIfThere }] = await Promise.all([import('../vault/key-command.js'), import('../vault/keys-folder.js'), import('../vault/secrets.js')]);
  if (program !== undefined) return await keyCommand(program, env).ask('mac', Buffer.from('weir fingerprint v1'));
  const path = join(keysFolder(env, data ?? env['WEIR_DATA'] ?? 'data').dir, 'fingerprint');
  const key = await readIfThere(path);
  if (key === undefined) throw new CommandFailed(missing(path));
  return key;
}
