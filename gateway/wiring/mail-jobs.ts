/** What the workers need for mail: next hops to deliver to, notices to write, and what the configuration says of both. */
import { smtpRoutes } from '../../config/routes.js';
import type { Config, MailConfig } from '../../config/schema.js';
import { mailNotice } from '../../workers/notice-mail.js';
import type { ReleaseOptions } from '../../workers/release.js';
import type { NoticeOptions } from '../../workers/notice.js';
import type { NoticesLedger } from '../ledger/notices-ledger.js';
import { reviewLedger } from '../ledger/review-ledger.js';
import type { NoticeSettings } from '../notices/mail-notice.js';
import { noticeMaker } from '../notices/maker.js';
import type { Clock, MailContent, MailFate, NextHops, OutgoingMail, Vault, VaultReader } from '../ports.js';
import { exchangeIds } from './ids.js';
import type { Storage } from './storage.js';

/** How mail leaves this process. */
export interface MailSending {
  /** By route id. */
  readonly hops: ReadonlyMap<string, NextHops>;
  readonly outgoing: (mail: OutgoingMail) => MailContent;
  /** Domain of the From of a mail that begins so. */
  readonly signAs: (beginning: Uint8Array) => string | undefined;
  readonly countFate?: ((route: string, fate: MailFate, recipients: number) => void) | undefined;
}

export interface MailJobs {
  readonly release: NonNullable<ReleaseOptions['mail']> | undefined;
  readonly notice: NonNullable<NoticeOptions['mail']>;
}

export function noticeSettings({ hostname, postmaster, language, help }: MailConfig): NoticeSettings {
  return { hostname, postmaster, language, help };
}

export interface MailJobsOptions {
  readonly config: Config;
  readonly storage: Storage;
  readonly vault: Pick<Vault, 'seal'>;
  readonly reader: VaultReader | undefined;
  readonly notices: NoticesLedger;
  readonly clock: Clock;
  readonly sending: MailSending | undefined;
}

export function mailJobs({ config, storage, vault, reader, notices, clock, sending }: MailJobsOptions): MailJobs {
  const maker = noticeMaker({ vault, newId: exchangeIds(clock), clock, settings: noticeSettings(config.mail) });
  const review = reviewLedger({ database: storage.database, audit: storage.writer, clock });
  const routes = new Map(smtpRoutes(config).map((route) => [route.id, route.notices]));
  return {
    release: sending === undefined ? undefined : { hops: (route) => sending.hops.get(route), outgoing: sending.outgoing, signAs: sending.signAs, countFate: sending.countFate, notices: maker, delayedMs: config.mail.delayed, reportRoute: () => [...sending.hops.keys()][0] },
    notice: mailNotice({ notices, vault: reader, maker, wanted: (route) => routes.get(route), message: (id) => review.get(id) }),
  };
}
