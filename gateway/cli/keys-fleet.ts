/** `weir keys init` and `weir keys adopt`: a fleet's keys folder, and which vault and keys belong to its ledger. */
import { Option, type Command } from 'commander';
import { hasNumberShape } from '../review/number-shape.js';
import { CommandFailed } from './outcome.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';
import { keysWords } from './words-keys.js';

/** As for every reason that people give. */
const REASON_MOST = 500;

export function addKeysInit(keys: Command, { env, language, print, tell }: Terminal): void {
  const words = keysWords(language);
  keys
    .command('init')
    .description(words.init)
    .requiredOption('--out <dir>', words.initOut)
    .option('--data <dir>', words.initData)
    .addOption(new Option('--suite <name>').choices(['age-v1', 'gm-1']))
    .action(async (options: { readonly out: string; readonly data?: string; readonly suite?: 'age-v1' | 'gm-1' }) => {
      const { initKeys, keysFolder } = await import('../vault/keys-folder.js');
      const from = options.data === undefined ? undefined : keysFolder({ ...env, WEIR_KEYS: undefined }, options.data).dir;
      const made = await initKeys(options.out, { from, suite: options.suite });
      print(fill(words.made, { path: options.out }));
      print(made.length === 0 ? words.madeNothing : fill(words.madeAnew, { names: made.join(', ') }));
      tell(words.keepSafe);
    });
}

export function addKeysAdopt(keys: Command, terminal: Terminal): void {
  const { env, language, print, tell } = terminal;
  const words = keysWords(language);
  keys
    .command('adopt')
    .description(words.adopt)
    .requiredOption('--reason <text>', words.adoptReason)
    .option('--data <dir>', terminal.words.dataOption)
    .option('--config <file>', terminal.words.configOption)
    .action(async (options: { readonly reason: string; readonly data?: string; readonly config?: string }) => {
      const reason = options.reason.trim();
      if (reason === '' || reason.length > REASON_MOST) throw new CommandFailed(words.reasonEmpty);
      if (hasNumberShape(reason)) throw new CommandFailed(words.reasonNumber);
      const dataDir = options.data ?? env['WEIR_DATA'] ?? 'data';
      const [{ configured }, { ledgerAccess }, { ledgerDatabase }, { auditWriter }, { fleetLedger }, { openVault }, { adoptIdentity }] = await Promise.all([
        import('./configured.js'), import('./ledger-connection.js'), import('../ledger/database.js'), import('../ledger/audit-writer.js'),
        import('../ledger/fleet-ledger.js'), import('../vault/open-vault.js'), import('../wiring/fleet-identity.js'),
      ]);
      const config = configured(options.config, env);
      const opened = await openVault({ config, dataDir, env, clock: Date, wrap: (_name, port) => port, log: { warn: () => undefined }, alone: false });
      try {
        const access = await ledgerAccess(env, dataDir, tell);
        const database = ledgerDatabase(access.connection);
        try {
          const vault = await adoptIdentity(fleetLedger({ database, audit: auditWriter('command'), clock: Date }), opened, reason);
          print(fill(words.adopted, { vault, keys: opened.keysDir }));
        } finally {
          await database.close();
          await access.close();
        }
      } finally {
        await opened.close();
      }
    });
}
