/** `weir restore`: brings a backup onto an empty installation, proven first; cut off, it is run again. */
import type { Command } from 'commander';
import type { PgConnection } from '../ledger/connection.js';
import { inWords } from './backup-sentence.js';
import type { TargetOptions } from './backup-target.js';
import { lineProgress, percent } from './line-progress.js';
import { CommandFailed } from './outcome.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';
import { backupWords } from './words-backup.js';

interface RestoreOptions extends TargetOptions {
  readonly from: string;
  readonly snapshot?: string;
  readonly keysFrom?: string;
  readonly keyFile?: string;
  readonly config?: string;
  readonly data?: string;
}

export function addRestore(program: Command, terminal: Terminal): void {
  const { env, language, print, tell } = terminal;
  const words = backupWords(language);
  program
    .command('restore')
    .description(words.restore)
    .requiredOption('--from <target>', words.from)
    .option('--snapshot <id>', words.snapshot)
    .option('--keys-from <dir>', words.keysFrom)
    .option('--key-file <file>', terminal.words.keyFileOption)
    .option('--config <file>', terminal.words.configOption)
    .option('--data <dir>', terminal.words.dataOption)
    .option('--endpoint <url>', words.endpoint)
    .option('--region <name>', words.region)
    .option('--ca <file>', words.ca)
    .action((options: RestoreOptions) => inWords(words, () => restore(options)));

  async function restore(options: RestoreOptions): Promise<void> {
    const dataDir = options.data ?? env['WEIR_DATA'] ?? 'data';
    const { openTarget } = await import('./backup-target.js');
    const { checker, opener, placeKeys, requireFree } = await import('./backup-keys.js');
    const [{ chooseSnapshot }, { restoreSnapshot }, { configured }, { keysFolder }, { openStore }, { IDENTITY_OBJECT }, { checkDump }] = await Promise.all([
      import('../backup/verify-backup.js'), import('../backup/restore-backup.js'), import('./configured.js'), import('../vault/keys-folder.js'),
      import('../vault/open-store.js'), import('../vault/store.js'), import('../ledger/fill.js'),
    ]);
    const [{ markVault, newVaultId, vaultId }, { lockDataFolder }, { readMark, writeMark }, { embeddedPostgres }, { externalConnections }, { ledgerRestore }, { auditWriter }, { migrateLedger }, { closers }] = await Promise.all([
      import('../vault/fleet-identity.js'), import('../ledger/data-folder-lock.js'), import('../ledger/folder-mark.js'), import('../ledger/embedded-postgres.js'), import('../ledger/external-connections.js'),
      import('../ledger/restore-ledger.js'), import('../ledger/audit-writer.js'), import('../ledger/migrate.js'), import('../wiring/closers.js'),
    ]);
    const config = configured(options.config, env);
    const keysDir = keysFolder(env, dataDir).dir;
    const keysFrom = options.keysFrom ?? keysDir;
    const check = await checker(keysFrom);
    if (check === undefined) throw new CommandFailed(fill(words.noAuditKey, { path: keysFrom }));
    const opened = closers();
    const progress = lineProgress();
    try {
      const target = await openTarget(options.from, { ...options, make: false }, env, words);
      opened.push(() => target.close());
      const chosen = await chooseSnapshot(target, check, options.snapshot);
      const { id } = chosen.manifest;
      const open = await opener(target, keysFrom, config, env, options.keyFile);
      if (open === undefined) throw new CommandFailed(words.noReviewKey);
      await requireFree(keysFrom, keysDir, words);
      const lock = await lockDataFolder(dataDir, { progress: tell });
      opened.push(() => lock.release());
      const mark = readMark(dataDir);
      if (mark?.kind === 'restoring' && mark.subject !== id) throw new CommandFailed(fill(words.otherRestore, { id: mark.subject }));
      const again = mark?.kind === 'restoring';
      const external = externalConnections(env);

      let reached = external?.owner;
      const connection = async (): Promise<PgConnection> => {
        if (reached !== undefined) return reached;
        const server = await embeddedPostgres({ dataDir, lock, log: (_level, code) => tell(code), progress: tell });
        opened.push(() => server.stop());
        return (reached = server.connection);
      };
      const finish = async (): Promise<void> => {
        await migrateLedger(await connection(), { separateRole: external === undefined, app: external?.app });
        writeMark(dataDir, undefined);
      };
      if (again && (await ledgerRestore({ connection: await connection(), audit: auditWriter('command') }).isDone(id))) {
        // Only the last word was missing.
        await finish();
        print(words.alreadyRestored);
        return;
      }
      const restored = await restoreSnapshot({
        target, chosen, open, again,
        checkText: checkDump,
        identityName: IDENTITY_OBJECT,
        place: async () => {
          const vault = await openStore({ config, dataDir, env, clock: Date, wrap: (_name, port) => port });
          opened.push(() => vault.close());
          const nameVault = async (): Promise<string> => {
            const name = (await vaultId(vault)) ?? newVaultId();
            await markVault(vault, name);
            return name;
          };
          return { vault, nameVault, ledger: ledgerRestore({ connection: await connection(), audit: auditWriter('command') }) };
        },
        begin: async () => {
          writeMark(dataDir, { kind: 'restoring', subject: id });
          await placeKeys(keysFrom, keysDir);
        },
        now: () => new Date(),
        progress: (step, done, total) => progress.show(fill(STEPS(words)[step], { percent: percent(done, total) })),
      });
      await finish();
      progress.end();
      print(fill(words.restored, { id, rows: restored.rows, messages: restored.messages }));
      if (restored.uncertain > 0) print(fill(words.restoredUncertain, { n: restored.uncertain }));
      if (restored.waiting > 0) print(fill(words.restoredWaiting, { n: restored.waiting }));
      if (restored.ended > 0) print(fill(words.restoredEnded, { n: restored.ended }));
      tell(words.restoredNext);
    } finally {
      progress.end();
      await opened.close();
    }
  }
}

const STEPS = (words: ReturnType<typeof backupWords>) => ({ verify: words.progressVerify, messages: words.progressRestore, ledger: words.progressFill });
