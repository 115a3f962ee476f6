/** Everything that outlives the process: database, journal, vault, spool folder and keys, opened in the order in which each needs the other. */
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { causeCode } from '../errors.js';
import { spoolFactory } from '../body/spool.js';
import { alertBuffer, type BufferedAlerts } from '../ledger/alert-buffer.js';
import { auditTrail, type JournaledAuditTrail } from '../ledger/audit-trail.js';
import { auditWriter, type AuditWriter } from '../ledger/audit-writer.js';
import type { PgConnection } from '../ledger/connection.js';
import { lockDataFolder } from '../ledger/data-folder-lock.js';
import { ledgerDatabase, type LedgerDatabase } from '../ledger/database.js';
import { embeddedPostgres } from '../ledger/embedded-postgres.js';
import { externalConnections } from '../ledger/external-connections.js';
import { fleetLedger } from '../ledger/fleet-ledger.js';
import { refuseMarked } from '../ledger/folder-mark.js';
import { journal } from '../ledger/journal.js';
import { takeOverJournals } from '../ledger/journal-parts.js';
import { sealedAs } from '../ledger/mail-splits.js';
import { migrateLedger } from '../ledger/migrate.js';
import type { Clock, Log, SpoolFactory, WrapPort } from '../ports.js';
import { vaultId } from '../vault/fleet-identity.js';
import { isShared } from '../vault/open-store.js';
import { openVault, type OpenedVault } from '../vault/open-vault.js';
import { VaultError } from '../vault/vault-error.js';
import { alertsWanted } from './alert-rules.js';
import { closers } from './closers.js';
import { requireIdentity } from './fleet-identity.js';
import { splitReader } from './split-reader.js';

/** How often a database that was away is asked whether it is back, to take what waits in journal and alert buffer. */
const CATCH_UP_MS = 5_000;

export interface Storage extends Pick<OpenedVault, 'vault' | 'reader' | 'store' | 'keysDir' | 'fingerprintKey' | 'accountsKey' | 'suite' | 'signer' | 'checkSignature' | 'notes'> {
  readonly database: LedgerDatabase;
  /** For BullMQ, which keeps its own tables. */
  readonly connection: PgConnection;
  readonly ownerConnection: PgConnection;
  readonly writer: AuditWriter;
  readonly audit: JournaledAuditTrail;
  readonly alerts: BufferedAlerts;
  readonly spools: SpoolFactory;
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
  /** Set in a process beside others of one node; the node's first process has the folder's lock, the database and the schema. */
  readonly part?: StoragePart | undefined;
}

/** What a process beside others is given, and what it has of its own. */
export interface StoragePart {
  /** Names its folders for spool and journal: nothing that two processes write is shared. */
  readonly slot: string;
  /** How many share the node's spool budget. */
  readonly of: number;
  /** To the embedded database; one elsewhere is found in the environment again. */
  readonly connection: PgConnection | undefined;
}

/** Opens all of it or throws, with nothing left open. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { config, dataDir, env, clock, log, wrap, part } = options;
  const { slot = '', of = 1 } = part ?? {};
  const opened = closers();
  const close = (): Promise<void> => opened.close();
  try {
    const lock = part === undefined ? await lockDataFolder(dataDir, { progress: options.progress }) : undefined;
    opened.push(() => lock?.release());
    const external = externalConnections(env);
    refuseMarked(dataDir, { embedded: external === undefined });
    // What lies half-written there may be another process's work under way.
    const sealed = await openVault({ config, dataDir, env, clock, wrap, log, alone: part === undefined });
    opened.push(() => sealed.close());
    // The first process has seen whose vault it is; where it says nothing now, it is not there.
    if (part !== undefined && isShared(config) && (await vaultId(sealed.store)) === undefined) throw new VaultError('FLEET_VAULT_OTHER');
    const spools = spoolFactory({ dir: join(dataDir, 'spool', slot), memoryBudget: Math.floor(config.limits.spoolMemory / of), diskBudget: Math.floor(config.limits.spoolDisk / of) });

    const databaseKind = external === undefined ? 'embedded' : 'external';
    let owner: PgConnection;
    let connection: PgConnection;
    if (external !== undefined) {
      // Each process reads the environment itself: a connection that reads its files anew cannot be handed over.
      owner = external.owner;
      connection = part === undefined ? await migrateLedger(owner, { separateRole: false, app: external.app }) : (external.app ?? owner);
    } else if (lock === undefined) {
      if (part?.connection === undefined) throw new TypeError('a process beside others was not told where the embedded database is');
      owner = connection = part.connection;
    } else {
      const postgres = await embeddedPostgres({
        dataDir,
        lock,
        log: (level, code) => log[level]('database.embedded', { code }),
        progress: options.progress,
      });
      opened.push(() => postgres.stop());
      postgres.onState(options.onDatabase);
      owner = postgres.connection;
      connection = await migrateLedger(owner, { separateRole: true });
    }
    const database = ledgerDatabase(connection);
    opened.push(() => database.close());

    const writer = auditWriter('gateway');
    if (part === undefined) {
      await requireIdentity(fleetLedger({ database, audit: writer, clock }), sealed);
      takeOverJournals(join(dataDir, 'journal'));
    }
    const pages = wrap('journal', journal(join(dataDir, 'journal', slot)));
    opened.push(() => pages.close());
    const audit = auditTrail({ database, writer, journal: pages, clock });
    const alerts = alertBuffer({ database, clock, wanted: alertsWanted(config) });
    const catchUp = setInterval(() => {
      audit.drain().catch((thrown: unknown) => log.warn('journal.waiting', { cause: causeCode(thrown) }));
    }, CATCH_UP_MS);
    opened.push(async () => {
      clearInterval(catchUp);
      const lost = await alerts.stop();
      if (lost > 0) log.error('alert.lost', { events: lost });
    });
    await audit.drain();
    const reader = sealed.reader === undefined ? undefined : splitReader(sealed.reader, (id) => sealedAs(database, id));
    const { vault, store, keysDir, fingerprintKey, accountsKey, suite, signer, checkSignature, notes } = sealed;
    return {
      database, connection, ownerConnection: owner, writer, audit, alerts, spools, databaseKind, close,
      vault, reader, store, keysDir, fingerprintKey, accountsKey, suite, signer, checkSignature, notes,
    };
  } catch (thrown) {
    // Why it did not open is the news; a failure to close behind it is logged.
    await close().catch((failure: unknown) => log.error('storage.close-failed', { cause: causeCode(failure) }));
    throw thrown;
  }
}
