/** Sends what happened since the last run to every sink, one message each; tries again later, and says when it gives up. */
import { causeCode } from '../gateway/errors.js';
import type { AlertBatches } from '../gateway/ledger/alert-batches.js';
import type { AlertSink } from '../gateway/ports.js';
import { backOff } from './back-off.js';

/** From a minute to an hour, ten tries: a receiver may be down over a working day's night shift. */
const TRIES = { firstMs: 60_000, mostMs: 3_600_000, most: 10 } as const;
const BATCHES_PER_RUN = 100;

export async function alertRun(options: { readonly batches: AlertBatches; readonly sinks: readonly AlertSink[]; readonly random?: () => number }): Promise<void> {
  const { batches, sinks, random } = options;
  await batches.collect(sinks);
  for (const waiting of await batches.take(BATCHES_PER_RUN)) {
    const sink = sinks.find(({ id }) => id === waiting.sink);
    if (sink === undefined) {
      await batches.dead(waiting, 'sink-removed');
      continue;
    }
    try {
      await sink.send(waiting.batch, `al-${waiting.n}`);
    } catch (error) {
      const code = causeCode(error);
      if (waiting.attempts + 1 >= TRIES.most) await batches.dead(waiting, code);
      else await batches.retry(waiting.n, code, backOff(waiting.attempts, TRIES, random));
      continue;
    }
    await batches.sent(waiting.n);
  }
}
