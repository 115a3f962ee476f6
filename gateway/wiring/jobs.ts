/** The workers of this process: which queues it works on, where they are carried, and what time asks for. */
import { randomUUID } from 'node:crypto';
import { httpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import { destroyHandler } from '../../workers/destroy.js';
import { expireRun } from '../../workers/expire.js';
import type { JobHandler } from '../../workers/job.js';
import { startWorkers, type WorkersOptions } from '../../workers/main.js';
import { noticeHandler } from '../../workers/notice.js';
import { reconciler } from '../../workers/reconcile.js';
import { redisFromEnv } from '../../workers/redis-settings.js';
import { releaseHandler, type ReleaseRoute } from '../../workers/release.js';
import { replay } from '../body/replay.js';
import { codings } from '../decode/codec/codings.js';
import { checkpointAudit } from '../ledger/audit-chain.js';
import { keepAuditInBounds } from '../ledger/audit-retention.js';
import { bypassLedger } from '../ledger/bypass-ledger.js';
import { databaseClock } from '../ledger/database-clock.js';
import { deadLetters } from '../ledger/dead-letters.js';
import { destroyLedger } from '../ledger/destroy-ledger.js';
import { expiryLedger } from '../ledger/expiry-ledger.js';
import { leases, standingLease } from '../ledger/leases-ledger.js';
import { mailLedger } from '../ledger/mail-ledger.js';
import { noticesLedger } from '../ledger/notices-ledger.js';
import { outbox } from '../ledger/outbox.js';
import { outboxTidy, tidyOutbox } from '../ledger/outbox-tidy.js';
import { uploadPartsLedger } from '../ledger/upload-parts-ledger.js';
import { releaseLedger } from '../ledger/release-ledger.js';
import { sweepLedger } from '../ledger/sweep-ledger.js';
import { JOB_KINDS, WAITS, type CarrierView, type Clock, type JobKind, type Log, type Upstream, type Vault, type WrapPort } from '../ports.js';
import { noticeSink } from '../record/notice-sink.js';
import type { JobCount } from '../record/pulled-gauges.js';
import type { WorkMetrics } from '../record/work-metrics.js';
import { mailJobs, type MailSending } from './mail-jobs.js';
import { measuredJobs } from './measured-jobs.js';
import { queueCounts } from './observed.js';
import { secretValue } from './secret-value.js';
import type { Storage } from './storage.js';

/** Who holds it does what one process of a fleet does for all. */
const LEASE = 'periodic';

export interface Jobs {
  /** A decision was just made here. */
  wake(): void;
  counts(): Promise<readonly JobCount[]>;
  view(): CarrierView;
  stop(): Promise<void>;
}

/** Milliseconds between the workers' own looks, where they differ from the usual. */
export interface Pace {
  readonly everyMs?: WorkersOptions['everyMs'];
  /** How soon another worker takes a job over from one that died. */
  readonly stalledAfterMs?: number;
  readonly stopWithinMs?: number;
}

/** What other parts add to the workers. */
export interface MoreJobs {
  readonly handlers?: Readonly<Partial<Record<JobKind, JobHandler>>>;
  /** Of events, into deliveries: once in a fleet. */
  readonly collectAlerts?: () => Promise<void>;
}

export interface JobsOptions {
  readonly storage: Storage;
  readonly vault: Vault;
  readonly config: Config;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Takes back first approvals whose time is over. */
  readonly lapse?: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wrap: WrapPort;
  readonly pace: Pace | undefined;
  /** The queues that this process works on; left out: as the configuration says. Of none, nothing periodic is done here either. */
  readonly here?: readonly JobKind[] | undefined;
  readonly concurrency?: WorkersOptions['concurrency'];
  /** Names this node as the holder of leases. */
  readonly node?: string | undefined;
  readonly more?: MoreJobs | undefined;
  /** Scans held messages again. */
  readonly rescan?: ((breakOff: AbortSignal) => JobHandler) | undefined;
  /** How mail leaves; left out where no route takes any. */
  readonly mail?: MailSending | undefined;
  /** Counts and times what runs here. */
  readonly work?: Pick<WorkMetrics, 'job'> | undefined;
}

function releaseRoutes({ config, upstreams, env }: JobsOptions): ReadonlyMap<string, ReleaseRoute> {
  const routes = new Map<string, ReleaseRoute>();
  for (const route of httpRoutes(config)) {
    const upstream = upstreams.get(route.id);
    if (upstream === undefined) continue;
    const { releaseCredential } = route;
    routes.set(route.id, {
      upstream,
      release: route.release,
      idempotencyHeader: route.idempotencyHeader,
      credential: releaseCredential === undefined ? undefined : { header: releaseCredential.header, value: secretValue(releaseCredential.secret, env) },
    });
  }
  return routes;
}

export async function jobs(options: JobsOptions): Promise<Jobs> {
  const { storage, vault, config, clock, log, env, wrap, pace = {} } = options;
  const { database, writer } = storage;
  const parts = { database, audit: writer, clock };
  const rows = wrap('outbox', outbox({ database, clock }));
  const counts = queueCounts(parts);
  const here = options.here ?? kindsHere(config.workers.here);
  const reviewKey = storage.reader !== undefined;
  // Wrong words in the environment are refused also where no worker runs: what runs here later would only find them later.
  const redis = redisFromEnv(env);
  if (here.length === 0) {
    return { wake: () => undefined, counts, stop: () => Promise.resolve(), view: () => ({ kind: 'none', reachable: true, here, reviewKey }) };
  }
  const { carrier } = await import('../../workers/carrier.js');
  const carrying = wrap('carrier', await carrier({
    store: redis === undefined ? { database: storage.connection } : { redis },
    log: (level, code) => log[level]('jobs.carrier', { code }),
    ...(pace.stalledAfterMs === undefined ? {} : { stalledAfterMs: pace.stalledAfterMs }),
  }));
  const routes = releaseRoutes(options);
  // Who has a message or a notice in hand is asked by other machines as well; an embedded database has this one's time.
  const shared = storage.databaseKind === 'embedded' ? undefined : await databaseClock({ database, clock });
  const claiming = { ...parts, clock: shared ?? clock };
  const notices = wrap('notices', noticesLedger(claiming));
  const tellers = new Map(config.notices.sinks.map(({ id, url, secret }) => [id, noticeSink({ id, url, secret: secretValue(secret, env), now: clock.now })]));
  const reader = storage.reader === undefined ? undefined : wrap('vault-reader', storage.reader);
  const mail = mailJobs({ config, storage, vault, reader, notices, clock, sending: options.mail });
  const all = (breakOff: AbortSignal): Readonly<Partial<Record<JobKind, JobHandler>>> => ({
    release: releaseHandler({
      ledger: wrap('release', releaseLedger(claiming)), vault: reader, clock, breakOff,
      route: (id) => routes.get(id),
      mail: mail.release,
      applyEdits: (body, edits) => replay(body, edits, () => true),
      codings: codings(),
    }),
    destroy: destroyHandler({ ledger: wrap('destroy', destroyLedger(parts)), vault }),
    notice: noticeHandler({ notices, mail: mail.notice, sinkOf: (route) => tellers.get(httpRoutes(config).find(({ id }) => id === route)?.notices ?? '') }),
    ...(options.rescan === undefined ? {} : { rescan: options.rescan(breakOff) }),
    ...options.more?.handlers,
  });
  const bypasses = bypassLedger(parts);
  const expiry = wrap('expiry', expiryLedger(parts));
  const tidying = wrap('outbox-tidy', outboxTidy({ database, clock }));
  const uploads = uploadPartsLedger({ database, clock });
  const fates = mailLedger(parts);
  // An embedded database is this node's alone.
  const lease = storage.databaseKind === 'embedded' ? undefined : standingLease({ leases: leases({ database, clock }), name: LEASE, holder: options.node ?? randomUUID(), onChange: (held) => log.info('jobs.lease', { held }) });
  const workers = startWorkers({
    carrier: carrying,
    outbox: rows,
    handlers: (breakOff) => measuredJobs(Object.fromEntries(Object.entries(all(breakOff)).filter(([kind]) => here.includes(kind as JobKind))), options.work),
    concurrency: { ...given(config.workers.concurrency), ...options.concurrency },
    lease,
    once: {
      reconcile: reconciler({ outbox: rows, carrier: carrying, ledger: wrap('sweep', sweepLedger(parts)), vault, clock, adopt: () => notices.adopt() }),
      expire: () => expireRun(expiry, bypasses, options.lapse),
      ...(options.more?.collectAlerts === undefined ? {} : { alert: options.more.collectAlerts }),
      checkpoint: () => checkpointAudit(database, writer.name, new Date(clock.now()), (text) => storage.signer.sign(text)),
      retention: () => keepAuditInBounds({ database, writer: writer.name, now: new Date(clock.now()), keep: config.audit.retention, sign: (text) => storage.signer.sign(text) }),
      tidy: async () => (await tidyOutbox(tidying)) + (await uploads.tidy()) + (await fates.tidy()),
    },
    arrived: reviewKey ? [WAITS.reviewKey] : [],
    drainAudit: () => storage.audit.drain(),
    bury: (n, code) => deadLetters(parts).bury(n, code),
    everyMs: pace.everyMs,
    stopWithinMs: pace.stopWithinMs,
    log: (level, code, fields) => log[level]('jobs.task', { code, ...fields }),
  });
  return {
    wake: () => workers.wake(),
    async stop() {
      await workers.stop();
      shared?.stop();
    },
    counts,
    view: () => ({ kind: carrying.kind, reachable: carrying.reachable(), here, reviewKey }),
  };
}

function kindsHere(here: Config['workers']['here']): readonly JobKind[] {
  if (typeof here === 'boolean') return here ? JOB_KINDS : [];
  return here;
}

/** Without the keys that were left out. */
function given(concurrency: Config['workers']['concurrency']): NonNullable<WorkersOptions['concurrency']> {
  return Object.fromEntries(Object.entries(concurrency).filter(([, value]) => value !== undefined));
}
