/** One mail from its first byte to its answer: spool and scan once, judge for each group of recipients, keep what must be kept, deliver while the client waits (HC 25). Read this after pipeline.ts. */
import { closer, newBooks, raise, type Books } from './act/books.js';
import { kinds, unmaskable } from './act/evidence.js';
import { contentDigest } from './act/fingerprints.js';
import { inflow } from './act/inflow.js';
import { answered, type Answered } from './act/mail/answered.js';
import { deliverInOrder, type Parcel } from './act/mail/deliver.js';
import { envelopeFacts, exchangeOf, domainOf, partsSeen, readFacts } from './act/mail/envelope.js';
import { fateRows, type Fate } from './act/mail/fates.js';
import { headerTap } from './act/mail/header-tap.js';
import { judgeMail, reliefsOf, strictest, type Judged } from './act/mail/judge.js';
import { mailKeeper, type MailKeeper } from './act/mail/keep-mail.js';
import type { MailPipelinePorts } from './act/mail/mail-ports.js';
import { spentPermits, type Permits } from './act/mail/permits.js';
import { auditOf, recordVerdict } from './act/on-record.js';
import { provenClean } from './act/proven-clean.js';
import { changedBody, type ChangedBody } from './body/changed-body.js';
import { WeirError, asWeirError, causeCode } from './errors.js';
import { BESIDE_FROM, type Exchange, type ExchangeId, type Facts, type MailContent, type MailEnded, type MailExchange, type MailFate, type MailHeader, type MailPipeline, type MailRecipient, type Spool, type Verdict } from './ports.js';
import { changesOf, maskedForm, openSpools, spoolAll, type MaskedForm, type Spooled } from './spooled.js';

export type { MailPipelinePorts } from './act/mail/mail-ports.js';

type WithoutClose<T> = T extends unknown ? Omit<T, 'close'> : never;
type Ending = WithoutClose<Exclude<MailEnded, { readonly kind: 'failed' }>>;

/** One mail under way. */
interface Task {
  readonly mail: MailExchange;
  /** Of its envelope. */
  readonly facts: Facts;
  readonly exchange: Exchange;
  readonly books: Books;
  readonly kept: Answered;
  readonly permits: Permits;
}

export function mailPipeline(ports: MailPipelinePorts): MailPipeline {
  return {
    async run(mail): Promise<MailEnded> {
      const facts = envelopeFacts(mail);
      const exchange = exchangeOf(mail, mail.id, facts, []);
      const books = newBooks();
      const kept = answered(ports, mail.id);
      const permits = spentPermits();
      const tell = closer(ports, exchange, books);
      const close = (code: number | undefined): void => {
        tell(code);
        // Left without an answer it may have taken it for either: what waits begins in its time.
        if (code !== undefined) kept.answer(code);
      };
      try {
        const ending = await carried(ports, { mail, facts, exchange, books, kept, permits });
        if (ending.kind === 'refused') await kept.withdraw();
        return { ...ending, close };
      } catch (thrown) {
        await kept.withdraw();
        books.error = asWeirError(thrown, 'internal');
        if (books.error.status >= 500) raise(ports, exchange, books, 'failure');
        return { kind: 'failed', error: books.error, close };
      } finally {
        await permits.giveBack();
      }
    },
  };
}

/** Read, judged and carried out; nothing of it is open afterwards. */
async function carried(ports: MailPipelinePorts, task: Task): Promise<Ending> {
  const { mail, facts, exchange, books } = task;
  const reliefs = reliefsOf(ports.relief, facts);
  const parts = partsSeen();
  const tap = headerTap(ports.readHeader);
  const body = inflow(mail.chunks);
  const prefix = new Uint8Array(0);
  const inspector = ports.inspectors.inspect(exchange.body, prefix, () => true, { defers: ports.opener !== undefined, part: (part) => parts.part(part) });
  const into = openSpools(ports, inspector, facts.user ?? facts.clientAddress);
  try {
    const kind = kinds(reliefs.apart);
    const content = contentDigest(ports.fingerprintKey);
    const seen = (bytes: Uint8Array): void => {
      tap.take(bytes);
      content.update(bytes);
    };
    await spoolAll(ports, { body, books, kind, seen, signal: mail.signal }, into);
    const header = tap.header();
    // What was not opened in time would else be judged as what cannot be read.
    if (mail.signal.aborted) throw new WeirError('mail-deadline');
    const judged = judgeMail(ports, { mail, facts: readFacts(facts, header, parts.seen), header, reliefs, inspector, body, whole: exchange, prefix, books });
    books.evidence = judged.evidence;
    const received = ports.received({ client: mail.client, id: mail.id, from: mail.from, at: mail.receivedAt, recipients: mail.recipients });
    const keeper = mailKeeper(ports, { mail, received, contentFingerprint: content.digest('hex'), header: tap.bytes(), onKeep: (id) => task.kept.add(id) });
    const spooled: Spooled = { ...into, plain: into.spool, kind };
    const shares: Share[] = [];
    for (const group of judged.groups) {
      const share = await settled(ports, spooled, group, { keeper, permits: task.permits });
      books.scanMs += share.group.run.books.scanMs;
      shares.push(share);
    }
    books.verdict = strictest(shares.map(({ group }) => group));
    return await carryOut(ports, task, { shares, spooled, keeper, header, received });
  } catch (thrown) {
    await body.close();
    throw thrown;
  } finally {
    await into.release();
  }
}

