/** The HTTP side of a release: the sealed request as it came or masked, sent once to its route's upstream, and what the answer means (HC 20, 21). */
import { decodedAgain } from '../gateway/act/decoded.js';
import { declaredCodings } from '../gateway/content-coding.js';
import { WeirError } from '../gateway/errors.js';
import type { ReleaseOutcome } from '../gateway/ledger/release-ledger.js';
import type { Clock, Coding, Codings, ExchangeId, Field, OpenedMessage, Outbound, SealedHead, Upstream, VaultReader } from '../gateway/ports.js';
import { codeOf, isLeaseLost, LeaseLost, opening, PERMIT_MS, TRIES, type ApplyEdits, type Go, type Leased, type Releasing } from './release-lease.js';

/** What a route's configuration says of its releases. */
export interface ReleaseRoute {
  readonly upstream: Upstream;
  readonly release: 'replay' | 'resubmit';
  readonly idempotencyHeader: string | undefined;
  /** Sent in place of the sender's own. */
  readonly credential: { readonly header: string; readonly value: string } | undefined;
}

export interface HttpReleaseOptions {
  readonly route: (id: string) => ReleaseRoute | undefined;
  readonly applyEdits: ApplyEdits;
  /** A masked release undoes a body's codings, masks what it stands for, and does them again. */
  readonly codings?: Codings | undefined;
  readonly clock: Clock;
}

/** Answers that say the request was not acted on, whatever was sent. */
const NOT_ACTED_ON = new Set([408, 425, 429]);
const CREDENTIALS = new Set([401, 403, 419]);
const REPEATABLE = new Set(['PUT', 'DELETE', 'GET', 'HEAD', 'OPTIONS']);

