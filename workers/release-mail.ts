/** The mail side of a release: the sealed mail, as it came or masked, to each recipient's next hop, with the envelope it came with; who has it is known of each (HC 21, 25). */
import type { Lease, MailOutcome, RecipientOutcome, ReleaseOutcome } from '../gateway/ledger/release-ledger.js';
import { isAccepted, isTemporary, type Clock, type FailedRecipient, type MailContent, type MailFate, type MailRecipient, type MailSent, type NextHops, type NoticeMaker, type OpenedMessage, type OutgoingMail, type OwnMail, type SealedMail, type SmtpReply } from '../gateway/ports.js';
import { codeOf, LeaseLost, opening, type ApplyEdits, type Go, type Leased, type Releasing, type UnderLease } from './release-lease.js';

export interface MailReleaseOptions {
  readonly hops: (route: string) => NextHops | undefined;
  readonly outgoing: (mail: OutgoingMail) => MailContent;
  /** Domain of the header's From, of a mail's beginning: a key of it signs what was changed. */
  readonly signAs: (beginning: Uint8Array) => string | undefined;
  readonly notices: NoticeMaker;
  readonly applyEdits: ApplyEdits;
  /** Writes down what is known of some recipients; false where the lease is another's. */
  readonly record: (lease: Lease, recipients: readonly RecipientOutcome[]) => Promise<boolean>;
  /** A sender is told that his mail is late once it is this old; left out: never. */
  readonly delayedMs?: number | undefined;
  readonly clock: Clock;
  /** The route whose next hops deliver reports where a mail's own is gone. */
  readonly reportRoute?: (() => string | undefined) | undefined;
  readonly countFate?: ((route: string, fate: MailFate, recipients: number) => void) | undefined;
}

const MAIL_TRIES_MOST = 100;
/** As mail servers do: seconds at first, half an hour later on, and about two days of it before the sender is told. */
export const MAIL_TRIES = { firstMs: 15_000, mostMs: 1_800_000, most: MAIL_TRIES_MOST } as const;
/** Beyond the last try the report to the sender may still have to be written. */
const TO_REPORT = { ...MAIL_TRIES, most: MAIL_TRIES.most + 20 } as const;
const REPORT_AGAIN_MS = 60_000;
/** Another process may know the route already, or still: configurations change one process after another, and mistakes in them are mended. */
const ROUTE_WAIT_MS = 3_600_000;
const BEGINNING = 64 * 1024;
/** Of a recipient that no hop ever said a word about. */
const NO_ANSWER: SmtpReply = { code: 451, enhanced: '4.4.1', text: ['no answer from the next hop'] };
const NO_ROUTE: SmtpReply = { code: 550, enhanced: '5.4.4', text: ['no way to deliver this mail any more'] };

interface Addressee {
  readonly n: number;
  readonly recipient: MailRecipient;
}
/** What one try found out. */
interface Found {
  readonly outcomes: Map<number, RecipientOutcome>;
  /** With their words, which no table keeps. */
  readonly replies: Map<number, SmtpReply>;
  uncertain: string | undefined;
  broken: string | undefined;
}

