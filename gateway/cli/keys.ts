/** `weir keys`: shows, makes, rotates, re-wraps and copies the review key, and a fleet's other keys with it. */
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { addKeysAdopt, addKeysInit } from './keys-fleet.js';
import { CommandFailed } from './outcome.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';
import { VaultError } from '../vault/vault-error.js';

interface Where {
  readonly data?: string;
  readonly keyFile?: string;
}

export function addKeys(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  const keys = program.command('keys').description(words.keys);
  const dataOf = (options: Where): string => options.data ?? env['WEIR_DATA'] ?? 'data';
  const keysOf = (folder: Folders, options: Where): string => folder.keysFolder(env, dataOf(options)).dir;
  const suite = new Option('--suite <name>', words.suiteOption).choices(['age-v1', 'gm-1']);

  keys
    .command('show')
    .description(words.keysShow)
    .option('--data <dir>', words.dataOption)
    .action(async (options: Where) => {
      const { keyPaths, knownRecipient, suiteOf, keysFolder } = await vault();
      const paths = keyPaths(keysOf({ keysFolder }, options));
      const recipient = await knownRecipient(paths.public);
      if (recipient === undefined) throw new CommandFailed(fill(words.noKeys, { path: paths.public }));
      terminal.print(fill(words.keyIs, { recipient, suite: suiteOf(recipient).name }));
      terminal.print(existsSync(paths.private) ? fill(words.keyHere, { path: paths.private }) : words.keyAway);
    });

  keys
    .command('generate')
    .description(words.keysGenerate)
    .requiredOption('--out <file>', words.outOption)
    .addOption(suite.default('age-v1'))
    .option('--passphrase-file <file>', words.passphraseOption)
    .action(async (options: { readonly out: string; readonly suite: 'age-v1' | 'gm-1'; readonly passphraseFile?: string }) => {
      const { newKey, writeKeyFile } = await vault();
      const made = await newKey(options.suite, await passphraseFrom(options.passphraseFile));
      await writeKeyFile(options.out, made.text, 0o600, false);
      terminal.print(made.recipient);
      terminal.tell(fill(words.keyMade, { path: options.out }));
    });

  keys
    .command('rotate')
    .description(words.keysRotate)
    .option('--data <dir>', words.dataOption)
    .option('--key-file <file>', words.keyFileOption)
    .addOption(new Option('--suite <name>', words.suiteOption).choices(['age-v1', 'gm-1']))
    .action(async (options: Where & { readonly suite?: 'age-v1' | 'gm-1' }) => {
      const { keyPaths, knownRecipient, suiteOf, passphraseIn, withNewKey, writeKeyFile, keysFolder } = await vault();
      const paths = keyPaths(keysOf({ keysFolder }, options));
      const path = options.keyFile ?? env['WEIR_REVIEW_KEY_FILE'] ?? paths.private;
      if ((await knownRecipient(paths.public)) === undefined) throw new CommandFailed(fill(words.noKeys, { path: paths.public }));
      let recipient = '';
      await withLedger(options, (ledger) =>
        ledger.alone(async () => {
          const known = (await knownRecipient(paths.public)) ?? '';
          const rotated = await withNewKey(path, options.suite ?? suiteOf(known).name, await passphraseIn(env));
          // The private half first: a public half without it would seal for nobody.
          await writeKeyFile(path, rotated.text, 0o600, true);
          await writeKeyFile(paths.public, `${rotated.recipient}\n`, 0o644, true);
          await ledger.record('keys.rotate', { from: known, to: rotated.recipient });
          ({ recipient } = rotated);
        }),
      );
      terminal.print(fill(words.keyRotated, { recipient }));
    });

  keys
    .command('rewrap')
    .description(words.keysRewrap)
    .option('--data <dir>', words.dataOption)
    .option('--key-file <file>', words.keyFileOption)
    .option('--config <file>', words.configOption)
    .action(async (options: Where & { readonly config?: string }) => {
      const { openKeys, rewrapMessage, openStore, keysFolder, vaultId } = await vault();
      const { configured } = await import('./configured.js');
      const config = configured(options.config, env);
      const dataDir = dataOf(options);
      const file = options.keyFile ?? env['WEIR_REVIEW_KEY_FILE'];
      const { keys: provider } = await openKeys({ keysDir: keysOf({ keysFolder }, options), custody: file === undefined ? 'local' : 'supplied', env: { ...env, WEIR_REVIEW_KEY_FILE: file } });
      const store = await openStore({ config, dataDir, env, clock: Date, wrap: (_name, port) => port });
      const counts = { rewrapped: 0, current: 0, 'other-suite': 0, missing: 0, unreadable: 0, ended: 0 };
      await withLedger(options, async (ledger, fleet) => {
        const known = await fleet.read();
        // Another vault has none of these messages, and would make all of them look lost.
        if (known?.marked === true && known.vault !== (await vaultId(store))) throw new VaultError('FLEET_VAULT_OTHER');
        for (let after = ''; ; ) {
          const ids = await ledger.kept(after, PAGE);
          for (const id of ids) counts[(await ledger.whileKept(id, () => rewrapMessage({ store, keys: provider }, id))) ?? 'ended']++;
          const last = ids.at(-1);
          if (last === undefined) break;
          after = last;
        }
        await ledger.record('keys.rewrap', { to: await provider.current(), ...counts });
      }).finally(() => store.close());
      terminal.print(fill(words.keysRewrapped, { n: counts.rewrapped, current: counts.current, other: counts['other-suite'], missing: counts.missing, unreadable: counts.unreadable }));
    });

  keys
    .command('escrow')
    .description(words.keysEscrow)
    .requiredOption('--out <file>', words.outOption)
    .option('--data <dir>', words.dataOption)
    .option('--key-file <file>', words.keyFileOption)
    .option('--to <recipient>', words.toOption)
    .option('--passphrase-file <file>', words.passphraseOption)
    .action(async (options: Where & { readonly out: string; readonly to?: string; readonly passphraseFile?: string }) => {
      const { keyPaths, passphraseIn, escrowCopy, writeKeyFile, keysFolder } = await vault();
      const passphrase = await passphraseFrom(options.passphraseFile);
      if ((options.to === undefined) === (passphrase === undefined)) throw new CommandFailed(words.escrowNeeds);
      const path = options.keyFile ?? env['WEIR_REVIEW_KEY_FILE'] ?? keyPaths(keysOf({ keysFolder }, options)).private;
      const copy = await escrowCopy(await readFile(path), await passphraseIn(env), options.to === undefined ? { passphrase: passphrase ?? '' } : { recipient: options.to });
      await withLedger(options, async (ledger) => {
        await writeKeyFile(options.out, copy, 0o600, false);
        await ledger.record('keys.escrow', { to: options.to ?? 'passphrase' });
      });
      terminal.print(fill(words.keyEscrowed, { path: options.out }));
    });

  addKeysInit(keys, terminal);
  addKeysAdopt(keys, terminal);

  async function withLedger(options: Where, work: (ledger: RewrapLedger, fleet: FleetLedger) => Promise<void>): Promise<void> {
    const [{ ledgerAccess }, { ledgerDatabase }, { auditWriter }, { rewrapLedger }, { fleetLedger }] = await Promise.all([
      import('./ledger-connection.js'),
      import('../ledger/database.js'),
      import('../ledger/audit-writer.js'),
      import('../ledger/rewrap-ledger.js'),
      import('../ledger/fleet-ledger.js'),
    ]);
    const access = await ledgerAccess(env, dataOf(options), terminal.tell);
    const database = ledgerDatabase(access.connection);
    try {
      const parts = { database, audit: auditWriter('command'), clock: Date };
      await work(rewrapLedger(parts), fleetLedger(parts));
    } finally {
      await database.close();
      await access.close();
    }
  }
}

