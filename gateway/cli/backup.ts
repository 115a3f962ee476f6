/** `weir backup`: backs an installation up while it works, lists the backups of a target, and proves one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { inWords } from './backup-sentence.js';
import type { TargetOptions } from './backup-target.js';
import { lineProgress, mib, percent } from './line-progress.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { plain } from './terminal-text.js';
import { fill } from './words.js';
import { backupWords } from './words-backup.js';

interface BackupOptions extends TargetOptions {
  readonly to: string;
  readonly keysTo?: string;
  readonly keep?: number;
  readonly recipient?: string;
  readonly config?: string;
  readonly data?: string;
}
interface FromOptions extends TargetOptions {
  readonly from: string;
  readonly keysFrom?: string;
  readonly keyFile?: string;
  readonly snapshot?: string;
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

const KEEP_MOST = 10_000;
/** More ids would only hide the sentence. */
const IDS_SHOWN = 20;

export function addBackup(program: Command, terminal: Terminal, version: string): void {
  const { env, language, print, tell } = terminal;
  const words = backupWords(language);
  const dataOf = (options: { readonly data?: string }): string => options.data ?? env['WEIR_DATA'] ?? 'data';
  const ids = (all: readonly string[]): string => `${all.slice(0, IDS_SHOWN).join(', ')}${all.length > IDS_SHOWN ? ' …' : ''}`;

  const backup = program
    .command('backup')
    .description(words.backup)
    .enablePositionalOptions()
    .option('--to <target>', words.to)
    .option('--keys-to <dir>', words.keysTo)
    .option('--keep <n>', words.keep, (text) => {
      const n = Number(text);
      if (!Number.isInteger(n) || n < 1 || n > KEEP_MOST) throw new InvalidArgumentError(words.badKeep);
      return n;
    })
    .option('--recipient <key>', words.recipient)
    .option('--config <file>', terminal.words.configOption)
    .option('--data <dir>', terminal.words.dataOption);
  withPlace(backup).action((options: Partial<BackupOptions>) => {
    const { to } = options;
    if (to === undefined) throw new CommandFailed(backup.helpInformation());
    return inWords(words, () => make({ ...options, to }));
  });

  // What `weir backup` has an option for as well, such as --endpoint, is read as its own: their options are taken together.
  withPlace(backup.command('list').description(words.list).requiredOption('--from <target>', words.from))
    .option('--keys-from <dir>', words.keysFrom)
    .option('--data <dir>', terminal.words.dataOption)
    .option('--json', terminal.words.jsonOption)
    .action((_options: FromOptions, command: Command) => inWords(words, () => list(command.optsWithGlobals())));

  withPlace(backup.command('verify').description(words.verify).requiredOption('--from <target>', words.from))
    .option('--snapshot <id>', words.snapshot)
    .option('--keys-from <dir>', words.keysFrom)
    .option('--key-file <file>', terminal.words.keyFileOption)
    .option('--config <file>', terminal.words.configOption)
    .option('--data <dir>', terminal.words.dataOption)
    .action((_options: FromOptions, command: Command) => inWords(words, () => verify(command.optsWithGlobals())));

  function withPlace(command: Command): Command {
    return command.option('--endpoint <url>', words.endpoint).option('--region <name>', words.region).option('--ca <file>', words.ca);
  }

  async function make(options: BackupOptions): Promise<void> {
    const dataDir = dataOf(options);
    const { openTarget, requireApart } = await import('./backup-target.js');
    const { checker, keepKeys, sealer, signer } = await import('./backup-keys.js');
    const [{ makeBackup }, { configured }, { openStore }, { keysFolder }, { ledgerAccess }, { ledgerDatabase }, { auditWriter }, { backupSource }, { fleetLedger }, { vaultId }, { VaultError }] = await Promise.all([
      import('../backup/make-backup.js'), import('./configured.js'), import('../vault/open-store.js'), import('../vault/keys-folder.js'),
      import('./ledger-connection.js'), import('../ledger/database.js'), import('../ledger/audit-writer.js'), import('../ledger/backup-ledger.js'),
      import('../ledger/fleet-ledger.js'), import('../vault/fleet-identity.js'), import('../vault/vault-error.js'),
    ]);
    // Looking must not create what it looks for.
    if ((env['WEIR_DATABASE_URL'] ?? '') === '' && !existsSync(join(dataDir, 'postgres.location'))) throw new CommandFailed(fill(words.noInstallation, { path: dataDir }));
    const { keysTo } = options;
    if (keysTo !== undefined) requireApart(keysTo, options.to);
    const config = configured(options.config, env);
    const keysDir = keysFolder(env, dataDir).dir;
    const seal = await sealer(keysDir, config, env, options.recipient);
    const sign = await signer(keysDir, config, env);
    const check = await checker(keysDir);
    if (check === undefined) throw new CommandFailed(fill(words.noAuditKey, { path: keysDir }));
    const target = await openTarget(options.to, { ...options, make: true }, env, words);
    const vault = await openStore({ config, dataDir, env, clock: Date, wrap: (_name, port) => port });
    const access = await ledgerAccess(env, dataDir, tell);
    const database = ledgerDatabase(access.connection);
    const progress = lineProgress();
    try {
      const known = await fleetLedger({ database, audit: auditWriter('command'), clock: Date }).read().catch(unlessOlder);
      // Another vault has none of these messages: snapshots without them would push the good ones out.
      if (known?.marked === true && known.vault !== (await vaultId(vault))) throw new VaultError('FLEET_VAULT_OTHER');
      const made = await makeBackup({
        target, vault, seal, sign, check,
        ledger: backupSource({ connection: access.connection, database, audit: auditWriter('command'), clock: Date, actor: 'command' }),
        keep: options.keep,
        program: version,
        now: () => new Date(),
        progress: (step, done) => progress.show(step === 'ledger' ? fill(words.progressLedger, { mib: mib(done) }) : fill(words.progressMessages, { n: done })),
        keepKeys: async (id) => (keysTo === undefined ? undefined : await keepKeys(keysDir, keysTo, id)),
      });
      progress.end();
      print(fill(words.made, { id: made.id, rows: made.rows, messages: made.messages, mib: mib(made.written) }));
      if (made.ended > 0) print(fill(words.madeEnded, { n: made.ended }));
      if (made.dropped.length > 0) print(fill(words.madeDropped, { ids: made.dropped.join(', ') }));
      tell(keysTo === undefined ? words.keysApart : fill(words.keysKept, { path: keysTo }));
      if (made.unusable.length > 0) tell(fill(words.madeUnusable, { ids: ids(made.unusable) }));
      if (made.missing.length > 0) tell(fill(words.madeMissing, { ids: ids(made.missing) }));
      terminal.exitWith(made.missing.length + made.unusable.length > 0 ? EXIT.no : EXIT.fine);
    } finally {
      progress.end();
      await database.close();
      await access.close();
      await vault.close();
      await target.close();
    }
  }

  async function list(options: FromOptions): Promise<void> {
    const { openTarget } = await import('./backup-target.js');
    const { checker } = await import('./backup-keys.js');
    const [{ readTarget }, { keysFolder }] = await Promise.all([import('../backup/snapshots.js'), import('../vault/keys-folder.js')]);
    const keysDir = options.keysFrom ?? keysFolder(env, dataOf(options)).dir;
    const check = await checker(keysDir);
    const target = await openTarget(options.from, { ...options, make: false }, env, words);
    try {
      const { snapshots, unusable } = await readTarget(target, check ?? (() => 'good'));
      if (check === undefined) tell(fill(words.listedUnchecked, { path: keysDir }));
      if (options.json === true) {
        const rows = snapshots.map((one) => ({ id: one.id, madeAt: one.madeAt, program: one.program, rows: rowsOf(one), messages: one.messages.length, ended: one.ended.length, bytes: bytesOf(one) }));
        print(JSON.stringify({ checked: check !== undefined, snapshots: rows, unusable }));
        return;
      }
      if (snapshots.length + unusable.length === 0) print(words.noBackups);
      for (const one of snapshots) print(plain(fill(words.listed, { id: one.id, at: one.madeAt, rows: rowsOf(one), messages: one.messages.length, mib: mib(bytesOf(one)), program: one.program })));
      for (const { id, problem } of unusable) print(fill(problem === 'manifest' ? words.listedDamaged : words.listedStrange, { id }));
    } finally {
      await target.close();
    }
  }

  async function verify(options: FromOptions): Promise<void> {
    const { openTarget } = await import('./backup-target.js');
    const { checker, opener } = await import('./backup-keys.js');
    const [{ chooseSnapshot, verifySnapshot }, { keysFolder }, { checkDump }, { configured }] = await Promise.all([
      import('../backup/verify-backup.js'), import('../vault/keys-folder.js'), import('../ledger/fill.js'), import('./configured.js'),
    ]);
    const keysDir = options.keysFrom ?? keysFolder(env, dataOf(options)).dir;
    const check = await checker(keysDir);
    if (check === undefined) throw new CommandFailed(fill(words.noAuditKey, { path: keysDir }));
    const target = await openTarget(options.from, { ...options, make: false }, env, words);
    const progress = lineProgress();
    try {
      const chosen = await chooseSnapshot(target, check, options.snapshot);
      const open = await opener(target, keysDir, configured(options.config, env), env, options.keyFile);
      const proven = await verifySnapshot({ target, chosen, open, checkText: checkDump, progress: (done, total) => progress.show(fill(words.progressVerify, { percent: percent(done, total) })) });
      progress.end();
      print(fill(words.verified, { id: chosen.manifest.id, objects: proven.objects, mib: mib(proven.bytes) }));
      if (!proven.opened) tell(words.notOpened);
    } finally {
      progress.end();
      await target.close();
    }
  }
}

/** A ledger from before says nothing of its vault. */
function unlessOlder(thrown: unknown): undefined {
  if ((thrown as { readonly sqlState?: unknown } | null)?.sqlState !== '42P01') throw thrown;
}

type Listed = import('../backup/manifest.js').Manifest;
const rowsOf = ({ tables }: Listed): number => tables.reduce((sum, { rows }) => sum + rows, 0);
const bytesOf = ({ ledger, messages }: Listed): number => messages.reduce((sum, { key, body }) => sum + key.bytes + body.bytes, ledger.bytes);
