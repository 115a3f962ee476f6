/** Turns a notice about a held mail into a mail to its sender: read from the seal whom it is for, written, sealed, and handed to the job that delivers it. */
import type { NoticesLedger, Notice } from '../gateway/ledger/notices-ledger.js';
import { causeCode } from '../gateway/errors.js';
import { WAITS, type ExchangeId, type FailedRecipient, type NoticeMaker, type RecipientFate, type StoredMessage, type VaultReader } from '../gateway/ports.js';
import { backOff } from './back-off.js';
import type { JobResult, OpenJob } from './job.js';
import { beginningOf } from './release-mail.js';

export interface MailNoticeOptions {
  readonly notices: NoticesLedger;
  /** Undefined where the review key is not: the notice waits. */
  readonly vault: VaultReader | undefined;
  readonly maker: NoticeMaker;
  /** What the route's senders are told of; undefined where the route is gone. */
  readonly wanted: (route: string) => { readonly hold: boolean; readonly reject: boolean } | undefined;
  readonly message: (id: string) => Promise<StoredMessage | undefined>;
  readonly random?: (() => number) | undefined;
}

/** From seconds to half an hour: about four hours, while the content that is to be destroyed waits for it. */
const TRIES = { firstMs: 5_000, mostMs: 1_800_000, most: 16 } as const;
const KEY_AGAIN_MS = 15 * 60_000;
/** No later try can read it. */
const GONE = new Set(['VAULT_MISSING', 'VAULT_DAMAGED', 'VAULT_VERSION', 'ENOENT']);

export function mailNotice(options: MailNoticeOptions): (job: OpenJob, notice: Notice) => Promise<JobResult> {
  const { notices, vault, random } = options;
  return async (job, notice) => {
    const wanted = options.wanted(notice.route);
    if (wanted === undefined || !(notice.kind === 'held' ? wanted.hold : wanted.reject)) {
      await notices.none(job, notice);
      return { kind: 'done' };
    }
    const wait = async (): Promise<JobResult> => {
      await notices.waiting(job, notice, WAITS.reviewKey, KEY_AGAIN_MS);
      return { kind: 'again', delayMs: KEY_AGAIN_MS };
    };
    if (vault === undefined) return await wait();
    try {
      const mail = await written(options, vault, notice);
      if (mail === undefined) await notices.none(job, notice);
      else await notices.handedOver(job, notice, mail);
      return { kind: 'done' };
    } catch (error) {
      const code = causeCode(error);
      if (code === 'KEY_ABSENT') return await wait();
      if (GONE.has(code) || notice.attempts + 1 >= TRIES.most) {
        await notices.dead(job, notice, code);
        return { kind: 'done' };
      }
      const delayMs = backOff(notice.attempts, TRIES, random);
      await notices.retry(job, notice, code, delayMs);
      return { kind: 'again', delayMs };
    }
  };
}

async function written({ maker, message: find }: MailNoticeOptions, vault: VaultReader, notice: Notice): ReturnType<NoticeMaker['make']> {
  const { incident, kind, route, receivedAt, words } = notice;
  const message = await find(incident);
  if (message === undefined) return undefined;
  const sealed = await vault.open(incident as ExchangeId);
  try {
    const { mail } = sealed.head;
    if (mail === undefined) return undefined;
    const fates = message.mail?.recipients ?? [];
    const recipients = mail.recipients.flatMap((recipient, n): FailedRecipient[] => (concerns(kind, fates, n) ? [{ recipient, reply: undefined }] : []));
    const about = { kind, incident: incident as ExchangeId, route, receivedAt, from: mail.from, sender: { masked: message.sender ?? '***', mark: undefined }, subject: message.subject, recipients, ...(words === undefined ? {} : { words }) };
    return await maker.make(about, await beginningOf(sealed.body()));
  } finally {
    await sealed.close();
  }
}

/** That it is held, everybody it was held for; how it ended, those who did not get it and were not told otherwise. */
function concerns(kind: Notice['kind'], fates: readonly RecipientFate[], n: number): boolean {
  return kind === 'held' || fates.some((one) => one.n === n && one.fate === kind);
}
