/** Who is at the other end: the peer itself, or what proxies we trust say of it. */
import { BlockList, isIP } from 'node:net';
import type { Field } from '../../ports.js';
import { membersOutsideQuotes, valuesOf } from './fields.js';
import { remembered } from './remembered.js';

/** Peers whose trust is looked up once. */
const PEERS_MOST = 256;

export type Trusts = (address: string | undefined) => boolean;

/** Addresses and CIDR ranges; throws on one that is neither. */
export function trustedPeers(ranges: readonly string[]): Trusts {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  if (ranges.length === 0) return () => false;
  const isTrusted = remembered(PEERS_MOST, (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  });
  return (address) => address !== undefined && isTrusted(address);
}

/** An IPv4 peer of a dual-stack listener is an IPv4 address. */
export function plainAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
}

export interface ClientAddress {
  /** `undefined` where a trusted proxy does not say, or says two things. */
  readonly address: string | undefined;
  readonly fromTrustedProxy: boolean;
}

export function clientAddress(peer: string | undefined, fields: readonly Field[], trusts: Trusts): ClientAddress {
  if (!trusts(peer)) return { address: peer, fromTrustedProxy: false };
  const forwarded = valuesOf(fields, 'forwarded');
  const listed = valuesOf(fields, 'x-forwarded-for');
  const answers: (string | undefined)[] = [];
  if (forwarded.length > 0) answers.push(rightmostUntrusted(forwarded.flatMap(forwardedFor), trusts));
  if (listed.length > 0) answers.push(rightmostUntrusted(listed.flatMap((value) => value.split(',').map(nodeAddress)), trusts));
  const [first, ...others] = answers;
  if (answers.length === 0) return { address: peer, fromTrustedProxy: true };
  // A proxy that writes one of the two lets the other through as the sender forged it.
  return { address: others.every((one) => one === first) ? first : undefined, fromTrustedProxy: true };
}

function rightmostUntrusted(hops: readonly (string | undefined)[], trusts: Trusts): string | undefined {
  for (let at = hops.length - 1; at > 0; at -= 1) if (!trusts(hops[at])) return hops[at];
  return hops[0];
}

/** The `for` parameter of each element, outermost proxy last. */
function forwardedFor(value: string): readonly (string | undefined)[] {
  return membersOutsideQuotes(value, ',').map((element) => {
    const parameter = /(?:^|;)\s*for\s*=\s*("(?:\\.|[^"\\])*"|[^;\s]+)/i.exec(element)?.[1];
    return parameter === undefined ? undefined : nodeAddress(parameter.replace(/^"|"$/g, ''));
  });
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`; anything else is unknown. */
function nodeAddress(written: string): string | undefined {
  const text = written.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([^:]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : plainAddress(bare.toLowerCase());
}
