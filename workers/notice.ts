/** Sends notices about ended messages to where their route says; tries again later, and says when it gives up. */
import { causeCode } from '../gateway/errors.js';
import type { Notice, NoticesLedger } from '../gateway/ledger/notices-ledger.js';
import type { NoticeSink } from '../gateway/record/notice-sink.js';
import { backOff } from './back-off.js';
import type { JobHandler, JobResult, OpenJob } from './job.js';

/** From a minute to an hour, twelve tries: about half a day, so that a night's outage tells senders in the morning. */
const TRIES = { firstMs: 60_000, mostMs: 3_600_000, most: 12 } as const;

export interface NoticeOptions {
  readonly notices: NoticesLedger;
  /** Undefined where the route names none. */
  readonly sinkOf: (route: string) => NoticeSink | undefined;
  /** Tells senders of mail, by mail. */
  readonly mail?: ((job: OpenJob, notice: Notice) => Promise<JobResult>) | undefined;
  readonly random?: () => number;
}

/** At most once arrived: the same delivery id on every try lets the receiver drop a double. */
export function noticeHandler({ notices, sinkOf, mail, random }: NoticeOptions): JobHandler {
  return async (job) => {
    const begun = await notices.begin(job);
    if (begun.kind === 'gone') return { kind: 'done' };
    if (begun.kind === 'busy') return { kind: 'again', delayMs: begun.delayMs };
    const { notice } = begun;
    if (notice.channel === 'smtp' && mail !== undefined) return await mail(job, notice);
    const { kind } = notice;
    const sink = sinkOf(notice.route);
    if (sink === undefined || kind === 'held') {
      await notices.none(job, notice);
      return { kind: 'done' };
    }
    try {
      // There is one of a kind for each message; a number would come again, from another installation or after a restore.
      await sink.send({ ...notice, kind }, `no-${notice.incident}-${kind}`);
    } catch (error) {
      const code = causeCode(error);
      if (notice.attempts + 1 >= TRIES.most) {
        await notices.dead(job, notice, code);
        return { kind: 'done' };
      }
      const delayMs = backOff(notice.attempts, TRIES, random);
      await notices.retry(job, notice, code, delayMs);
      return { kind: 'again', delayMs };
    }
    await notices.sent(job, notice);
    return { kind: 'done' };
  };
}
