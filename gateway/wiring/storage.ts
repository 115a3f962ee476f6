/** Everything that outlives the process: database, journal, vault, spool folder and keys, opened in the order in which each needs the other. */
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { causeCode } from '../errors.js';
import { spoolFactory } from '../body/spool.js';
import { alertBuffer, type BufferedAlerts } from '../ledger/alert-buffer.js';
import { auditTrail, type JournaledAuditTrail } from '../ledger/audit-trail.js';
import { auditWriter, type AuditWriter } from '../ledger/audit-writer.js';
import { connectionFromUrl, type PgConnection } from '../ledger/connection.js';
import { lockDataFolder } from '../ledger/data-folder-lock.js';
import { ledgerDatabase, type LedgerDatabase } from '../ledger/database.js';
import { embeddedPostgres } from '../ledger/embedded-postgres.js';
import { journal } from '../ledger/journal.js';
import { migrateLedger } from '../ledger/migrate.js';
import type { Clock, Log, SpoolFactory, SuiteName, VaultReader, WrapPort } from '../ports.js';
import { fileVault, type FileVault } from '../vault/file-vault.js';
import { fileVaultReader } from '../vault/file-vault-reader.js';
import { keyCommand } from '../vault/key-command.js';
import { openKeys } from '../vault/keys.js';
import { readIfThere, secretKey } from '../vault/secrets.js';
import { checkpointSigner, signatureCheck, signingPaths, type SignatureCheck, type Signer } from '../vault/signing.js';
import { suiteOf } from '../vault/suites.js';
import { vaultFiles } from '../vault/vault-files.js';
import { closers } from './closers.js';

/** How often a database that was away is asked whether it is back, to take what waits in journal and alert buffer. */
const CATCH_UP_MS = 5_000;

export interface Storage {
  readonly database: LedgerDatabase;
  /** For BullMQ, which keeps its own tables. */
  readonly connection: PgConnection;
  readonly ownerConnection: PgConnection;
  readonly writer: AuditWriter;
  readonly audit: JournaledAuditTrail;
  readonly alerts: BufferedAlerts;
  readonly vault: FileVault;
  /** Absent where the review key is not. */
  readonly reader: VaultReader | undefined;
  readonly spools: SpoolFactory;
  readonly fingerprintKey: Buffer;
  /** New messages are sealed with it. */
  readonly suite: SuiteName;
  /** Vouches for audit checkpoints. */
  readonly signer: Signer;
  readonly checkSignature: SignatureCheck;
  /** Standing notes on key custody, for the log. */
  readonly notes: readonly string[];
  /** `embedded`, or `external` with WEIR_DATABASE_URL. */
  readonly databaseKind: 'embedded' | 'external';
  close(): Promise<void>;
}

export interface StorageOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly wrap: WrapPort;
  readonly progress: (line: string) => void;
  /** Called when the embedded database is lost or found again. */
  readonly onDatabase: (state: 'up' | 'down') => void;
}

/** Opens all of it or throws, with nothing left open. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { config, dataDir, env, clock, log, wrap } = options;
  const opened = closers();
  const close = (): Promise<void> => opened.close();
  try {
    const lock = await lockDataFolder(dataDir, { progress: options.progress });
    opened.push(() => lock.release());
    const command = config.vault.keyCommand === undefined ? undefined : keyCommand(config.vault.keyCommand, env);
    const { keys, notes } = await openKeys({ dataDir, custody: config.vault.custody, suite: config.vault.suite, command, env });
    // A module that keeps the keys keeps this one too: nothing that tells values apart lies on the disk then.
    const fingerprintKey = command === undefined ? await secretKey(dataDir, 'fingerprint') : await command.ask('mac', Buffer.from('weir fingerprint v1'));
    const suite = config.vault.suite ?? suiteOf(await keys.current()).name;
    const signer = await checkpointSigner(dataDir, suite, command);
    const spools = spoolFactory({ dir: join(dataDir, 'spool'), memoryBudget: config.limits.spoolMemory, diskBudget: config.limits.spoolDisk });
    const vaultDir = join(dataDir, 'vault');
    const vault = fileVault({ dir: vaultDir, keys, limits: config.vault, clock, files: wrap('vault-files', vaultFiles) });
    await vault.sweep(0);

    const url = env.WEIR_DATABASE_URL;
    let owner: PgConnection;
    if (url === undefined || url === '') {
      const postgres = await embeddedPostgres({
        dataDir,
        lock,
        log: (level, code) => log[level]('database.embedded', { code }),
        progress: options.progress,
      });
      opened.push(() => postgres.stop());
      postgres.onState(options.onDatabase);
      owner = postgres.connection;
    } else {
      owner = connectionFromUrl(url);
    }
    const databaseKind = url === undefined || url === '' ? 'embedded' : 'external';
    const connection = await migrateLedger(owner, { separateRole: databaseKind === 'embedded' });
    const database = ledgerDatabase(connection);
    opened.push(() => database.close());

    const writer = auditWriter('gateway');
    const pages = wrap('journal', journal(join(dataDir, 'journal')));
    opened.push(() => pages.close());
    const audit = auditTrail({ database, writer, journal: pages, clock });
    const alerts = alertBuffer({ database, clock });
    const catchUp = setInterval(() => {
      audit.drain().catch((thrown: unknown) => log.warn('journal.waiting', { cause: causeCode(thrown) }));
    }, CATCH_UP_MS);
    opened.push(async () => {
      clearInterval(catchUp);
      await alerts.stop();
    });
    await audit.drain();
    return {
      database, connection, ownerConnection: owner, writer, audit, alerts, vault, spools, fingerprintKey, suite, signer, notes,
      checkSignature: signatureCheck((await readIfThere(signingPaths(dataDir).public))?.toString('latin1') ?? ''), databaseKind, close,
      reader: keys.canOpen ? fileVaultReader({ dir: vaultDir, keys }) : undefined,
    };
  } catch (thrown) {
    // Why it did not open is the news; a failure to close behind it is logged.
    await close().catch((failure: unknown) => log.error('storage.close-failed', { cause: causeCode(failure) }));
    throw thrown;
  }
}
