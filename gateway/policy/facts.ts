/** Conditions over facts: who sends what to whom, from where. They are settled before the first byte of the body. */
import type { FactsSelector } from '../../config/schema.js';
import type { Facts } from '../ports.js';
import { inRange, parseAddress, parseRange } from './cidr.js';
import { glob } from './glob.js';

export type FactsTest = (facts: Facts) => boolean;

/** The pattern that a missing fact matches; nothing else does, `*` included. */
const UNKNOWN = 'unknown';

type Matcher = (values: readonly string[]) => boolean;

function oneOf(patterns: readonly string[]): Matcher {
  const globs = patterns.map(glob);
  const missing = patterns.includes(UNKNOWN);
  return (values) => (values.length === 0 ? missing : values.some((value) => globs.some((matches) => matches(value))));
}

function everyOf(patterns: readonly string[]): Matcher {
  const globs = patterns.map(glob);
  const missing = patterns.includes(UNKNOWN);
  return (values) => (values.length === 0 ? missing : values.every((value) => globs.some((matches) => matches(value))));
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

/** Several keys are joined by "and", several patterns of one key by "or". */
export function factsTest(selector: FactsSelector): FactsTest {
  const tests: FactsTest[] = [];
  const when = (patterns: readonly string[] | undefined, matcher: (p: readonly string[]) => Matcher, read: (facts: Facts) => readonly string[]): void => {
    if (patterns === undefined) return;
    const matches = matcher(patterns);
    tests.push((facts) => matches(read(facts)));
  };
  when(selector.user, oneOf, (facts) => single(facts.user));
  when(selector.department, oneOf, (facts) => single(facts.department));
  when(selector.sender, oneOf, (facts) => single(facts.sender));
  when(selector.recipient, oneOf, (facts) => facts.recipients);
  when(selector.everyRecipient, everyOf, (facts) => facts.recipients);
  when(selector.destination, oneOf, (facts) => single(facts.destination));
  when(selector.client, inNetworks, (facts) => single(facts.clientAddress));
  when(selector.method, oneOf, (facts) => single(facts.method));
  when(selector.mediaType, oneOf, (facts) => single(facts.mediaType));
  when(selector.fileName, oneOf, (facts) => facts.fileNames);
  const { channel, direction } = selector;
  if (channel !== undefined) tests.push((facts) => channel.includes(facts.channel));
  if (direction !== undefined) tests.push((facts) => facts.direction === direction);
  return (facts) => tests.every((test) => test(facts));
}