export function httpRelease(options: HttpReleaseOptions, leased: Leased): Releasing {
  const { again } = leased;

  const send = async (job: Go, route: ReleaseRoute, sealed: Sealed, repeatable: boolean): Promise<ReleaseOutcome> => {
    const seen: { system: 'nothing' | 'some' | 'all'; marked: boolean } = { system: 'nothing', marked: false };
    // The last chunk was handed on and some bytes left: it may have left as well, before anyone could say so.
    const complete = (): boolean => seen.system === 'all' || (seen.marked && seen.system === 'some');
    return await leased.sending(job, async ({ signal, stopped, breaking, completing }) => {
      const body = markingTheEnd(sealed.body, async () => {
        if (!(await completing())) throw new LeaseLost();
        seen.marked = true;
      });
      try {
        const { head } = sealed;
        const reply = await route.upstream.request({
          method: head.http.method,
          fields: releaseFields(sealed.fields, route, job.lease.id),
          via: { clientAddress: head.facts.clientAddress, scheme: 'http', host: fieldOf(head.http.fields, 'host'), fromTrustedProxy: false },
          outbound: { target: sealed.target, change: sealed.change, codings: sealed.codings, length: sealed.length, body, trailers: () => head.trailers },
          signal,
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
        if (stopped() || isLeaseLost(error)) throw new LeaseLost();
        if (breaking() && !complete()) return { kind: 'retry', code: 'shutting-down', delayMs: 0 };
        return complete() && !repeatable ? { kind: 'uncertain', code: codeOf(error) } : again(job, codeOf(error));
      }
    });
  };

  const judge = (job: Go, status: number, early: boolean, all: boolean, repeatable: boolean): ReleaseOutcome => {
    if (status >= 200 && status < 300) return early && !all ? { kind: 'uncertain', code: 'early-answer', status } : { kind: 'released', status };
    if (CREDENTIALS.has(status)) return { kind: 'needs-credentials', status };
    if (NOT_ACTED_ON.has(status)) return again(job, `status-${status}`, status);
    if (status < 500) return { kind: 'failed', code: `status-${status}`, status };
    return all && !repeatable ? { kind: 'uncertain', code: `status-${status}`, status } : again(job, `status-${status}`, status);
  };

  return async (job) => {
    const route = options.route(job.message.route);
    if (route === undefined) return { kind: 'failed', code: 'route-missing' };
    const permits = job.message.direction === 'response' || route.release === 'resubmit';
    // A permit lets the original pass: who decided for the masked form has not allowed that.
    if (permits && job.as === 'masked') return { kind: 'failed', code: 'masked-not-possible' };
    // What was found since its edits were sealed would leave unmasked.
    if (job.as === 'masked' && job.message.rescanned?.foundMore === true) return { kind: 'failed', code: 'rescan-found-more' };
    if (permits) return { kind: 'permitted', expiresAt: new Date(options.clock.now() + PERMIT_MS) };
    const repeatable = REPEATABLE.has(job.message.method.toUpperCase()) || route.idempotencyHeader !== undefined;
    if (job.interrupted === 'all' && !repeatable) return { kind: 'uncertain', code: 'interrupted' };
    return await opening(leased, job, TRIES, (vault) => open(vault, job, options), async (sealed) => {
      // Something in it is where no mask can be written.
      if (job.as === 'masked' && sealed.head.maskable === false) return { kind: 'failed', code: 'masked-not-possible' };
      return await send(job, route, sealed, repeatable);
    });
  };
}

interface Sealed {
  readonly head: SealedHead;
  readonly target: string;
  readonly fields: readonly Field[];
  readonly change: Outbound['change'];
  readonly codings?: Outbound['codings'];
  readonly length: number;
  readonly body: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A masked release reads the file twice: edits lie behind the body, and both are needed side by side. */
async function open(vault: VaultReader, job: Go, { applyEdits, codings }: HttpReleaseOptions): Promise<Sealed> {
  const id = job.lease.id as ExchangeId;
  const opened: OpenedMessage[] = [];
  const close = async (): Promise<void> => {
    for (const message of opened) await message.close();
  };
  try {
    const first = await vault.open(id);
    opened.push(first);
    const { head } = first;
    if (job.as === 'original') return { head, target: head.http.target, fields: head.http.fields, change: 'none', length: head.bodyLength, body: first.body(), close };
    const masked = { head, target: head.maskedTarget, fields: head.maskedFields, close };
    const coding = codings?.of(declaredCodings(head.http.fields));
    if (coding !== undefined && head.bodyLength > 0 && head.maskable !== false) return { ...masked, ...(await recoded(vault, id, opened, coding, applyEdits)) };
    if (head.editsLength === 0) return { ...masked, change: 'none', length: head.bodyLength, body: first.body() };
    const second = await vault.open(id);
    opened.push(second);
    const changed = head.version === 1 ? ({ change: 'same-length', length: head.bodyLength } as const) : ({ change: 'recoded', length: head.maskedLength ?? head.bodyLength } as const);
    return { ...masked, ...changed, body: applyEdits(first.body(), editsOf(second)) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Read twice: the head that leaves first says how long the body is. Encoders write the same each time. */
async function recoded(vault: VaultReader, id: ExchangeId, opened: OpenedMessage[], coding: Coding, applyEdits: ApplyEdits): Promise<Pick<Sealed, 'change' | 'codings' | 'length' | 'body'>> {
  const names = coding.leavesAs(false);
  if (names === undefined) throw new WeirError('mask-failed');
  const once = async (): Promise<AsyncIterable<Uint8Array>> => {
    const [body, edits] = [await vault.open(id), await vault.open(id)];
    opened.push(body, edits);
    const plain = decodedAgain(coding, body.body());
    return coding.encode(names, body.head.editsLength === 0 ? plain : applyEdits(plain, editsOf(edits)));
  };
  let length = 0;
  for await (const chunk of await once()) length += chunk.length;
  return { change: 'recoded', codings: coding.names.join() === names.join() ? undefined : names, length, body: await once() };
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
