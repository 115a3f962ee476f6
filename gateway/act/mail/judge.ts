/** Judges a mail that was read: once for each group of recipients that rules or exceptions can tell apart. */
import type { Evidence, Exchange, ExchangeId, Facts, Finding, HeadInspection, Inspector, MailExchange, MailHeader, MailRecipient, Policy, Receipt, Relief, ReliefSource, Verdict } from '../../ports.js';
import { newBooks, type Books } from '../books.js';
import { joined } from '../evidence.js';
import type { Inflow } from '../inflow.js';
import type { PipelinePorts, Run } from '../run.js';
import { addressTexts, destinationOf, destinationsOf, domainOf, exchangeOf, numberedAddresses, shownTexts } from './envelope.js';

/** Some recipients of one mail, and what becomes of it for them. */
export interface Judged {
  /** In the client's order. */
  readonly recipients: readonly MailRecipient[];
  readonly run: Run;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  /** The first of them, for a reviewer. */
  readonly findings: readonly Finding[];
  readonly receipt: Receipt;
}

/** What people have decided that bears on this mail; fixed when it begins. */
export interface Reliefs {
  of(destination: string): Relief | undefined;
  /** Tells findings apart that only an exception tells apart. */
  readonly apart: (finding: { readonly fingerprint: string }) => string | undefined;
  /** An exception speaks of a destination: recipients elsewhere are judged without it. */
  readonly byDestination: boolean;
}

export function reliefsOf(source: ReliefSource | undefined, facts: Facts): Reliefs {
  const known = new Map<string, Relief>();
  const named = new Set<string>();
  let byDestination = false;
  if (source !== undefined) {
    for (const destination of destinationsOf(facts.recipients)) {
      const relief = source.forExchange(facts.route, { ...facts, destination });
      known.set(destination, relief);
      for (const one of relief.exceptions) {
        byDestination ||= one.destination !== undefined;
        for (const fingerprint of one.fingerprints ?? []) named.add(fingerprint);
      }
    }
  }
  return { of: (destination) => known.get(destination) ?? known.get(''), apart: ({ fingerprint }) => (named.has(fingerprint) ? fingerprint : undefined), byDestination };
}

/** Places of recipients, each in one group; whatever an answer leaves out or says twice is one group of its own. */
function groupsOf(policy: Policy, facts: Facts, byDestination: boolean): readonly (readonly number[])[] {
  const { recipients } = facts;
  const left = new Set(recipients.keys());
  const groups = (policy.groups?.(facts, recipients) ?? []).map((group) => group.filter((at) => left.delete(at))).filter((group) => group.length > 0);
  if (left.size > 0) groups.push([...left]);
  if (!byDestination) return groups;
  return groups.flatMap((group) => {
    const byDomain = new Map<string, number[]>();
    for (const at of group) {
      const domain = domainOf(recipients[at] ?? '');
      const same = byDomain.get(domain);
      if (same === undefined) byDomain.set(domain, [at]);
      else same.push(at);
    }
    return [...byDomain.values()];
  });
}

export interface ToJudge {
  readonly mail: MailExchange;
  readonly facts: Facts;
  readonly header: MailHeader;
  readonly reliefs: Reliefs;
  readonly inspector: Inspector;
  readonly body: Inflow;
  /** The mail as one exchange. */
  readonly whole: Exchange;
  readonly prefix: Uint8Array;
  /** Of the mail as a whole. */
  readonly books: Books;
}

export interface JudgedMail {
  readonly groups: readonly Judged[];
  /** Evidence of all of it, whoever it is for. */
  readonly evidence: Evidence;
}

export function judgeMail(ports: Pick<PipelinePorts, 'inspectors' | 'policies'>, asked: ToJudge): JudgedMail {
  const { mail, facts, header, reliefs, inspector, body, whole: { body: { mail: shape } }, prefix, books } = asked;
  const policy = ports.policies.forRoute(mail.route);
  const own = shownTexts(header, facts.fileNames);
  // Scanned and masked where they stand in the mail: what shows here is not counted again.
  const { safe } = ports.inspectors.inspectHead(own, () => false);
  const numbered = shape?.numbered ?? numberedAddresses(mail);
  const lookedAt = (recipients: readonly MailRecipient[]): { readonly head: HeadInspection; readonly texts: Exchange['body']['texts'] } => {
    const texts = addressTexts({ from: mail.from, recipients }, numbered);
    const head = ports.inspectors.inspectHead(texts, () => false);
    return { head: { ...head, safe: new Map([...safe, ...head.safe]) }, texts: [...texts, ...own] };
  };
  const found = inspector.evidence();
  const receipt = { ...inspector.receipt(), policy: policy.revision };
  const judge = (places: readonly number[], id: ExchangeId, looked: ReturnType<typeof lookedAt>): Judged => {
    const recipients = places.flatMap((at) => mail.recipients[at] ?? []);
    const addresses = recipients.map(({ address }) => address);
    const destination = destinationOf(addresses);
    const relief = reliefs.of(destination);
    const exchange = exchangeOf(mail, id, { ...facts, recipients: addresses, destination }, looked.texts, numbered);
    const sniffed = ports.inspectors.sniff(exchange.body, prefix);
    const plan = policy.plan(exchange.facts, sniffed, looked.head.evidence, relief);
    const evidence = joined(looked.head.evidence, found);
    const verdict = plan.decide(evidence);
    const run: Run = {
      exchange, plan, relief, prefix, body, sniffed,
      coding: undefined,
      head: looked.head,
      policy: policy.revision,
      auditsPasses: policy.auditsPasses,
      mode: 'hold',
      books: { ...newBooks(), evidence, receipt, verdict, bytes: books.bytes },
    };
    return { recipients, run, verdict, evidence, findings: [...looked.head.findings, ...inspector.findings()], receipt };
  };
  const groups = groupsOf(policy, facts, reliefs.byDestination);
  const whole = lookedAt(mail.recipients);
  books.receipt = receipt;
  return {
    groups: groups.map((places) => judge(places, mail.id, groups.length === 1 ? whole : lookedAt(places.flatMap((at) => mail.recipients[at] ?? [])))),
    evidence: joined(whole.head.evidence, found),
  };
}

const STRICTNESS = ['pass', 'mask', 'hold', 'block'] as const;
/** What is said of the mail as a whole: the strictest of its verdicts. */
export function strictest(groups: readonly Pick<Judged, 'verdict'>[]): Verdict | undefined {
  return groups.map(({ verdict }) => verdict).reduce<Verdict | undefined>((most, one) => (most === undefined || STRICTNESS.indexOf(one.action) > STRICTNESS.indexOf(most.action) ? one : most), undefined);
}
