/** Sends what a person released: once, or it says that it does not know (HC 20, 21). */
import { setTimeout as delay } from 'node:timers/promises';
import { causeCode } from '../gateway/errors.js';
import type { Begun, Lease, ReleaseLedger, ReleaseOutcome } from '../gateway/ledger/release-ledger.js';
import type { Clock, ExchangeId, Field, OpenedMessage, SealedHead, Upstream, VaultReader } from '../gateway/ports.js';
import { backOff } from './back-off.js';
import type { JobResult } from './carrier.js';

/** What a route's configuration says of its releases. */
export interface ReleaseRoute {
  readonly upstream: Upstream;
  readonly release: 'replay' | 'resubmit';
  readonly idempotencyHeader: string | undefined;
  /** Sent in place of the sender's own. */
  readonly credential: { readonly header: string; readonly value: string } | undefined;
}

export interface ReleaseOptions {
  readonly ledger: ReleaseLedger;
  /** Undefined where the review key is not: the job waits, visibly. */
  readonly vault: VaultReader | undefined;
  readonly route: (id: string) => ReleaseRoute | undefined;
  /** Writes the edit log over the body. */
  readonly applyEdits: (body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  readonly leaseMs?: number;
  /** Aborts when this process has to end now. */
  readonly breakOff?: AbortSignal;
  readonly random?: () => number;
}

/** Longer than any pause of a healthy process; renewed at a third of it. */
const LEASE_MS = 60_000;
/** From seconds to a quarter of an hour, twelve tries: an upstream may be down for two hours before a person is asked. */
const TRIES = { firstMs: 5_000, mostMs: 900_000, most: 12 } as const;
/** A sender's own retry must come within a day (HC 20). */
const PERMIT_MS = 24 * 3_600_000;
/** Another worker has it, or died with it: look again when its lease may have run out. */
const BUSY_MS = 5_000;
/** The answer is known and only the database is away: worth waiting for, since the alternative is `uncertain`. */
const RECORD = { firstMs: 200, mostMs: 5_000, most: 60 } as const;
/** Answers that say the request was not acted on, whatever was sent. */
const NOT_ACTED_ON = new Set([408, 425, 429]);
const CREDENTIALS = new Set([401, 403, 419]);
/** Such a job waits, visibly, until a worker comes that has the key (HC 27). */
export const REVIEW_KEY_ABSENT = 'review-key-absent';
/** No later try can read it. */
const GONE = new Set(['VAULT_MISSING', 'VAULT_DAMAGED', 'ENOENT']);
const REPEATABLE = new Set(['PUT', 'DELETE', 'GET', 'HEAD', 'OPTIONS']);

type Go = Extract<Begun, { kind: 'go' }>;

export function releaseHandler(options: ReleaseOptions): (row: number) => Promise<JobResult> {
  const { ledger, vault, route: routeOf, clock } = options;
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const again = (job: Go, code: string, status?: number): ReleaseOutcome =>
    job.attempts + 1 >= TRIES.most ? { kind: 'failed', code, status } : { kind: 'retry', code, status, delayMs: backOff(job.attempts, TRIES, options.random) };

  const attempt = async (job: Go): Promise<ReleaseOutcome> => {
    const route = routeOf(job.message.route);
    if (route === undefined) return { kind: 'failed', code: 'route-missing' };
    const permits = job.message.direction === 'response' || route.release === 'resubmit';
    // A permit lets the original pass: who decided for the masked form has not allowed that.
    if (permits && job.as === 'masked') return { kind: 'failed', code: 'masked-not-possible' };
    if (permits) return { kind: 'permitted', expiresAt: new Date(clock.now() + PERMIT_MS) };
    const repeatable = REPEATABLE.has(job.message.method.toUpperCase()) || route.idempotencyHeader !== undefined;
    if (job.interrupted === 'all' && !repeatable) return { kind: 'uncertain', code: 'interrupted' };
    if (vault === undefined) return { kind: 'waiting', code: REVIEW_KEY_ABSENT, delayMs: TRIES.mostMs };
    if (job.attempts >= TRIES.most) return { kind: 'failed', code: 'too-many-attempts' };
    let sealed: Sealed;
    try {
      sealed = await open(vault, job, options.applyEdits);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'KEY_ABSENT') return { kind: 'waiting', code: REVIEW_KEY_ABSENT, delayMs: TRIES.mostMs };
      return GONE.has(code) ? { kind: 'failed', code } : again(job, code);
    }
    try {
      return await send(job, route, sealed, repeatable);
    } finally {
      await sealed.close();
    }
  };

