/** The workers of this process: releases, destruction, expiry, alerts and the sweep that mends what a crash left. */
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/schema.js';
import { carrier } from '../../workers/carrier.js';
import { startWorkers } from '../../workers/main.js';
import type { ReleaseRoute } from '../../workers/release.js';
import { replay } from '../body/replay.js';
import { alertBatches } from '../ledger/alert-batches.js';
import { checkpointAudit } from '../ledger/audit-chain.js';
import { destroyLedger } from '../ledger/destroy-ledger.js';
import { expiryLedger } from '../ledger/expiry-ledger.js';
import { outbox } from '../ledger/outbox.js';
import { releaseLedger } from '../ledger/release-ledger.js';
import { sweepLedger } from '../ledger/sweep-ledger.js';
import type { Clock, Log, Upstream, WrapPort } from '../ports.js';
import type { JobCount } from '../record/pulled-gauges.js';
import { webhookSink } from '../record/webhook-sink.js';
import type { Storage } from './storage.js';

export interface Jobs {
  /** A decision was just made here. */
  wake(): void;
  counts(): Promise<readonly JobCount[]>;
  stop(): Promise<void>;
}

export interface JobsOptions {
  readonly storage: Storage;
  readonly config: Config;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wrap: WrapPort;
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
  const { storage, config, clock, log, env, wrap } = options;
  const { database, writer } = storage;
  const routes = releaseRoutes(options);
  const sinks = config.alerts.webhooks.map((webhook) =>
    webhookSink({ id: webhook.id, url: webhook.url, secret: secretValue(webhook.secret, env), events: webhook.events, minSeverity: webhook.minSeverity, now: clock.now }),
  );
  const rows = outbox({ database, clock });
  const redisUrl = env.WEIR_REDIS_URL;
  const carrying = await carrier({
    store: redisUrl === undefined || redisUrl === '' ? { database: storage.connection } : { redisUrl },
    log: (level, code) => log[level]('jobs.carrier', { code }),
  });
  const workers = startWorkers({
    carrier: carrying,
    outbox: rows,
    release: {
      ledger: wrap('release', releaseLedger({ database, audit: writer, clock })),
      vault: storage.reader,
      route: (id) => routes.get(id),
      applyEdits: (body, edits) => replay(body, edits, () => true),
      clock,
    },
    destroy: wrap('destroy', destroyLedger({ database, audit: writer, clock })),
    expiry: expiryLedger({ database, audit: writer, clock }),
    sweep: sweepLedger({ database, audit: writer, clock }),
    alerts: alertBatches({ database, audit: writer, clock }),
    sinks,
    vault: storage.vault,
    clock,
    log: (level, code, fields) => log[level]('jobs.task', { code, ...fields }),
    drainAudit: () => storage.audit.drain(),
    checkpoint: () => checkpointAudit(database, writer.name, new Date(clock.now())),
  });
  return {
    wake: () => workers.wake(),
    stop: () => workers.stop(),
    async counts() {
      const [open, carriedNow] = await Promise.all([rows.counts(), carrying.counts()]);
      return [
        ...Object.entries(open).map(([state, count]) => ({ queue: 'outbox', state, count })),
        ...Object.entries(carriedNow).map(([state, count]) => ({ queue: 'carrier', state, count })),
      ];
    },
  };
}
