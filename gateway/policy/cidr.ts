/** Addresses and CIDR ranges, IPv4 and IPv6, as numbers; pure, because policy/ asks no system library. */

const V4_BITS = 32;
const V6_BITS = 128;
/** An IPv4 peer on a dual-stack socket shows as ::ffff:a.b.c.d; both spellings are the same client. */
const MAPPED_PREFIX = 0xffffn << 32n;

export interface Address {
  readonly bits: typeof V4_BITS | typeof V6_BITS;
  readonly value: bigint;
}
export interface Range extends Address {
  /** Low bits that do not matter. */
  readonly free: bigint;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero means octal to some readers and decimal to others, so it is no address at all.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** Groups on one side of `::`; the last may be written as dotted IPv4. */
function parseGroups(text: string): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      groups.push(v4 >> 16n, v4 & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves;
  const head = parseGroups(left ?? '');
  const tail = right === undefined ? [] : parseGroups(right);
  if (head === undefined || tail === undefined) return undefined;
  // A dotted quad may only close the address.
  if (right !== undefined && (left ?? '').includes('.')) return undefined;
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<bigint>(missing).fill(0n), ...tail].reduce((value, group) => (value << 16n) | group, 0n);
}

export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (!bare.includes(':')) {
    const value = parseV4(bare);
    return value === undefined ? undefined : { bits: V4_BITS, value };
  }
  const value = parseV6(bare);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED_PREFIX >> 32n ? { bits: V4_BITS, value: value & 0xffffffffn } : { bits: V6_BITS, value };
}

/** An address alone is a range of one. */
export function parseRange(text: string): Range | undefined {
  const [base, length, ...rest] = text.split('/');
  const address = parseAddress(base ?? '');
  if (address === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { ...address, free: 0n };
  if (!/^\d{1,3}$/.test(length)) return undefined;
  // The length of a mapped range counts the 96 bits in front of the IPv4 part.
  const prefix = Number(length) - (address.bits === V4_BITS && (base ?? '').includes(':') ? V6_BITS - V4_BITS : 0);
  if (prefix < 0 || prefix > address.bits) return undefined;
  return { ...address, free: BigInt(address.bits - prefix) };
}

export const inRange = (address: Address, range: Range): boolean =>
  address.bits === range.bits && address.value >> range.free === range.value >> range.free;
