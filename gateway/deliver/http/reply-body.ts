/** An upstream's answer as a pulled body: at the reader's pace, with a bound on silence, and never a broken answer taken for a whole one. */
import type { IncomingMessage } from 'node:http';
import { WeirError } from '../../errors.js';

export interface ReplyBody extends AsyncIterable<Uint8Array> {
  /** Makes the reader fail with `error`, now or at its next pull. */
  fail(error: WeirError): void;
}

/** `done` is called once, after the last byte, a failure, or when the reader leaves early (`whole: false`). */
export function replyBody(message: IncomingMessage, silenceMs: number, done: (whole: boolean) => void): ReplyBody {
  let failure: WeirError | undefined;
  let finished = false;
  let wake: () => void = () => undefined;

  const finish = (whole: boolean): void => {
    if (finished) return;
    finished = true;
    done(whole);
  };
  const fail = (error: WeirError): void => {
    failure ??= error;
    wake();
  };
  message.on('readable', () => wake());
  message.on('end', () => wake());
  message.on('error', (error) => fail(new WeirError('upstream-reset', { cause: error })));
  message.on('close', () => {
    if (!message.complete) fail(new WeirError('upstream-reset'));
    wake();
  });

  const something = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => fail(new WeirError('upstream-timeout')), silenceMs);
      wake = () => {
        clearTimeout(timer);
        wake = () => undefined;
        resolve();
      };
    });

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    for (;;) {
      if (failure !== undefined) {
        finish(false);
        throw failure;
      }
      const chunk = finished ? null : (message.read() as Buffer | null);
      if (chunk !== null) return { done: false, value: chunk };
      if (finished || message.readableEnded) {
        finish(true);
        return { done: true, value: undefined };
      }
      await something();
    }
  };

  return {
    fail,
    // One reader: the same iterator each time, so that leaving a `for await` ends the exchange.
    [Symbol.asyncIterator]: () => ({
      next,
      return: async () => {
        finish(false);
        return { done: true, value: undefined };
      },
    }),
  };
}