  const send = async (job: Go, route: ReleaseRoute, sealed: Sealed, repeatable: boolean): Promise<ReleaseOutcome> => {
    if (!(await ledger.sending(job.lease, leaseMs))) throw new LeaseLost();
    const stop = new AbortController();
    const renewing = setInterval(() => {
      void ledger.renew(job.lease, leaseMs).then((ours) => ours || stop.abort(), () => undefined);
    }, leaseMs / 3);
    const seen: { system: 'nothing' | 'some' | 'all'; marked: boolean } = { system: 'nothing', marked: false };
    // The last chunk was handed on and some bytes left: it may have left as well, before anyone could say so.
    const complete = (): boolean => seen.system === 'all' || (seen.marked && seen.system === 'some');
    const body = markingTheEnd(sealed.body, async () => {
      if (!(await ledger.completing(job.lease))) throw new LeaseLost();
      seen.marked = true;
    });
    try {
      const { head } = sealed;
      const reply = await route.upstream.request({
        method: head.http.method,
        fields: releaseFields(sealed.fields, route, job.lease.id),
        via: { clientAddress: head.facts.clientAddress, scheme: 'http', host: fieldOf(head.http.fields, 'host'), fromTrustedProxy: false },
        outbound: { target: sealed.target, change: sealed.edited ? 'same-length' : 'none', length: head.bodyLength, body, trailers: () => head.trailers },
        signal: options.breakOff === undefined ? stop.signal : AbortSignal.any([stop.signal, options.breakOff]),
        onProgress: (progress) => {
          if (seen.system !== 'all') seen.system = progress;
        },
      });
      try {
        for await (const _ of reply.body);
      } catch {
        // The status line is the answer; the rest of it is of no use here.
      }
      return judge(job, reply.status, reply.early, complete(), repeatable);
    } catch (error) {
      if (stop.signal.aborted || isLeaseLost(error)) throw new LeaseLost();
      if (options.breakOff?.aborted === true && !complete()) return { kind: 'retry', code: 'shutting-down', delayMs: 0 };
      return complete() && !repeatable ? { kind: 'uncertain', code: codeOf(error) } : again(job, codeOf(error));
    } finally {
      clearInterval(renewing);
    }
  };

  const judge = (job: Go, status: number, early: boolean, all: boolean, repeatable: boolean): ReleaseOutcome => {
    if (status >= 200 && status < 300) return early && !all ? { kind: 'uncertain', code: 'early-answer', status } : { kind: 'released', status };
    if (CREDENTIALS.has(status)) return { kind: 'needs-credentials', status };
    if (NOT_ACTED_ON.has(status)) return again(job, `status-${status}`, status);
    if (status < 500) return { kind: 'failed', code: `status-${status}`, status };
    return all && !repeatable ? { kind: 'uncertain', code: `status-${status}`, status } : again(job, `status-${status}`, status);
  };

  /** Keeps trying while the lease's fence is ours: what the upstream said must not be lost to a database that blinks. */
  const record = async (lease: Lease, outcome: ReleaseOutcome): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        await ledger.finish(lease, outcome);
        return;
      } catch (error) {
        if (tries === RECORD.most || options.breakOff?.aborted === true) throw error;
        await delay(backOff(tries, RECORD, options.random));
      }
    }
  };

  return async (row) => {
    const job = await ledger.begin(row, leaseMs);
    if (job.kind === 'closed') return { kind: 'done' };
    if (job.kind === 'busy') return { kind: 'again', delayMs: BUSY_MS };
    let outcome: ReleaseOutcome;
    try {
      outcome = await attempt(job);
    } catch (error) {
      // Whoever took the message over carries it to its end.
      if (error instanceof LeaseLost) return { kind: 'again', delayMs: BUSY_MS };
      throw error;
    }
    await record(job.lease, outcome);
    return outcome.kind === 'retry' || outcome.kind === 'waiting' ? { kind: 'again', delayMs: outcome.delayMs } : { kind: 'done' };
  };
}

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Deliver may have wrapped what the body threw. */
function isLeaseLost(error: unknown): boolean {
  return error instanceof LeaseLost || (error as { cause?: unknown } | undefined)?.cause instanceof LeaseLost;
}

interface Sealed {
  readonly head: SealedHead;
  readonly target: string;
  readonly fields: readonly Field[];
  readonly edited: boolean;
  readonly body: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A masked release reads the file twice: edits lie behind the body, and both are needed side by side. */
async function open(vault: VaultReader, job: Go, applyEdits: ReleaseOptions['applyEdits']): Promise<Sealed> {
  const id = job.lease.id as ExchangeId;
  const opened: OpenedMessage[] = [];
  const close = async (): Promise<void> => {
    for (const message of opened) await message.close();
  };
  try {
    const first = await vault.open(id);
    opened.push(first);
    const { head } = first;
    if (job.as === 'original') return { head, target: head.http.target, fields: head.http.fields, edited: false, body: first.body(), close };
    const masked = { head, target: head.maskedTarget, fields: head.maskedFields, close };
    if (head.editsLength === 0) return { ...masked, edited: false, body: first.body() };
    const second = await vault.open(id);
    opened.push(second);
    return { ...masked, edited: true, body: applyEdits(first.body(), editsOf(second)) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* editsOf(message: OpenedMessage): AsyncGenerator<Uint8Array> {
  for await (const _ of message.body());
  yield* message.edits();
}

/** Keeps one chunk back, so that `last` is called, and awaited, before the final byte can leave. */
async function* markingTheEnd(body: AsyncIterable<Uint8Array>, last: () => Promise<void>): AsyncGenerator<Uint8Array> {
  let kept: Uint8Array | undefined;
  for await (const chunk of body) {
    if (chunk.length === 0) continue;
    if (kept !== undefined) yield kept;
    kept = chunk;
  }
  await last();
  if (kept !== undefined) yield kept;
}

function releaseFields(sealed: readonly Field[], route: ReleaseRoute, id: string): readonly Field[] {
  const replaced = new Set([route.credential?.header, route.idempotencyHeader].filter((name) => name !== undefined).map((name) => name.toLowerCase()));
  const fields = sealed.filter(([name]) => !replaced.has(name.toLowerCase()));
  const added: Field[] = [];
  if (route.credential !== undefined) added.push([route.credential.header, route.credential.value]);
  if (route.idempotencyHeader !== undefined) added.push([route.idempotencyHeader, id]);
  return [...fields, ...added];
}

function fieldOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find(([field]) => field.toLowerCase() === name)?.[1];
}

/** A code for people: never a message. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(code) ? code : causeCode(error);
}
