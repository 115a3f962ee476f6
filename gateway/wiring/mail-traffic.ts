/** What the data plane needs for mail: next hops, and a pipeline that knows what mails leave as and where they are kept. */
import type { Config } from '../../config/schema.js';
import { mailLedger, type MailLedgerOptions } from '../ledger/mail-ledger.js';
import type { Clock, ExchangeId, Log, MailContent, NextHops, OutgoingMail, WrapPort } from '../ports.js';
import type { MailMetrics } from '../record/mail-metrics.js';
import type { MailTraffic } from './data-plane.js';
import { mailCarrier } from './mail-carrier.js';
import type { Storage } from './storage.js';

export interface MailTrafficOptions {
  readonly config: Config;
  readonly storage: Pick<Storage, 'database' | 'writer'>;
  /** By route id. */
  readonly hops: ReadonlyMap<string, NextHops>;
  readonly outgoing: (mail: OutgoingMail) => MailContent;
  readonly newId: () => ExchangeId;
  readonly counts: Pick<MailMetrics, 'recipients'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly wrap?: WrapPort | undefined;
  /** Facts for the queue, news for reviewers, and jobs that are due: as for everything that is held. */
  readonly ledger: Pick<MailLedgerOptions, 'assess' | 'onHeld' | 'onJob'>;
}

export function mailTraffic({ config, storage, hops, outgoing, newId, counts, clock, log, ledger, wrap = (_name, port) => port }: MailTrafficOptions): MailTraffic {
  const rows = mailLedger({ database: storage.database, audit: storage.writer, clock, ...ledger });
  return { hops, pipeline: mailCarrier({ config, mailLedger: rows, outgoing, newId, counts, log, wrap }) };
}
