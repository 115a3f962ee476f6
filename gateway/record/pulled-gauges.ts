/** Gauges whose values are asked for at scrape time: what cannot answer in time is absent and counted, never stale. */
import type { Counter } from 'prom-client';
import type { Health, ReviewLedger, SpoolFactory, Vault } from '../ports.js';
import type { CertificateEnd } from './certificates.js';
import type { Instruments } from './instruments.js';
import { ownGauges } from './own-gauges.js';
import { sharedGauges } from './shared-gauges.js';
import type { ReviewTime } from './work-metrics.js';

/** Where shared and sampled values come from; leave out what this process does not have. */
export interface GaugeSources {
  /** Whether this process speaks for the fleet: what all nodes share is shown by one of them, so that sums are true (HC 36). Left out: it is alone. */
  readonly shared?: () => boolean;

  // Shared by the fleet.
  readonly held?: () => ReturnType<ReviewLedger['counts']>;
  readonly vault?: () => ReturnType<Vault['space']>;
  readonly jobs?: () => Promise<readonly JobCount[]>;
  /** What was decided and what arrived after `from`, up to `to`. */
  readonly reviewed?: (from: Date, to: Date) => Promise<readonly ReviewTime[]>;
  /** When the newest backup was finished. */
  readonly backup?: () => Promise<Date | undefined>;
  /** Nodes that were seen lately, by the policy they run. */
  readonly nodes?: () => Promise<readonly { readonly revision: string | undefined; readonly count: number }[]>;

  /** What waits for each sink of alerts: events, not messages. */
  readonly alerts?: () => Promise<readonly { readonly sink: string; readonly waiting: number; readonly oldest: Date | undefined }[]>;

  // Of this process.
  readonly spool?: SpoolFactory['usage'];
  readonly spoolLimits?: { readonly memory: number; readonly disk: number };
  readonly components?: readonly Health[];
  /** Routes on which break-glass is in force. */
  readonly bypasses?: () => readonly { readonly route: string }[];
  readonly database?: () => PoolUse;
  readonly certificates?: () => Promise<readonly CertificateEnd[]>;
  readonly leases?: () => readonly { readonly name: string; readonly held: boolean }[];
}
export interface JobCount {
  readonly queue: string;
  readonly state: string;
  readonly count: number;
  /** Of the oldest among them. */
  readonly oldestAt?: Date | undefined;
}
export interface PoolUse {
  readonly total: number;
  readonly idle: number;
  /** Questions that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}

/** One source and its gauges. */
export interface Pull {
  readonly source: string;
  readonly shared?: boolean;
  /** Asks, and hands back what sets the gauges. */
  ask(): Promise<() => void>;
  /** Takes the gauges away until the next answer. */
  clear(): void;
}

/** Prometheus gives a scrape 10 s by default: the others must still be answered in time. */
export const SOURCE_TIMEOUT_MS = 2_000;

class SourceTimeout extends Error {
  override readonly name = 'SourceTimeout';
}

async function within<T>(milliseconds: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SourceTimeout()), milliseconds);
    timer.unref();
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface PulledGaugesOptions {
  readonly make: Instruments;
  readonly sources: GaugeSources;
  readonly errors: Counter<'source'>;
  readonly now: () => number;
  readonly reviewed: (times: readonly ReviewTime[]) => void;
  readonly timeoutMs?: number;
}

/** Registers the gauges; the returned function refreshes all of them and never throws. */
export function pulledGauges(options: PulledGaugesOptions): () => Promise<void> {
  const { sources, errors } = options;
  // Own ones first: connections are counted before this scrape itself asks the database.
  const pulls = [...ownGauges(options), ...sharedGauges(options)];
  for (const { source } of pulls) errors.inc({ source }, 0);
  const speaks = sources.shared ?? (() => true);
  const unanswered = new Set<Pull>();
  const refresh = async (pull: Pull): Promise<void> => {
    if (pull.shared === true && !speaks()) {
      pull.clear();
      return;
    }
    try {
      // A source that still owes an answer is not asked again: questions must not pile up on what is slow already.
      if (unanswered.has(pull)) throw new SourceTimeout();
      unanswered.add(pull);
      const asked = pull.ask().finally(() => unanswered.delete(pull));
      const set = await within(options.timeoutMs ?? SOURCE_TIMEOUT_MS, asked);
      // The lease may have ended meanwhile: two nodes must not both show it.
      if (pull.shared === true && !speaks()) pull.clear();
      else set();
    } catch {
      // The counter is the report: what failed is told in the log by the component itself.
      errors.inc({ source: pull.source });
      pull.clear();
    }
  };
  return async () => {
    await Promise.all(pulls.map(refresh));
  };
}
