/** Marks of addresses: keyed hashes by which a sender or recipient is found again though only the masked address is kept (HC 15). */
import { createHmac } from 'node:crypto';

/** An address as a mark, and its domain (`@domain`) as another. */
export interface MarkedAddress {
  readonly whole: string;
  readonly domain: string | undefined;
}
export type MarkAddress = (address: string) => MarkedAddress;

/** 80 bits: two addresses of one house never meet by chance. */
const BYTES = 10;
/** Half-bytes as letters: a hash in digits could look like somebody's number to the guards of log and audit. */
const LETTERS = 'abcdefghijklmnop';
/** What a mark looks like: twenty letters, which no address with an @ is. */
export const MARK = /^[a-p]{20}$/;

export function addressMarks(key: Uint8Array): MarkAddress {
  const mark = (text: string): string => letters(createHmac('sha256', key).update(`address\0${text}`).digest().subarray(0, BYTES));
  return (address) => {
    const plain = normalised(address);
    const at = plain.lastIndexOf('@');
    return { whole: mark(plain), domain: at < 0 ? undefined : mark(plain.slice(at)) };
  };
}

export function letters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `${LETTERS[byte >> 4] ?? ''}${LETTERS[byte & 15] ?? ''}`).join('');
}

/** `Li <li@b.example>` and `LI@B.example` are one address. */
function normalised(address: string): string {
  const inner = /<([^<>]+)>\s*$/.exec(address)?.[1] ?? address;
  return inner.normalize('NFKC').trim().toLowerCase();
}