/** A group with what leaves for it. */
interface Share {
  readonly group: Judged;
  readonly content: (Pick<Spool, 'size' | 'stream'> & { readonly changed: boolean; readonly reviewed: boolean }) | undefined;
}

interface Settling {
  readonly keeper: MailKeeper;
  readonly permits: Permits;
}

/** Writes what a mask changes, and proves it clean, before anything leaves or is kept: what cannot be masked is decided otherwise. */
async function settled(ports: MailPipelinePorts, spooled: Spooled, group: Judged, by: Settling): Promise<Share> {
  const { run, verdict, evidence } = group;
  const { spool } = spooled;
  const unchanged = { size: spool.size, stream: () => spool.stream(), changed: false, reviewed: false };
  switch (verdict.action) {
    case 'pass':
      return { group, content: unchanged };
    case 'mask': {
      const wanted = run.plan.maskedBy(evidence);
      let changed: ChangedBody;
      try {
        changed = await changedBody(ports.spools, changesOf(spooled, wanted));
      } catch (thrown) {
        return settled(ports, spooled, otherwise(group, thrown), by);
      }
      spooled.opened.push(changed);
      await provenClean(ports, run, changed.body(), wanted);
      return { group, content: { size: changed.length, stream: () => changed.body(), changed: changed.change !== 'none', reviewed: true } };
    }
    case 'block':
      return { group, content: undefined };
    case 'hold':
      if (!(await permitted(ports, group, by))) return { group, content: undefined };
      return { group: decided(group, { ...verdict, action: 'pass', rule: 'permit' }), content: { ...unchanged, reviewed: true } };
  }
}

function decided(group: Judged, verdict: Verdict, evidence = group.evidence): Judged {
  return { ...group, verdict, evidence, run: { ...group.run, books: { ...group.run.books, verdict, evidence } } };
}

/** A part that could not be written anew after all: nothing here can be masked, and the rules say what follows. Where they would let it go, it does not. */
function otherwise(group: Judged, thrown: unknown): Judged {
  const evidence = unmaskable(group.evidence);
  const verdict = group.run.plan.decide(evidence);
  if (verdict.action === 'pass' || verdict.action === 'mask') throw new WeirError('mask-failed', { cause: thrown });
  return decided(group, verdict, evidence);
}

async function permitted(ports: MailPipelinePorts, group: Judged, { keeper, permits }: Settling): Promise<boolean> {
  try {
    const permit = await ports.ledger.permit(group.run.exchange.route.id, keeper.permitFingerprint(group));
    if (permit === undefined) return false;
    permits.spent(group.recipients, permit);
  } catch (thrown) {
    throw new WeirError('hold-unavailable', { cause: thrown });
  }
  await ports.audit.append(auditOf(ports, group.run, 'permit.spent'));
  return true;
}

interface ToCarryOut {
  readonly shares: readonly Share[];
  readonly spooled: Spooled;
  readonly keeper: MailKeeper;
  readonly header: MailHeader;
  readonly received: string;
}

