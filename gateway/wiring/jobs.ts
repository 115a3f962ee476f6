/** The workers of this process: releases, destruction, expiry, alerts and the sweep that mends what a crash left. */
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/schema.js';
import { carrier } from '../../workers/carrier.js';
import { startWorkers, type WorkersOptions } from '../../workers/main.js';
import type { ReleaseRoute } from '../../workers/release.js';
import { replay } from '../body/replay.js';
import { alertBatches } from '../ledger/alert-batches.js';
import { checkpointAudit } from '../ledger/audit-chain.js';
import { keepAuditInBounds } from '../ledger/audit-retention.js';
import { bypassLedger } from '../ledger/bypass-ledger.js';
import { destroyLedger } from '../ledger/destroy-ledger.js';
import { expiryLedger } from '../ledger/expiry-ledger.js';
import { noticesLedger } from '../ledger/notices-ledger.js';
import { outbox } from '../ledger/outbox.js';
import { releaseLedger } from '../ledger/release-ledger.js';
import { sweepLedger } from '../ledger/sweep-ledger.js';
import type { Clock, Log, Upstream, Vault, WrapPort } from '../ports.js';
import type { JobCount } from '../record/pulled-gauges.js';
import { noticeSink } from '../record/notice-sink.js';
import { webhookSink } from '../record/webhook-sink.js';
import type { Storage } from './storage.js';

export interface Jobs {
  /** A decision was just made here. */
  wake(): void;
  counts(): Promise<readonly JobCount[]>;
  stop(): Promise<void>;
}

/** Milliseconds between the workers' own looks, where they differ from the usual. */
export interface Pace {
  readonly everyMs?: WorkersOptions['everyMs'];
  /** How soon another worker takes a job over from one that died. */
  readonly stalledAfterMs?: number;
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
}

export class MissingSecret extends Error {
  override readonly name = 'MissingSecret';
  readonly code = 'SECRET_MISSING';
}

/** A secret from where the configuration says it lies; what stands in a file loses its final line break. */
export function secretValue(secret: { readonly env: string } | { readonly file: string }, env: JobsOptions['env']): string {
  if ('file' in secret) return readFileSync(secret.file, 'utf8').trimEnd();
  const value = env[secret.env];
  if (value === undefined || value === '') throw new MissingSecret(`The environment variable ${secret.env}, which the configuration names for a secret, is not set.`);
  return value;
}

function releaseRoutes({ config, upstreams, env }: JobsOptions): ReadonlyMap<string, ReleaseRoute> {
  const routes = new Map<string, ReleaseRoute>();
  for (const route of config.routes) {
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
  const routes = releaseRoutes(options);
  const sinks = config.alerts.webhooks.map((webhook) =>
    wrap('alert-sink', webhookSink({ id: webhook.id, url: webhook.url, secret: secretValue(webhook.secret, env), events: webhook.events, minSeverity: webhook.minSeverity, now: clock.now })),
  );
  const notices = noticesLedger({ database, audit: writer, clock });
  const tellers = new Map(config.notices.sinks.map(({ id, url, secret }) => [id, noticeSink({ id, url, secret: secretValue(secret, env), now: clock.now })]));
  const rows = wrap('outbox', outbox({ database, clock }));
  const redisUrl = env.WEIR_REDIS_URL;
  const carrying = wrap('carrier', await carrier({
    store: redisUrl === undefined || redisUrl === '' ? { database: storage.connection } : { redisUrl },
    log: (level, code) => log[level]('jobs.carrier', { code }),
    ...(pace.stalledAfterMs === undefined ? {} : { stalledAfterMs: pace.stalledAfterMs }),
  }));
  const workers = startWorkers({
    carrier: carrying,
    outbox: rows,
    release: {
      ledger: wrap('release', releaseLedger({ database, audit: writer, clock })),
      vault: storage.reader === undefined ? undefined : wrap('vault-reader', storage.reader),
      route: (id) => routes.get(id),
      applyEdits: (body, edits) => replay(body, edits, () => true),
      clock,
    },
    destroy: wrap('destroy', destroyLedger({ database, audit: writer, clock })),
    expiry: wrap('expiry', expiryLedger({ database, audit: writer, clock })),
    bypasses: bypassLedger({ database, audit: writer, clock }),
    notices: { notices, sinkOf: (route) => tellers.get(config.routes.find(({ id }) => id === route)?.notices ?? '') },
    sweep: wrap('sweep', sweepLedger({ database, audit: writer, clock })),
    alerts: wrap('alert-batches', alertBatches({ database, audit: writer, clock })),
    sinks,
    vault,
    clock,
    ...(pace.everyMs === undefined ? {} : { everyMs: pace.everyMs }),
    log: (level, code, fields) => log[level]('jobs.task', { code, ...fields }),
    drainAudit: () => storage.audit.drain(),
    ...(options.lapse === undefined ? {} : { lapse: options.lapse }),
    checkpoint: () => checkpointAudit(database, writer.name, new Date(clock.now()), (text) => storage.signer.sign(text)),
    retention: () => keepAuditInBounds({ database, writer: writer.name, now: new Date(clock.now()), keep: config.audit.retention, sign: (text) => storage.signer.sign(text) }),
  });
  return {
    wake: () => workers.wake(),
    stop: () => workers.stop(),
    async counts() {
      const [open, carriedNow, told] = await Promise.all([rows.counts(), carrying.counts(), notices.counts()]);
      return [
        ...rowsOf('outbox', { open: open.open, delayed: open.delayed, dead: open.dead }),
        ...rowsOf('carrier', carriedNow),
        ...rowsOf('notices', told),
      ];
    },
  };
}

function rowsOf(queue: string, counts: Readonly<Record<string, number>>): readonly JobCount[] {
  return Object.entries(counts).map(([state, count]) => ({ queue, state, count }));
}