type RewrapLedger = import('../ledger/rewrap-ledger.js').RewrapLedger;
type FleetLedger = import('../ledger/fleet-ledger.js').FleetLedger;
type Folders = Pick<typeof import('../vault/keys-folder.js'), 'keysFolder'>;

/** Ids asked for at a time. */
const PAGE = 500;

/** A passphrase is the first line of a file: in an argument every user of the machine could read it. */
async function passphraseFrom(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : (await readFile(path, 'utf8')).split(/\r?\n/)[0];
}

type VaultModules = typeof import('../vault/keys.js') &
  typeof import('../vault/key-file.js') &
  typeof import('../vault/rewrap.js') &
  typeof import('../vault/suites.js') &
  typeof import('../vault/open-store.js') &
  typeof import('../vault/fleet-identity.js') &
  Folders;

/** Loaded when a key command runs: other commands need no cryptography. */
async function vault(): Promise<VaultModules> {
  const [keys, file, rewrap, suites, store, identity, { keysFolder }] = await Promise.all([
    import('../vault/keys.js'), import('../vault/key-file.js'), import('../vault/rewrap.js'), import('../vault/suites.js'),
    import('../vault/open-store.js'), import('../vault/fleet-identity.js'), import('../vault/keys-folder.js'),
  ]);
  return { ...keys, ...file, ...rewrap, ...suites, ...store, ...identity, keysFolder };
}