/** What needs the vault first, then delivery in order, then what is left of it to the vault, then the answer (HC 25). */
async function carryOut(ports: MailPipelinePorts, task: Task, what: ToCarryOut): Promise<Ending> {
  const { mail, books, permits } = task;
  const { shares, keeper } = what;
  const verdict = books.verdict;
  if (verdict === undefined) throw new WeirError('internal');
  const blocked = shares.filter(({ group }) => group.verdict.action === 'block').map(({ group }) => group);
  const leaving = shares.filter(({ content }) => content !== undefined);
  const fates: Fate[] = [];
  const note = (recipients: readonly MailRecipient[], fate: MailFate): void => void fates.push(...recipients.map((recipient) => ({ recipient, fate })));

  for (const group of blocked) {
    await recordVerdict(ports, group.run, 'verdict', { recipients: group.recipients.length });
    raise(ports, group.run.exchange, group.run.books, 'block');
    note(group.recipients, 'blocked');
  }
  if (blocked.length === shares.length) {
    await written(ports, task, keeper, fates, 0);
    return { kind: 'blocked', incident: mail.id, verdict };
  }
  const held = await heldOnes(ports, what);
  const [first] = blocked;
  if (first !== undefined) await keeper.report('failed', first, blocked.flatMap(({ recipients }) => recipients).map((recipient) => ({ recipient, reply: undefined })));

  for (const { group } of leaving) await recordVerdict(ports, group.run, 'verdict', { recipients: group.recipients.length });
  const delivery = await deliverInOrder(parcelsOf(mail, leaving), async ({ group, recipients }) => {
    permits.risk(group.group.recipients);
    const sent = await mail.relay.send(recipients, contentOf(ports, mail, group, what), { signal: mail.signal });
    permits.tried(group.group.recipients, sent);
    return sent;
  }, {
    accepted: held.incidents.length > 0,
    signal: mail.signal,
  });
  if (delivery.kind === 'failed') throw delivery.error;
  if (delivery.kind === 'refused') return delivery;

  for (const share of leaving) {
    const own = delivery.attempts.filter(({ parcel }) => parcel.group === share);
    const later = own.filter(({ outcome }) => outcome.kind === 'later').map(({ recipient }) => recipient);
    if (later.length > 0) permits.risk(share.group.recipients);
    if (later.length > 0 && share.content !== undefined) await keeper.relay(share.group, later, share.content, share.content.changed ? 'masked' : 'original');
    const refused = own.flatMap(({ recipient, outcome }) => (outcome.kind === 'refused' ? [{ recipient, reply: outcome.reply }] : []));
    if (refused.length > 0) await keeper.report('failed', share.group, refused);
    ports.countFate(mail.route, 'relaying', later.length);
  }
  for (const { recipient, outcome } of delivery.attempts) {
    if (outcome.kind === 'delivered') fates.push({ recipient, fate: 'delivered', reply: outcome.reply });
    else if (outcome.kind === 'refused') fates.push({ recipient, fate: 'refused', reply: outcome.reply });
  }
  ports.countFate(mail.route, 'held', held.recipients);
  const isPlain = verdict.action === 'pass' && delivery.attempts.every(({ outcome }) => outcome.kind === 'delivered');
  await written(ports, task, keeper, fates, held.isUnderOwnId ? BESIDE_FROM : 0, isPlain);
  return { kind: 'accepted', incident: held.incidents[0], verdict };
}

interface Held {
  readonly incidents: readonly ExchangeId[];
  readonly recipients: number;
  /** A held message has the mail's own id. */
  readonly isUnderOwnId: boolean;
}

async function heldOnes(ports: MailPipelinePorts, { shares, spooled, keeper }: ToCarryOut): Promise<Held> {
  const groups = shares.filter(({ group }) => group.verdict.action === 'hold').map(({ group }) => group);
  const incidents: ExchangeId[] = [];
  let masked: MaskedForm | undefined;
  let isUnderOwnId = false;
  for (const [at, group] of groups.entries()) {
    const id = at === 0 ? group.run.exchange.id : ports.newId();
    const own: Judged = { ...group, run: { ...group.run, exchange: { ...group.run.exchange, id } } };
    // The same for all of them: everything that was found is masked.
    masked ??= await maskedForm(ports, own.run, spooled, true);
    const incident = await keeper.hold(own, spooled.spool, masked);
    if (at === 0) isUnderOwnId = incident === id;
    incidents.push(incident);
  }
  return { incidents, recipients: groups.reduce((sum, { recipients }) => sum + recipients.length, 0), isUnderOwnId };
}

/** One for each next hop of each group, in the client's order. */
function parcelsOf(mail: MailExchange, leaving: readonly Share[]): readonly Parcel<Share>[] {
  return leaving.flatMap((group) => {
    const byHop = new Map<string, MailRecipient[]>();
    for (const recipient of group.group.recipients) {
      const hop = mail.relay.hopOf(recipient);
      const same = byHop.get(hop);
      if (same === undefined) byHop.set(hop, [recipient]);
      else same.push(recipient);
    }
    return [...byHop].map(([hop, recipients]) => ({ group, hop, recipients }));
  });
}

function contentOf(ports: MailPipelinePorts, mail: MailExchange, { content }: Share, { header, received }: ToCarryOut): MailContent {
  if (content === undefined) throw new WeirError('internal');
  const from = header.from[0]?.address;
  return ports.outgoing({
    body: () => content.stream(),
    length: content.size,
    received,
    incident: content.reviewed ? mail.id : undefined,
    changed: content.changed,
    signAs: from === undefined || from === '' ? undefined : domainOf(from),
  });
}

/** Counted, and written where more than a clean pass became of it. The mail has its answer whatever comes of the rows. */
async function written(ports: MailPipelinePorts, { mail }: Task, { mark }: MailKeeper, fates: readonly Fate[], first: number, isPlain = false): Promise<void> {
  const counts = new Map<MailFate, number>();
  for (const { fate } of fates) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  for (const [fate, recipients] of counts) ports.countFate(mail.route, fate, recipients);
  if (isPlain || fates.length === 0) return;
  try {
    await ports.mailLedger.fates(mail.id, fateRows(fates, { relay: mail.relay, mark, first }));
  } catch (thrown) {
    ports.log.warn('mail.fates-not-written', { exchange: mail.id, cause: causeCode(thrown) });
  }
}
