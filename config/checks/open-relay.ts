/** Whether the world could send mail through a listener: what it may not be, however it is written. */
import { inRange, parseRange, type Range } from '../../gateway/policy/cidr.js';

/** Networks that are routed on no open network. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fc00::/7', 'fe80::/10'].flatMap((range) => parseRange(range) ?? []);

/** A network of class A: no organisation of today has more addresses of its own. */
const V4_MOST = 1n << 24n;
/** What a provider is given for all its customers: /32. */
const V6_MOST = 1n << 96n;

const sizeOf = ({ free }: Range): bigint => 1n << free;
const within = (inner: Range, outer: Range): boolean => inner.free <= outer.free && inRange(inner, outer);

/** Ranges nest or are apart: of two, the wider one counts. */
const widest = (ranges: readonly Range[]): readonly Range[] => ranges.filter((one, index) => !ranges.some((other, at) => at !== index && within(one, other) && (other.free > one.free || at < index)));

function publicSize(range: Range): bigint {
  if (PRIVATE.some((one) => within(range, one))) return 0n;
  return PRIVATE.filter((one) => within(one, range)).reduce((size, one) => size - sizeOf(one), sizeOf(range));
}

const ranges = (...texts: readonly string[]): readonly Range[] => texts.flatMap((text) => parseRange(text) ?? []);
/** An address of IPv4 is their last 32 bits: NAT64, SIIT, the oldest of all. */
const ENDS_IN_V4 = ranges('64:ff9b::/96', '::ffff:0:0:0/96', '::/96');
/** It follows the prefix: 6to4. */
const [BEGINS_WITH_V4] = ranges('2002::/16');
const BEHIND_6TO4 = 80n;
/** It is in there somewhere, or turned about: NAT64 of one's own choice, Teredo. */
const HIDES_V4 = ranges('64:ff9b:1::/48', '2001::/32');
const ALL_OF_V4: Range = { bits: 32, value: 0n, free: 32n };

const asV4 = ({ value, free }: Range, low: bigint): Range => {
  const open = free <= low ? 0n : free - low;
  return open >= ALL_OF_V4.free ? ALL_OF_V4 : { bits: 32, value: (value >> low) & 0xffffffffn, free: open };
};

/** What of IPv4 stands behind a range of IPv6: clients of a translator all come from it. */
function behind(range: Range): readonly Range[] {
  if (range.bits === 32) return [];
  // Whose addresses those are cannot be seen: more than a few are everybody's.
  const all: readonly Range[] = HIDES_V4.some((one) => (within(one, range) || within(range, one)) && sizeOf(range) > V4_MOST) ? [ALL_OF_V4] : [];
  if (BEGINS_WITH_V4 !== undefined && within(range, BEGINS_WITH_V4)) return [...all, asV4(range, BEHIND_6TO4)];
  return [...all, ...ENDS_IN_V4.flatMap((one) => (within(range, one) ? [asV4(range, 0n)] : within(one, range) ? [asV4(one, 0n)] : []))];
}

/** True where more addresses of the open network may relay than one organisation has. */
export function isOpen(clients: readonly string[]): boolean {
  const named = ranges(...clients);
  const apart = widest([...named, ...named.flatMap(behind)]);
  const sum = (bits: number): bigint => apart.filter((range) => range.bits === bits).reduce((total, range) => total + publicSize(range), 0n);
  return sum(32) > V4_MOST || sum(128) > V6_MOST;
}
