/** The pipeline of mails, introduced to what reads their headers, puts fields in front of them, keeps them, and writes to their senders. */
import { smtpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import { receivedField } from '../act/mail/outgoing.js';
import { mailHead } from '../decode/split/mail-head.js';
import { mailPipeline } from '../mail-pipeline.js';
import { noticeMaker } from '../notices/maker.js';
import type { PipelinePorts } from '../pipeline.js';
import type { ExchangeId, Log, MailContent, MailLedger, MailPipeline, MailRules, OutgoingMail, WrapPort } from '../ports.js';
import type { MailMetrics } from '../record/mail-metrics.js';
import { noticeSettings } from './mail-jobs.js';

export interface MailCarrierOptions {
  readonly config: Pick<Config, 'routes' | 'mail'>;
  readonly mailLedger: MailLedger;
  readonly outgoing: (mail: OutgoingMail) => MailContent;
  readonly newId: () => ExchangeId;
  readonly counts: Pick<MailMetrics, 'recipients'>;
  readonly log: Log;
  readonly wrap: WrapPort;
}

const SILENT: MailRules = { tellHeld: false };

/** Given what every exchange is carried with. */
export function mailCarrier({ config, mailLedger, outgoing, newId, counts, log, wrap }: MailCarrierOptions): (ports: PipelinePorts) => MailPipeline {
  const rules = new Map(smtpRoutes(config).map(({ id, notices }): [string, MailRules] => [id, { tellHeld: notices.hold }]));
  const { hostname } = config.mail;
  return (ports) => {
    const carrying = mailPipeline({
      ...ports,
      mailLedger: wrap('mail-ledger', mailLedger),
      readHeader: mailHead,
      outgoing,
      received: (about) => receivedField({ ...about, hostname }),
      noticeMaker: wrap('notice-maker', noticeMaker({ vault: ports.vault, newId, clock: ports.clock, settings: noticeSettings(config.mail) })),
      rules: (route) => rules.get(route) ?? SILENT,
      newId,
      countFate: (route, fate, recipients) => {
        if (recipients > 0) counts.recipients(route, fate, recipients);
      },
      log,
    });
    // What a mail says to its next hop is awaited like any other port.
    return { run: (mail) => carrying.run({ ...mail, relay: wrap('mail-relay', mail.relay) }) };
  };
}