export function mailRelease(options: MailReleaseOptions, leased: Leased): Releasing {
  const { hops: hopsOf, record, notices } = options;

  return async (job) => {
    const known = job.recipients ?? [];
    const pending = known.filter(({ fate }) => fate === 'held' || fate === 'relaying');
    const mayDouble = isOurs(job);
    if (job.as === 'masked' && job.message.rescanned?.foundMore === true) return { kind: 'failed', code: 'rescan-found-more' };
    // A person's release is never sent twice unmarked; what was only accepted may be doubled, and is never lost.
    if (job.interrupted !== undefined && !mayDouble && pending.some(({ inDoubt }) => inDoubt)) return { kind: 'uncertain', code: 'interrupted' };
    const hops = hopsOf(job.message.route);
    if (hops === undefined) return await withoutRoute(job, pending);
    return await opening(leased, job, TO_REPORT, (vault) => vault.open(job.message.id), async (sealed) => {
      const { mail, maskable } = sealed.head;
      if (mail === undefined) return { kind: 'failed', code: 'VAULT_DAMAGED' };
      if (job.as === 'masked' && maskable === false) return { kind: 'failed', code: 'masked-not-possible' };
      const addressees = pending.flatMap(({ n }): Addressee[] => {
        const recipient = mail.recipients[n];
        return recipient === undefined ? [] : [{ n, recipient }];
      });
      const found: Found = { outcomes: new Map(), replies: new Map(), uncertain: undefined, broken: undefined };
      if (addressees.length === 0 || job.attempts >= MAIL_TRIES.most) return await concluded(job, mail, found, false);
      const content = await contentOf(options, job, sealed, mail);
      return await leased.sending(job, async (lease) => {
        await sendAll(job, hops, mail, addressees, content, lease, found, mayDouble);
        return await concluded(job, mail, found, lease.breaking());
      });
    });
  };

  /** Its route is gone for good. What nobody decided about nobody is asked about either: its sender is told, by way of another route. */
  async function withoutRoute(job: Go, pending: readonly { readonly n: number }[]): Promise<ReleaseOutcome> {
    const missing = routeMissing(job, options.clock, leased);
    if (missing.kind !== 'failed') return missing;
    const by = isOurs(job) && job.message.kind !== 'notice' ? options.reportRoute?.() : undefined;
    if (by === undefined) return missing;
    return await opening(leased, job, TO_REPORT, (vault) => vault.open(job.message.id), async ({ head: { mail } }) => {
      if (mail === undefined) return { kind: 'failed', code: 'VAULT_DAMAGED' };
      const found: Found = { outcomes: new Map(pending.map(({ n }) => [n, { n, fate: 'refused', inDoubt: false }])), replies: new Map(pending.map(({ n }) => [n, NO_ROUTE])), uncertain: undefined, broken: undefined };
      const ended = await concluded(job, mail, found, false, by);
      return ended.kind === 'failed' ? { ...missing, mail: ended.mail } : ended;
    });
  }

  async function sendAll(job: Go, hops: NextHops, mail: SealedMail, addressees: readonly Addressee[], content: MailContent, lease: UnderLease, found: Found, mayDouble: boolean): Promise<void> {
    const relay = hops.relay(mail.from, { signal: lease.signal });
    try {
      const groups = new Map<string, Addressee[]>();
      for (const one of addressees) {
        const hop = relay.hopOf(one.recipient);
        groups.set(hop, [...(groups.get(hop) ?? []), one]);
      }
      for (const group of groups.values()) {
        if (lease.breaking() || found.uncertain !== undefined) return;
        const accepted: Addressee[] = [];
        for (const one of group) {
          const reply = await relay.rcpt(one.recipient);
          if (isAccepted(reply)) accepted.push(one);
          else note(found, one, reply);
        }
        const gone = { lost: false };
        if (accepted.length > 0) {
          const beforeEnd = async (): Promise<void> => {
            gone.lost = !(await lease.completing(accepted.map(({ n }) => n)));
            if (gone.lost) throw new LeaseLost();
          };
          learn(found, accepted, await relay.send(accepted.map(({ recipient }) => recipient), content, { signal: lease.signal, beforeEnd }), mayDouble);
        }
        if (gone.lost || lease.stopped()) throw new LeaseLost();
        // Before the next hop is spoken to: what this one has said is not to be forgotten if the process dies then.
        if (!(await record(job.lease, group.flatMap(({ n }) => found.outcomes.get(n) ?? [])))) throw new LeaseLost();
      }
    } catch (error) {
      if (error instanceof LeaseLost || lease.stopped()) throw new LeaseLost();
      found.broken = codeOf(error);
    } finally {
      await relay.end();
    }
  }

  /** The state of the message, and the report about those who will not get it. */
  async function concluded(job: Go, mail: SealedMail, found: Found, breaking: boolean, by = job.message.route): Promise<ReleaseOutcome> {
    const now = (job.recipients ?? []).map((one) => ({ ...one, fate: found.outcomes.get(one.n)?.fate ?? one.fate, inDoubt: found.outcomes.get(one.n)?.inDoubt ?? one.inDoubt }));
    const left = now.filter(({ fate }) => fate === 'held' || fate === 'relaying');
    const givenUp = left.length > 0 && found.uncertain === undefined && !breaking && job.attempts + 1 >= MAIL_TRIES.most;
    if (givenUp) for (const { n } of left) found.outcomes.set(n, { ...found.outcomes.get(n), n, fate: 'refused', inDoubt: false });
    const lost = new Set([...now.filter(({ fate, told }) => fate === 'refused' && !told).map(({ n }) => n), ...(givenUp ? left.map(({ n }) => n) : [])]);
    const about = [...lost].filter((n) => wantsReport(mail.recipients[n]));
    let report: OwnMail | undefined;
    try {
      report = about.length === 0 || job.message.kind === 'notice' ? undefined : await notices.make(aboutThem('failed', job, mail, about, found, by));
    } catch (error) {
      if (found.uncertain !== undefined) return { kind: 'uncertain', code: found.uncertain, mail: { recipients: [...found.outcomes.values()] } };
      // Its sender must not be left without a word: what was found out is recorded, and the report is written later.
      return { kind: 'retry', code: codeOf(error), delayMs: REPORT_AGAIN_MS, mail: { recipients: [...found.outcomes.values()] } };
    }
    count(job, found);
    const made = { mail: { recipients: [...found.outcomes.values()], ...(report === undefined ? {} : { report: { mail: report, about } }) } };
    const last = [...found.replies.values()].at(-1);
    const status = last === undefined ? {} : { status: last.code };
    if (found.uncertain !== undefined) return { ...made, ...status, kind: 'uncertain', code: found.uncertain };
    if (givenUp) return { ...made, ...status, kind: 'failed', code: 'too-many-attempts' };
    if (left.length > 0) {
      if (breaking) return { ...made, kind: 'retry', code: 'shutting-down', delayMs: 0 };
      const late = await lateWord(job, mail, left, found);
      const worst = left.map(({ n }) => found.replies.get(n)).find((reply) => reply !== undefined);
      return { mail: { ...made.mail, ...late }, ...leased.again(job, worst === undefined ? (found.broken ?? 'no-answer') : `status-${String(worst.code)}`, worst?.code, MAIL_TRIES) };
    }
    if (now.some(({ fate }) => fate === 'delivered')) return { ...made, kind: 'released', status: deliveredStatus(found) };
    const refusal = now.find(({ fate }) => fate === 'refused')?.n;
    const code = (refusal === undefined ? undefined : found.replies.get(refusal)?.code) ?? last?.code;
    return { ...made, ...status, kind: 'failed', code: code === undefined ? 'refused' : `status-${String(code)}` };
  }

  /** That a mail still waits is no more than a courtesy: where it cannot be written now, the next try may. */
  async function lateWord(job: Go, mail: SealedMail, left: readonly { readonly n: number; readonly delayTold: boolean }[], found: Found): Promise<Pick<MailOutcome, 'late'>> {
    const { message } = job;
    if (!isOurs(job) || message.kind === 'notice' || options.delayedMs === undefined || options.clock.now() - message.receivedAt.getTime() < options.delayedMs) return {};
    const about = left.filter(({ n, delayTold }) => !delayTold && wantsWord(mail.recipients[n])).map(({ n }) => n);
    const own = about.length === 0 ? undefined : await notices.make(aboutThem('delayed', job, mail, about, found, message.route)).catch(() => undefined);
    return own === undefined ? {} : { late: { mail: own, about } };
  }

  function count({ message }: Go, { outcomes }: Found): void {
    if (message.kind === 'notice') return;
    for (const fate of ['delivered', 'refused'] as const) {
      const recipients = [...outcomes.values()].filter((one) => one.fate === fate).length;
      if (recipients > 0) options.countFate?.(message.route, fate, recipients);
    }
  }
}

