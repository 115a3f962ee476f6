/** A request's body as pulled chunks, with the limits counted where bytes enter. */
import type { Readable } from 'node:stream';
import { WeirError } from '../../errors.js';

export interface BodyLimits {
  readonly maxBody: number;
  /** Longest wait for the next bytes, in milliseconds. */
  readonly timeoutMs: number;
  /** Called before the first byte is asked for: the moment for `100 Continue`. */
  readonly onFirstPull: () => void;
}

export interface PulledBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What the parser found wrong with the rest of the body: thrown once what arrived before has been read. */
  fail(error: WeirError): void;
}

export function pullBody(request: Readable, limits: BodyLimits): PulledBody {
  let failure: WeirError | undefined;
  let wake: () => void = () => undefined;
  // Without a listener an abort would be an uncaught error; what it means is read from `complete`.
  request.on('error', () => wake());

  const news = (): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        request.off('readable', finish).off('end', finish).off('close', finish);
        wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(() => {
        failure ??= new WeirError('body-timeout');
        finish();
      }, limits.timeoutMs);
      wake = finish;
      request.on('readable', finish).on('end', finish).on('close', finish);
    });

  async function* pull(): AsyncGenerator<Uint8Array> {
    limits.onFirstPull();
    let total = 0;
    for (;;) {
      const chunk = request.read() as Buffer | null;
      if (chunk !== null) {
        total += chunk.length;
        if (total > limits.maxBody) throw new WeirError('too-large');
        yield chunk;
      } else if (request.readableEnded) {
        return;
      } else if (failure !== undefined) {
        throw failure;
      } else if (request.destroyed) {
        throw new WeirError('client-aborted');
      } else {
        await news();
      }
    }
  }
  return {
    chunks: pull(),
    fail: (error) => {
      failure ??= error;
      wake();
    },
  };
}

/** Counts an answer's body against the same limit. */
export async function* atMost(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > most) throw new WeirError('answer-too-large');
    yield chunk;
  }
}
