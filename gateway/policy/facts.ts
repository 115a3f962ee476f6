/** Conditions over facts: who sends what to whom, from where. They are settled before anything is decided. */
import type { FactsSelector } from '../../config/schema.js';
import type { Facts } from '../ports.js';
import { inRange, parseAddress, parseRange } from './cidr.js';
import { glob, lowerGlob, type Glob } from './glob.js';
import { domainOf, type Whose, type WhoseIs } from './whose.js';

/** One recipient, made ready to be asked by many conditions. */
export interface AskedRecipient {
  /** In lower case. */
  readonly address: string;
  readonly at: number | undefined;
  /** Once it is known. */
  whose?: Whose;
}

/** What one condition asks of each recipient by itself. */
export interface RecipientTest {
  /** The same for tests that always answer alike. */
  readonly key: string;
  is(recipient: AskedRecipient): boolean;
}

export interface FactsTest {
  (facts: Facts): boolean;
  /** All but what is asked of recipients: where it is false, they make no difference. */
  readonly others: (facts: Facts) => boolean;
  readonly recipients: readonly RecipientTest[];
}

/** The pattern that a missing fact matches; nothing else does, `*` included. */
const UNKNOWN = 'unknown';

type Matcher = (values: readonly string[]) => boolean;

const anyGlob = (patterns: readonly string[]): Glob => {
  const globs = patterns.map(glob);
  return (value) => globs.some((matches) => matches(value));
};

function oneOf(patterns: readonly string[]): Matcher {
  const matches = anyGlob(patterns);
  const missing = patterns.includes(UNKNOWN);
  return (values) => (values.length === 0 ? missing : values.some(matches));
}

function everyOf(patterns: readonly string[]): Matcher {
  const matches = anyGlob(patterns);
  const missing = patterns.includes(UNKNOWN);
  return (values) => (values.length === 0 ? missing : values.every(matches));
}

function inNetworks(patterns: readonly string[]): Matcher {
  const ranges = patterns.map(parseRange).filter((range) => range !== undefined);
  const missing = patterns.includes(UNKNOWN);
  return (values) => {
    const addresses = values.map(parseAddress).filter((address) => address !== undefined);
    // An address that cannot be read is as good as none.
    return addresses.length === 0 ? missing : addresses.some((address) => ranges.some((range) => inRange(address, range)));
  };
}

const single = (value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [value]);
const present = (values: readonly (string | undefined)[]): readonly string[] => values.filter((value): value is string => value !== undefined && value !== '');

/** Neither From nor Sender names who the envelope says has sent it. The null sender belongs to nobody, and what is no mail has one sender. */
export function isMismatch({ mail, sender }: Pick<Facts, 'mail' | 'sender'>): boolean {
  if (mail === undefined || sender === undefined || sender === '') return false;
  const envelope = sender.toLowerCase();
  return !mail.headerSenders.some((one) => one.toLowerCase() === envelope);
}

/** An agreement that has ended makes its partner one of the outside again. */
const isOf = (wanted: ReadonlySet<Whose>, whose: Whose): boolean => wanted.has(whose) || (whose === 'partner-expired' && wanted.has('outside'));

/** Several keys are joined by "and", several patterns of one key by "or". */
export function factsTest(selector: FactsSelector, whose: WhoseIs): FactsTest {
  const tests: ((facts: Facts) => boolean)[] = [];
  const when = (patterns: readonly string[] | undefined, matcher: (p: readonly string[]) => Matcher, read: (facts: Facts) => readonly string[]): void => {
    if (patterns === undefined) return;
    const matches = matcher(patterns);
    tests.push((facts) => matches(read(facts)));
  };
  when(selector.user, oneOf, (facts) => single(facts.user));
  when(selector.department, oneOf, (facts) => single(facts.department));
  when(selector.sender, oneOf, (facts) => single(facts.sender));
  when(selector.headerSender, oneOf, (facts) => facts.mail?.headerSenders ?? []);
  when(selector.client, inNetworks, (facts) => single(facts.clientAddress));
  when(selector.method, oneOf, (facts) => single(facts.method));
  when(selector.mediaType, oneOf, (facts) => single(facts.mediaType));
  when(selector.fileName, oneOf, (facts) => facts.fileNames);
  when(selector.attachmentName, oneOf, (facts) => present([...facts.fileNames, ...(facts.mail?.attachments ?? []).map(({ name }) => name)]));
  when(selector.attachmentType, oneOf, (facts) => present((facts.mail?.attachments ?? []).map(({ type }) => type)));
  const { channel, direction, senderMismatch, recipients } = selector;
  if (channel !== undefined) tests.push((facts) => channel.includes(facts.channel));
  if (direction !== undefined) tests.push((facts) => facts.direction === direction);
  if (senderMismatch !== undefined) tests.push((facts) => isMismatch(facts) === senderMismatch);
  if (recipients !== undefined) tests.push((facts) => (facts.mail?.recipientCount ?? facts.recipients.length) >= recipients.atLeast);
  const others = (facts: Facts): boolean => tests.every((test) => test(facts));
  const asked = recipientTests(selector, whose);
  return Object.assign((facts: Facts) => others(facts) && asked.every(({ whole }) => whole(facts)), { others, recipients: asked.map(({ one }) => one) });
}

interface RecipientCondition {
  readonly one: RecipientTest;
  readonly whole: (facts: Facts) => boolean;
}

function recipientTests({ recipient, everyRecipient, recipientIs, destination }: FactsSelector, whose: WhoseIs): readonly RecipientCondition[] {
  const asked: RecipientCondition[] = [];
  for (const [patterns, matcher] of [[recipient, oneOf], [everyRecipient, everyOf]] as const) {
    if (patterns === undefined) continue;
    const whole = matcher(patterns);
    const globs = patterns.map(lowerGlob);
    asked.push({ one: { key: `like ${JSON.stringify(patterns)}`, is: ({ address }) => globs.some((matches) => matches(address)) }, whole: (facts) => whole(facts.recipients) });
  }
  if (destination !== undefined) {
    const matches = oneOf(destination);
    asked.push({
      one: { key: `to ${JSON.stringify(destination)}`, is: ({ address }) => matches(single(domainOf(address))) },
      // A mail goes to as many places as its recipients have domains.
      whole: ({ mail, destination: place, recipients }) => (mail === undefined || recipients.length === 0 ? matches(single(place)) : recipients.some((address) => matches(single(domainOf(address))))),
    });
  }
  if (recipientIs !== undefined) {
    const wanted: ReadonlySet<Whose> = new Set(recipientIs);
    const is = (asked: AskedRecipient): boolean => isOf(wanted, (asked.whose ??= whose(asked.address, asked.at)));
    asked.push({ one: { key: `is ${[...wanted].sort().join(' ')}`, is }, whole: ({ recipients, at }) => recipients.some((address) => isOf(wanted, whose(address, at))) });
  }
  return asked;
}