/** What was accepted waits for its route for a while; a person's release does not, its person is told. */
export function routeMissing(job: Go, clock: Clock, { again }: Leased): ReleaseOutcome {
  const code = 'route-missing';
  return isOurs(job) && clock.now() - job.message.receivedAt.getTime() < ROUTE_WAIT_MS ? again(job, code, undefined, MAIL_TRIES) : { kind: 'failed', code };
}

/** Nobody decided about it: it was accepted from a client, or it is a notice. */
function isOurs({ message }: Go): boolean {
  return message.kind === 'notice' || message.decision?.actor === 'gateway';
}

function note(found: Found, { n }: Addressee, reply: SmtpReply): void {
  found.replies.set(n, reply);
  const said = { code: reply.code, enhanced: reply.enhanced };
  const fate = isAccepted(reply) ? { fate: 'delivered' as const } : isTemporary(reply) ? {} : { fate: 'refused' as const };
  found.outcomes.set(n, { n, reply: said, inDoubt: false, ...fate });
}

function learn(found: Found, accepted: readonly Addressee[], sent: MailSent, mayDouble: boolean): void {
  if (sent.kind === 'replied') {
    const refused = new Map(sent.refused.map(({ recipient, reply }) => [recipient, reply]));
    for (const one of accepted) note(found, one, refused.get(one.recipient) ?? sent.reply);
    return;
  }
  const inDoubt = sent.complete && !mayDouble;
  found.broken = codeOf(sent.error);
  if (inDoubt) found.uncertain = found.broken;
  for (const { n } of accepted) found.outcomes.set(n, { n, inDoubt });
}

