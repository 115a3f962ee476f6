/** Where a node's metrics come from: what the fleet shares is asked of the ledger by one node, the rest of this process. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/schema.js';
import { alertReading } from '../ledger/alert-reading.js';
import { lastBackupAt } from '../ledger/last-backup.js';
import type { LedgerDatabase } from '../ledger/database.js';
import { nodesByRevision } from '../ledger/fleet-view.js';
import { jobsLedger } from '../ledger/jobs-ledger.js';
import { leases, standingLease } from '../ledger/leases-ledger.js';
import { reviewTimesLedger } from '../ledger/review-times-ledger.js';
import type { Clock, JobQueueCounts } from '../ports.js';
import { certificateEnds } from '../record/certificates.js';
import type { GaugeSources, JobCount } from '../record/pulled-gauges.js';

export interface ObservedOptions {
  readonly config: Pick<Config, 'listen' | 'routes' | 'limits'>;
  readonly database: LedgerDatabase;
  /** An embedded one is this node's own: nobody else could speak for it, also while it is away. */
  readonly databaseKind: 'embedded' | 'external';
  readonly clock: Clock;
}

export interface Observed {
  readonly sources: Pick<GaugeSources, 'shared' | 'alerts' | 'reviewed' | 'backup' | 'nodes' | 'database' | 'certificates' | 'leases' | 'spoolLimits'>;
  stop(): Promise<void>;
}

/** Who holds it shows what all nodes share. */
const LEASE = 'gauges';
/** Backups are hours apart, and the audit that records them is long. */
const BACKUP_AGAIN_MS = 300_000;

export function observed({ config, database, databaseKind, clock }: ObservedOptions): Observed {
  const lease = databaseKind === 'embedded' ? undefined : standingLease({ leases: leases({ database }), name: LEASE, holder: randomUUID() });
  const times = reviewTimesLedger({ database });
  const alerts = alertReading({ database });
  let backup: { readonly at: number; readonly found: Date | undefined } | undefined;
  return {
    sources: {
      shared: () => lease?.held() ?? true,
      alerts: () => alerts.sinks(),
      reviewed: (from, to) => times.between(from, to),
      nodes: () => nodesByRevision(database),
      async backup() {
        if (backup === undefined || clock.now() - backup.at >= BACKUP_AGAIN_MS) backup = { at: clock.now(), found: await lastBackupAt(database) };
        return backup.found;
      },
      database: () => database.use(),
      certificates: certificateEnds(config, clock.now),
      leases: () => [{ name: LEASE, held: lease?.held() ?? true }],
      spoolLimits: { memory: config.limits.spoolMemory, disk: config.limits.spoolDisk },
    },
    stop: async () => lease?.stop(),
  };
}

/** The queues of the outbox as the metrics name them. */
export function queueCounts(options: Parameters<typeof jobsLedger>[0]): () => Promise<readonly JobCount[]> {
  const ledger = jobsLedger(options);
  return async () => jobCounts(await ledger.queues());
}

/** What alerts go to. */
export const sinkIds = ({ sinks, webhooks }: Config['alerts']): readonly string[] => [...sinks, ...webhooks].map(({ id }) => id);

function jobCounts(queues: readonly JobQueueCounts[]): readonly JobCount[] {
  return queues.flatMap(({ kind, ready, delayed, waiting, dead, oldestOpenAt }) => [
    // The oldest is asked for by queue: it is shown once, whatever its state.
    { queue: kind, state: 'ready', count: ready, oldestAt: oldestOpenAt },
    { queue: kind, state: 'delayed', count: delayed },
    { queue: kind, state: 'waiting', count: waiting },
    { queue: kind, state: 'dead', count: dead },
  ]);
}
