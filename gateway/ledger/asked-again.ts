/** A question of the start, asked again while the database does not answer: what begins with a gateway asks all at once, and on a slow machine its turn comes later than a sender would wait for. */
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerFailure } from '../errors.js';

/** How long one is asked again: the last try may take as long as a question does. */
const ASKED_MS = 60_000;
const AGAIN_MS = 500;

const CLOCK = { now: (): number => performance.now(), pause: (): Promise<unknown> => delay(AGAIN_MS) };

/** Of nothing that was left in doubt: only what was surely not written is tried again. */
export async function askedAgain<T>(ask: () => Promise<T>, { now, pause } = CLOCK): Promise<T> {
  for (const end = now() + ASKED_MS; ; ) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof LedgerFailure) || thrown.kind !== 'unavailable' || now() >= end) throw thrown;
      await pause();
    }
  }
}
