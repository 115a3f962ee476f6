/** What every channel's release shares: one try under a fenced lease, counted, and broken off where the lease is another's (HC 21). */
import { causeCode } from '../gateway/errors.js';
import type { Begun, ReleaseLedger, ReleaseOutcome } from '../gateway/ledger/release-ledger.js';
import { WAITS, type VaultReader } from '../gateway/ports.js';
import { backOff } from './back-off.js';

export type Go = Extract<Begun, { kind: 'go' }>;
/** Writes the edit log over the body. */
export type ApplyEdits = (body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
/** One try of one channel; what it throws but `LeaseLost` was not foreseen. */
export type Releasing = (job: Go) => Promise<ReleaseOutcome>;
export interface Tries {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly most: number;
}

/** From seconds to a quarter of an hour, twelve tries: an upstream may be down for two hours before a person is asked. */
export const TRIES = { firstMs: 5_000, mostMs: 900_000, most: 12 } as const;
/** A sender's own retry must come within a day (HC 20). */
export const PERMIT_MS = 24 * 3_600_000;
/** How long a job sleeps that waits for the review key. */
const KEY_AGAIN_MS = 900_000;
/** No later try can read it. */
const GONE = new Set(['VAULT_MISSING', 'VAULT_DAMAGED', 'VAULT_VERSION', 'ENOENT', 'mask-failed']);

export interface LeaseOptions {
  readonly ledger: ReleaseLedger;
  /** Undefined where the review key is not: the job waits, visibly. */
  readonly vault: VaultReader | undefined;
  readonly leaseMs: number;
  /** Aborts when this process has to end now. */
  readonly breakOff: AbortSignal | undefined;
  readonly random: (() => number) | undefined;
}

/** While bytes may leave. */
export interface UnderLease {
  readonly signal: AbortSignal;
  /** The lease is another's. */
  readonly stopped: () => boolean;
  /** This process has to end. */
  readonly breaking: () => boolean;
  readonly completing: (recipients?: readonly number[]) => Promise<boolean>;
}

export interface Leased {
  readonly vault: VaultReader | undefined;
  /** Another try, or none left. */
  readonly again: (job: Go, code: string, status?: number, tries?: Tries) => ReleaseOutcome;
  /** Writes `sending`, and renews the lease as long as `work` goes on. */
  readonly sending: (job: Go, work: (lease: UnderLease) => Promise<ReleaseOutcome>) => Promise<ReleaseOutcome>;
}

export function leased({ ledger, vault, leaseMs, breakOff, random }: LeaseOptions): Leased {
  return {
    vault,
    again: (job, code, status, tries = TRIES) =>
      job.attempts + 1 >= tries.most ? { kind: 'failed', code, status } : { kind: 'retry', code, status, delayMs: backOff(job.attempts, tries, random) },
    async sending(job, work) {
      if (!(await ledger.sending(job.lease, leaseMs))) throw new LeaseLost();
      const stop = new AbortController();
      const renewing = setInterval(() => {
        void ledger.renew(job.lease, leaseMs).then((ours) => ours || stop.abort(), () => undefined);
      }, leaseMs / 3);
      try {
        return await work({
          signal: breakOff === undefined ? stop.signal : AbortSignal.any([stop.signal, breakOff]),
          stopped: () => stop.signal.aborted,
          breaking: () => breakOff?.aborted === true,
          completing: (recipients) => ledger.completing(job.lease, recipients),
        });
      } finally {
        clearInterval(renewing);
      }
    },
  };
}

/** Opens what is sealed, and closes it whatever comes of it; what cannot be opened now is tried again, what never can is over. */
export async function opening<T extends { close(): Promise<void> }>(
  { vault, again }: Leased,
  job: Go,
  tries: Tries,
  open: (vault: VaultReader) => Promise<T>,
  work: (sealed: T) => Promise<ReleaseOutcome>,
): Promise<ReleaseOutcome> {
  if (vault === undefined) return { kind: 'waiting', code: WAITS.reviewKey, delayMs: KEY_AGAIN_MS };
  if (job.attempts >= tries.most) return { kind: 'failed', code: 'too-many-attempts' };
  let sealed: T;
  try {
    sealed = await open(vault);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'KEY_ABSENT') return { kind: 'waiting', code: WAITS.reviewKey, delayMs: KEY_AGAIN_MS };
    return GONE.has(code) ? { kind: 'failed', code } : again(job, code, undefined, tries);
  }
  try {
    return await work(sealed);
  } finally {
    await sealed.close();
  }
}

/** Someone else holds the message now, and carries it to its end. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Deliver may have wrapped what the body threw. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof LeaseLost || (error as { cause?: unknown } | undefined)?.cause instanceof LeaseLost;
}

/** A code for people: never a message. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(code) ? code : causeCode(error);
}
