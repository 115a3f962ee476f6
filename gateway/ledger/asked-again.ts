/** A question of the start, asked again while the database does not answer: what begins with a gateway asks all at once, and on a slow machine its turn comes later than a sender would wait for. */
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerFailure } from '../errors.js';

/** With the pool's own three seconds each: a minute and more where the server is slow, ten seconds where nobody listens. */
const TRIES = 20;
const AGAIN_MS = 500;

/** Of nothing that was left in doubt: only what was surely not written is tried again. */
export async function askedAgain<T>(ask: () => Promise<T>, pause: () => Promise<unknown> = () => delay(AGAIN_MS)): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof LedgerFailure) || thrown.kind !== 'unavailable' || tries === TRIES) throw thrown;
      await pause();
    }
  }
}
