/** `weir migrate-data`: moves an installation to the database, vault and keys folder that are named now; the old place counts until the last step. */
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { BackupFailed } from '../backup/backup-failed.js';
import { inWords } from './backup-sentence.js';
import { lineProgress, mib, percent } from './line-progress.js';
import { CommandFailed } from './outcome.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';
import { backupWords } from './words-backup.js';

interface MoveOptions {
  readonly config?: string;
  readonly data?: string;
}

export function addMigrateData(program: Command, terminal: Terminal): void {
  const { env, language } = terminal;
  const words = backupWords(language);
  program
    .command('migrate-data')
    .description(words.migrate)
    .option('--data <dir>', terminal.words.dataOption)
    .option('--config <file>', terminal.words.configOption)
    .action((options: MoveOptions) => inWords(words, () => move(options)));

  async function move(options: MoveOptions): Promise<void> {
    const { print, tell } = terminal;
    const dataDir = options.data ?? env['WEIR_DATA'] ?? 'data';
    if (!existsSync(join(dataDir, 'postgres.location'))) throw new CommandFailed(fill(words.noInstallation, { path: dataDir }));
    const { placeKeys, requireFree } = await import('./backup-keys.js');
    const [{ moveObjects }, { configured }, { keysFolder }, { isShared, openStore }, { folderStore }, { IDENTITY_OBJECT }] = await Promise.all([
      import('../backup/move-objects.js'), import('./configured.js'), import('../vault/keys-folder.js'), import('../vault/open-store.js'), import('../vault/folder-store.js'), import('../vault/store.js'),
    ]);
    const [{ lockDataFolder }, { readMark, writeMark }, { embeddedPostgres }, { externalConnections }, { ledgerRestore }, { ledgerSnapshot }, { auditWriter }, { auditTrail }, { journal }, { takeOverJournals }, { ledgerDatabase }, { migrateLedger }, { closers }] =
      await Promise.all([
        import('../ledger/data-folder-lock.js'), import('../ledger/folder-mark.js'), import('../ledger/embedded-postgres.js'), import('../ledger/external-connections.js'),
        import('../ledger/restore-ledger.js'), import('../ledger/dump.js'), import('../ledger/audit-writer.js'), import('../ledger/audit-trail.js'), import('../ledger/journal.js'),
        import('../ledger/journal-parts.js'), import('../ledger/database.js'), import('../ledger/migrate.js'), import('../wiring/closers.js'),
      ]);
    const config = configured(options.config, env);
    const external = externalConnections(env);
    const oldVault = join(dataDir, 'vault');
    const oldKeys = keysFolder({ ...env, WEIR_KEYS: undefined }, dataDir).dir;
    const newKeys = keysFolder(env, dataDir).dir;
    const { store } = config.vault;
    const movesVault = existsSync(oldVault) && isShared(config) && !(store !== undefined && 'folder' in store && resolve(store.folder) === resolve(oldVault));
    const movesKeys = resolve(newKeys) !== resolve(oldKeys);

    const aside = (subject: string): string => join(dataDir, `vault.moved-${subject.slice(0, 8)}`);
    const opened = closers();
    const progress = lineProgress();
    try {
      const lock = await lockDataFolder(dataDir, { progress: tell });
      opened.push(() => lock.release());
      const mark = readMark(dataDir);
      if (mark?.kind === 'moved') throw new CommandFailed(fill(words.movedAlready, { path: dataDir, at: mark.at }));
      if (mark?.kind === 'restoring') (await import('../ledger/folder-mark.js')).refuseMarked(dataDir, { embedded: true });
      const setAside = (): void => {
        if (movesVault) renameSync(oldVault, aside(subject));
      };
      // The same name over all runs: an earlier one may have come further than it could say.
      const subject = mark?.subject ?? randomUUID();
      const ledger = external === undefined ? undefined : ledgerRestore({ connection: external.owner, audit: auditWriter('command') });
      if (mark?.kind === 'committing' && (await ledger?.isDone(subject)) === true) {
        // Only the last word was missing.
        if (!existsSync(aside(subject))) setAside();
        writeMark(dataDir, { kind: 'moved', subject, at: new Date().toISOString() });
        tell(fill(words.movedDone, { path: dataDir }));
        return;
      }
      if (mark === undefined && external === undefined && !movesVault && !movesKeys) throw new BackupFailed('nothing-to-move');
      if (mark === undefined) writeMark(dataDir, { kind: 'moving', subject });

      const server = await embeddedPostgres({ dataDir, lock, log: (_level, code) => tell(code), progress: tell });
      opened.push(() => server.stop());
      await migrateLedger(server.connection, { separateRole: true });
      const database = ledgerDatabase(server.connection);
      opened.push(() => database.close());
      // What waits beside the ledger belongs into it, and would stay behind.
      takeOverJournals(join(dataDir, 'journal'));
      const pages = journal(join(dataDir, 'journal'));
      opened.push(() => pages.close());
      await auditTrail({ database, writer: auditWriter('gateway'), journal: pages, clock: Date }).drain();

      if (movesKeys) {
        await requireFree(oldKeys, newKeys, words);
        await placeKeys(oldKeys, newKeys);
        print(fill(words.movedKeys, { path: newKeys }));
      }
      let objects = 0;
      if (movesVault) {
        const from = folderStore({ dir: oldVault, make: true, clock: Date });
        await from.tidy(0);
        const to = await openStore({ config, dataDir, env, clock: Date, wrap: (_name, port) => port });
        opened.push(() => to.close());
        await to.probe();
        const moved = await moveObjects({ from, to, identityName: IDENTITY_OBJECT, progress: (done, total) => progress.show(fill(words.progressMove, { percent: percent(done, total) })) });
        progress.end();
        ({ objects } = moved);
        print(fill(words.movedVault, { n: moved.objects, mib: mib(moved.bytes) }));
      }
      const data = { ledger: external !== undefined, vault: movesVault, keys: movesKeys, objects };
      const at = new Date();
      if (external === undefined) {
        await database.transact((trx) => auditWriter('command').append(trx, { at, actor: 'command', act: 'data.migrated', subject, data }, `data.migrated ${subject}`));
        setAside();
        writeMark(dataDir, undefined);
        if (movesVault) tell(fill(words.movedVaultOnly, { path: aside(subject) }));
      } else if (ledger !== undefined) {
        const snapshot = await ledgerSnapshot(server.connection, { all: true });
        opened.push(() => snapshot.close());
        await ledger.prepare(snapshot.migrations);
        // From there on only this command may say which of the two counts.
        await ledger.move(snapshot.text(), { at, subject, data }, async () => writeMark(dataDir, { kind: 'committing', subject }));
        print(fill(words.movedLedger, { rows: snapshot.counts().reduce((sum, { rows }) => sum + rows, 0) }));
        await migrateLedger(external.owner, { separateRole: false, app: external.app });
        setAside();
        writeMark(dataDir, { kind: 'moved', subject, at: at.toISOString() });
        tell(fill(words.movedDone, { path: dataDir }));
      }
      if (movesKeys) tell(fill(words.movedKeysStay, { path: oldKeys }));
    } finally {
      progress.end();
      await opened.close();
    }
  }
}
