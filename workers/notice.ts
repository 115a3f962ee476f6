/** Sends notices about ended messages to where their route says; tries again later, and says when it gives up. */
import { causeCode } from '../gateway/errors.js';
import type { Notice, NoticesLedger } from '../gateway/ledger/notices-ledger.js';
import type { NoticeSink } from '../gateway/record/notice-sink.js';
import { backOff } from './back-off.js';

/** From a minute to an hour, twelve tries: about half a day, so that a night's outage tells senders in the morning. */
const TRIES = { firstMs: 60_000, mostMs: 3_600_000, most: 12 } as const;
/** Few enough that all of them are tried, each to its timeout, while the claim on them lasts. */
const AT_ONCE = 20;

export interface NoticeRunOptions {
  readonly notices: NoticesLedger;
  /** Undefined where the route names none. */
  readonly sinkOf: (route: string) => NoticeSink | undefined;
  readonly random?: () => number;
}

/** At most once arrived: the same delivery id on every try lets the receiver drop a double. */
export async function noticeRun({ notices, sinkOf, random }: NoticeRunOptions): Promise<void> {
  for (let due = await notices.take(AT_ONCE); due.length > 0; due = await notices.take(AT_ONCE)) for (const notice of due) await tell(notice);

  async function tell(notice: Notice): Promise<void> {
    const sink = sinkOf(notice.route);
    if (sink === undefined) {
      await notices.none(notice);
      return;
    }
    try {
      await sink.send(notice, `no-${notice.n}`);
    } catch (error) {
      const code = causeCode(error);
      if (notice.attempts + 1 >= TRIES.most) await notices.dead(notice, code);
      else await notices.retry(notice, code, backOff(notice.attempts, TRIES, random));
      return;
    }
    await notices.sent(notice);
  }
}
