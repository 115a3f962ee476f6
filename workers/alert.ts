/** Collects what rules want into deliveries, and sends each as a job; tries again later, and says when it gives up. */
import { causeCode } from '../gateway/errors.js';
import type { AlertCollector } from '../gateway/ledger/alert-collect.js';
import type { AlertDeliveries } from '../gateway/ledger/alert-deliveries.js';
import type { AlertRelease } from '../gateway/ledger/alert-release.js';
import { SinkFailed, type AlertDelivery, type AlertMessage, type AlertRule, type Sink } from '../gateway/ports.js';
import { backOff } from './back-off.js';
import type { JobHandler, JobResult, OpenJob } from './job.js';

/** From seconds to a quarter of an hour, for a night: what comes meanwhile waits in the next message. */
const SEND_TRIES = { firstMs: 15_000, mostMs: 900_000, most: 60 } as const;
/** Messages to one sink under way in this process: one that hangs must leave room for those that work, and needs a single one to show that it is back. */
const AT_ONCE = 3;
const AT_ONCE_FAILING = 1;
/** A far side that asks for more is asked again after this. */
const PAUSE_MOST_MS = 3_600_000;

export interface AlertWork {
  readonly collector: AlertCollector;
  readonly releases: AlertRelease;
  readonly deliveries: AlertDeliveries;
  readonly rules: readonly AlertRule[];
  readonly sinks: readonly Sink[];
  readonly compose: (delivery: AlertDelivery) => AlertMessage;
  readonly random?: () => number;
}

/** What time asks for: new events into groups, groups whose time has come into deliveries with a job each. */
export async function alertCollect({ collector, releases, rules, sinks }: AlertWork): Promise<void> {
  while (await collector.collect(rules));
  await releases.release(rules, new Set(sinks.map(({ id }) => id)));
}

/** At most once shown: the same delivery id on every try lets the receiver drop a double. */
export function alertHandler({ deliveries, rules, sinks, compose, random }: AlertWork): JobHandler {
  const byId = new Map(sinks.map((sink) => [sink.id, sink]));
  const underWay = new Map<string, number>();
  const run = async (job: OpenJob, takeTurn: (sink: string, isFailing: boolean) => boolean): Promise<JobResult> => {
    const begun = await deliveries.begin(job, rules, (id) => byId.get(id)?.limits.perMinute, takeTurn);
    if (begun.kind === 'gone') return { kind: 'done' };
    if (begun.kind === 'wait') return { kind: 'again', delayMs: begun.delayMs };
    const { delivery } = begun;
    try {
      await byId.get(delivery.sink)?.send(compose(delivery));
    } catch (error) {
      const failed = error instanceof SinkFailed ? error : new SinkFailed(causeCode(error), 'again');
      if (failed.kind === 'never' || delivery.attempts + 1 >= SEND_TRIES.most) {
        await deliveries.dead(job, delivery, failed.code, failed.kind === 'never');
        return { kind: 'done' };
      }
      const asked = failed.retryAfterMs === undefined ? undefined : Math.min(failed.retryAfterMs, PAUSE_MOST_MS);
      const delayMs = Math.max(backOff(delivery.attempts, SEND_TRIES, random), asked ?? 0);
      await deliveries.again(job, delivery, failed.code, delayMs, asked);
      return { kind: 'again', delayMs };
    }
    await deliveries.sent(job, delivery);
    return { kind: 'done' };
  };
  return async (job) => {
    let taken: string | undefined;
    const takeTurn = (sink: string, isFailing: boolean): boolean => {
      const now = underWay.get(sink) ?? 0;
      if (now >= (isFailing ? AT_ONCE_FAILING : AT_ONCE)) return false;
      underWay.set(sink, now + 1);
      taken = sink;
      return true;
    };
    try {
      return await run(job, takeTurn);
    } finally {
      if (taken !== undefined) underWay.set(taken, (underWay.get(taken) ?? 1) - 1);
    }
  };
}