/** RFC 3461: without a word about it a sender is told of failures. */
function wantsReport(recipient: MailRecipient | undefined): boolean {
  return recipient !== undefined && (recipient.notify === undefined || recipient.notify.includes('FAILURE'));
}

/** Of delays only who asked, or did not say what for. */
function wantsWord(recipient: MailRecipient | undefined): boolean {
  return recipient !== undefined && (recipient.notify === undefined || recipient.notify.includes('DELAY'));
}

function aboutThem(kind: 'failed' | 'delayed', job: Go, mail: SealedMail, about: readonly number[], found: Found, route: string): Parameters<NoticeMaker['make']>[0] {
  const { message } = job;
  const before = new Map((job.recipients ?? []).map(({ n, reply }) => [n, reply]));
  const recipients = about.flatMap((n): FailedRecipient[] => {
    const recipient = mail.recipients[n];
    const known = before.get(n);
    return recipient === undefined ? [] : [{ recipient, reply: found.replies.get(n) ?? (known === undefined ? NO_ANSWER : { ...known, text: [] }) }];
  });
  return {
    kind, incident: message.id, route, receivedAt: message.receivedAt, from: mail.from, sender: { masked: message.sender ?? '***', mark: undefined }, subject: message.subject, recipients,
  };
}

async function contentOf(options: MailReleaseOptions, job: Go, sealed: OpenedMessage, mail: SealedMail): Promise<MailContent> {
  const { head } = sealed;
  const isNotice = job.message.kind === 'notice';
  const isMasked = job.as === 'masked';
  const body = (): AsyncIterable<Uint8Array> => (isMasked && head.editsLength > 0 ? options.applyEdits(sealed.body(), sealed.edits()) : sealed.body());
  const changed = isMasked || isNotice;
  return options.outgoing({
    body,
    length: isMasked ? (head.maskedLength ?? head.bodyLength) : head.bodyLength,
    received: mail.received,
    incident: isNotice ? undefined : job.message.id,
    changed,
    signAs: changed ? options.signAs(await beginningOf(body())) : undefined,
  });
}

/** Enough of a mail for its header's address fields. */
export async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= BEGINNING) break;
  }
  return Buffer.concat(chunks).subarray(0, BEGINNING);
}

function deliveredStatus({ outcomes, replies }: Found): number {
  const delivered = [...outcomes.values()].find(({ fate }) => fate === 'delivered');
  return (delivered === undefined ? undefined : replies.get(delivered.n)?.code) ?? 250;
}
