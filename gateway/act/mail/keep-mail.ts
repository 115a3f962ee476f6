/** Puts mails, or some recipients' share in them, into the vault: for a person, for a job that delivers what was accepted, and reports to the sender. */
import { createHmac } from 'node:crypto';
import { addressMarks, type MarkAddress } from '../../address-mark.js';
import { WeirError } from '../../errors.js';
import type { AuditEntry, ExchangeId, FailedRecipient, KeepMail, MailExchange, MailRecipient, NoticeMail, SealedMail, Spool } from '../../ports.js';
import { keep, sealAndStore, type ToKeep } from '../keep.js';
import { maskAddress, maskedFacts } from '../masked-facts.js';
import { auditOf } from '../on-record.js';
import { numberedAddresses } from './envelope.js';
import { fateRows, wantsFailure } from './fates.js';
import type { Judged } from './judge.js';
import type { MailPipelinePorts } from './mail-ports.js';
import { NO_BYTES } from './nothing.js';

/** A client has its answer by then, or has left: what waits for the answer begins anyway, since it may have been 250. */
const ANSWERED_BY_MS = 10 * 60_000;

export interface KeptMail {
  readonly mail: MailExchange;
  /** Put in front of it whenever it leaves. */
  readonly received: string;
  readonly contentFingerprint: string;
  /** Its beginning. */
  readonly header: Uint8Array;
  /** Told of each id before its row is written: it may exist whatever comes of that. */
  readonly onKeep: (id: ExchangeId) => void;
}

export interface MailKeeper {
  readonly mark: MarkAddress;
  readonly permitFingerprint: (group: Judged) => string;
  /** For a person. Joins the incident under which the same is held already. */
  hold(group: Judged, body: Pick<Spool, 'size' | 'stream'>, masked: Pick<ToKeep, 'edits' | 'maskedLength' | 'maskable'>): Promise<ExchangeId>;
  /** Accepted from the client, and delivered by a job. */
  relay(group: Judged, recipients: readonly MailRecipient[], content: Pick<Spool, 'size' | 'stream'>, as: 'original' | 'masked'): Promise<ExchangeId>;
  /** Tells the sender whom it did not reach; false where the sender must not be told, or does not want to. */
  report(kind: NoticeMail, about: Judged, failed: readonly FailedRecipient[]): Promise<boolean>;
}

export function mailKeeper(ports: MailPipelinePorts, { mail, received, contentFingerprint, header, onKeep }: KeptMail): MailKeeper {
  const mark = addressMarks(ports.fingerprintKey);
  const keyed = (text: string): string => createHmac('sha256', ports.fingerprintKey).update(text).digest('hex');
  const numbered = [...numberedAddresses(mail)];
  const waiting = (): Pick<KeepMail, 'notBefore'> => ({ notBefore: new Date(ports.clock.now() + ANSWERED_BY_MS) });
  const sealed = (recipients: readonly MailRecipient[]): SealedMail => ({ from: mail.from, recipients, client: mail.client, listener: mail.listener, received, ...(numbered.length === 0 ? {} : { numbered }) });
  const rows = (recipients: readonly MailRecipient[], fate: 'held' | 'relaying'): KeepMail['recipients'] => fateRows(recipients.map((recipient) => ({ recipient, fate })), { relay: mail.relay, mark });

  // The same bytes from or for somebody else are another mail: joined to this one they would never arrive. With other words beside them they are another too: nobody has looked at those.
  const bodyFingerprint = ({ recipients }: Judged): string =>
    keyed(`${JSON.stringify([mail.route, 'mail', mail.client.user, mail.from.address, mail.from.envid, recipients.map(({ address, orcpt }) => [address, orcpt].join(' ')).sort()])}\0${contentFingerprint}`);
  const permitFingerprint = (group: Judged): string => keyed(JSON.stringify(['permit', bodyFingerprint(group)]));

  const share = (group: Judged, id: ExchangeId): Omit<ToKeep, 'body' | 'edits' | 'maskedLength' | 'maskable' | 'bodyFingerprint' | 'permitFingerprint' | 'audit'> => ({
    exchange: { ...group.run.exchange, id },
    head: group.run.head,
    verdict: group.verdict,
    evidence: group.evidence,
    contentFingerprint, mark,
    senderKey: group.run.relief?.senderKey,
    findings: group.findings,
    unscannable: group.evidence.unscannable,
    receipt: group.receipt,
    coded: false,
  });

  return {
    mark,
    permitFingerprint,
    async hold(group, body, masked) {
      const { id } = group.run.exchange;
      const recipients = group.recipients.length;
      const tell = ports.rules(mail.route).tellHeld && mail.from.address !== '';
      const incident = await keep(
        ports,
        { ...share(group, id), ...masked, body, bodyFingerprint: bodyFingerprint(group), permitFingerprint: permitFingerprint(group), audit: auditOf(ports, group.run, 'verdict', { recipients }), mail: sealed(group.recipients) },
        (message, audit) => {
          onKeep(id);
          return ports.mailLedger.keep(message, { recipients: rows(group.recipients, 'held'), ...(tell ? { tell } : {}), ...waiting() }, audit);
        },
      );
      // The ledger wrote the row for a new incident; one that came again is on record here.
      if (incident !== id) await ports.audit.append(auditOf(ports, group.run, 'verdict', { recipients, incident }));
      return incident;
    },

    async relay(group, recipients, content, as) {
      const id = ports.newId();
      // It joins nothing, and nothing joins it.
      const alone = keyed(`relay\0${id}`);
      const audit = { ...auditOf(ports, group.run, 'mail.relay', { incident: mail.id, recipients: recipients.length, as }), subject: id };
      return sealAndStore(
        ports,
        { ...share(group, id), body: content, edits: NO_BYTES, maskedLength: undefined, maskable: true, bodyFingerprint: alone, permitFingerprint: alone, audit, mail: sealed(recipients) },
        (message, entry) => {
          onKeep(id);
          return ports.mailLedger.keep(message, { recipients: rows(recipients, 'relaying'), relay: { as }, ...waiting() }, entry);
        },
      );
    },

    async report(kind, about, failed) {
      const told = failed.filter(({ recipient }) => wantsFailure(recipient));
      if (told.length === 0 || mail.from.address === '') return false;
      const { exchange, head } = about.run;
      const { subject } = maskedFacts(exchange.facts, exchange, head);
      try {
        const own = await ports.noticeMaker.make(
          {
            kind, subject,
            incident: mail.id,
            route: mail.route,
            receivedAt: new Date(mail.receivedAt),
            from: mail.from,
            sender: { masked: maskAddress(mail.from.address), mark: mark(mail.from.address).whole },
            recipients: told,
          },
          header,
        );
        if (own === undefined) return false;
        const audit: AuditEntry = { at: new Date(ports.clock.now()), actor: 'gateway', act: 'notice.made', subject: own.message.id, data: { about: mail.id, says: kind, route: mail.route, recipients: told.length } };
        onKeep(own.message.id);
        await ports.mailLedger.keep(own.message, { recipients: [own.recipient], relay: { as: 'original' }, ...waiting() }, audit);
        return true;
      } catch (thrown) {
        throw thrown instanceof WeirError ? thrown : new WeirError('hold-unavailable', { cause: thrown });
      }
    },
  };
}
