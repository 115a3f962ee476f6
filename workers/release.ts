/** Sends what a person released, or what was accepted for delivery: once, or it says that it does not know (HC 20, 21, 25). */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lease, ReleaseLedger, ReleaseOutcome } from '../gateway/ledger/release-ledger.js';
import { WAITS, type Clock, type Codings, type VaultReader } from '../gateway/ports.js';
import { backOff } from './back-off.js';
import type { JobHandler } from './job.js';
import { httpRelease, type ReleaseRoute } from './release-http.js';
import { leased, LeaseLost, type ApplyEdits } from './release-lease.js';
import { mailRelease, routeMissing, type MailReleaseOptions } from './release-mail.js';

export type { ReleaseRoute } from './release-http.js';

export interface ReleaseOptions {
  readonly ledger: ReleaseLedger;
  /** Undefined where the review key is not: the job waits, visibly. */
  readonly vault: VaultReader | undefined;
  readonly route: (id: string) => ReleaseRoute | undefined;
  /** Undefined where no route takes mail. */
  readonly mail?: Omit<MailReleaseOptions, 'applyEdits' | 'record' | 'clock'> | undefined;
  readonly applyEdits: ApplyEdits;
  /** A masked release undoes a body's codings, masks what it stands for, and does them again. */
  readonly codings?: Codings | undefined;
  readonly clock: Clock;
  readonly leaseMs?: number;
  /** Aborts when this process has to end now. */
  readonly breakOff?: AbortSignal;
  readonly random?: () => number;
}

/** Longer than any pause of a healthy process; renewed at a third of it. */
const LEASE_MS = 60_000;
/** Another worker has it, or died with it: look again when its lease may have run out. */
const BUSY_MS = 5_000;
/** The answer is known and only the database is away: worth waiting for, since the alternative is `uncertain`. */
const RECORD = { firstMs: 200, mostMs: 5_000, most: 60 } as const;
/** Such a job waits, visibly, until a worker comes that has the key (HC 27). */
export const REVIEW_KEY_ABSENT = WAITS.reviewKey;

export function releaseHandler(options: ReleaseOptions): JobHandler {
  const { ledger, vault, breakOff, random } = options;
  const leaseMs = options.leaseMs ?? LEASE_MS;

  /** Keeps trying while the lease's fence is ours: what the far side said must not be lost to a database that blinks. */
  const record = async <T>(write: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await write();
      } catch (error) {
        if (tries === RECORD.most || breakOff?.aborted === true) throw error;
        await delay(backOff(tries, RECORD, random));
      }
    }
  };
  const under = leased({ ledger, vault, leaseMs, breakOff, random });
  const http = httpRelease(options, under);
  const mail = options.mail === undefined ? undefined : mailRelease({ ...options.mail, clock: options.clock, applyEdits: options.applyEdits, record: (lease: Lease, recipients) => record(() => ledger.progress(lease, recipients)) }, under);

  return async ({ n }) => {
    const job = await ledger.begin(n, leaseMs);
    if (job.kind === 'closed') return { kind: 'done' };
    if (job.kind === 'busy') return { kind: 'again', delayMs: BUSY_MS };
    let outcome: ReleaseOutcome;
    try {
      if (job.message.channel === 'smtp') outcome = mail === undefined ? routeMissing(job, options.clock, under) : await mail(job);
      else outcome = await http(job);
    } catch (error) {
      // Whoever took the message over carries it to its end.
      if (error instanceof LeaseLost) return { kind: 'again', delayMs: BUSY_MS };
      throw error;
    }
    await record(() => ledger.finish(job.lease, outcome));
    return outcome.kind === 'retry' || outcome.kind === 'waiting' ? { kind: 'again', delayMs: outcome.delayMs } : { kind: 'done' };
  };
}
