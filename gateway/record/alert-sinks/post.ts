/** One POST to a robot or a webhook: TLS verified, no redirect followed, a bounded answer, one deadline for all of it; a failure is a code. */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { causeCode } from '../../errors.js';
import { SinkFailed } from '../../ports.js';

/** A receiver that needs longer than this is down for our purposes; the job that called retries. */
export const POST_TIMEOUT_MS = 10_000;
/** Answers of robots are a code and a sentence; more than this is none of theirs. */
const ANSWER_MOST = 64 * 1024;
/** Whoever names a longer time is tried again then, and says it again. */
const WAIT_MOST_MS = 3_600_000;

export interface Posting {
  readonly url: URL;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM of your own authority. */
  readonly ca?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Milliseconds since the epoch; for a Retry-After that names a date. */
  readonly now: () => number;
  /** False: the status says everything, and the answer may be endless. */
  readonly readAnswer: boolean;
}
export interface Answer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly body: string;
}

function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), WAIT_MOST_MS);
}

export async function post({ url, body, headers = {}, ca, timeoutMs = POST_TIMEOUT_MS, now, readAnswer }: Posting): Promise<Answer> {
  const bytes = Buffer.from(body, 'utf8');
  return await new Promise<Answer>((resolve, reject) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const failed = (thrown: unknown): void => reject(thrown instanceof SinkFailed ? thrown : new SinkFailed(deadline.aborted ? 'TIMEOUT' : causeCode(thrown), 'again'));
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': String(bytes.length), 'user-agent': 'Weir', ...headers },
      // A connection kept from the last alert is most likely closed by now.
      agent: false,
      rejectUnauthorized: true,
      signal: deadline,
    } as const;
    const asked = url.protocol === 'https:' ? tlsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) }) : plainRequest(url, options);
    asked.on('error', failed);
    asked.on('response', (answer) => {
      const told = { status: answer.statusCode ?? 0, retryAfterMs: retryAfterMs(answer.headers['retry-after'], now()) };
      if (!readAnswer) {
        resolve({ ...told, body: '' });
        asked.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_MOST) asked.destroy(new SinkFailed('ANSWER_TOO_LARGE', 'again'));
        else chunks.push(chunk);
      });
      answer.on('error', failed);
      answer.on('end', () => resolve({ ...told, body: Buffer.concat(chunks).toString('utf8') }));
    });
    asked.end(bytes);
  });
}

/** What a status alone says: busy and broken pass, everything else needs a person. A redirect would carry the message to an address nobody configured. */
export function throwForStatus({ status, retryAfterMs: wait }: Answer): void {
  if (status >= 200 && status < 300) return;
  const again = status === 408 || status === 425 || status === 429 || status >= 500;
  throw new SinkFailed(`HTTP_${String(status)}`, again ? 'again' : 'never', wait);
}
