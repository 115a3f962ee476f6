/** The head of a gzip member (RFC 1952): where its data begins, and the texts that stand in it. */
import type { PartSource } from '../../../ports.js';
import { ExtractError } from '../contract.js';

export interface GzHeader {
  readonly flags: number;
  /** From the first byte to the data. */
  readonly bytes: Uint8Array;
  /** File name, in [from, to) of `bytes`. */
  readonly name: { readonly from: number; readonly to: number } | undefined;
  /** Comment and extra field. */
  readonly texts: readonly Uint8Array[];
}

const FLAG = { headerSum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
const FIXED = 10;
/** An extra field has at most 64 KiB; names and comments are shorter in all that people send. */
const MOST_HEADER = 256 * 1024;

const startsGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Reads the header at `at`; `undefined` where no gzip member begins. */
export async function readGzHeader(source: PartSource, at: number): Promise<GzHeader | undefined> {
  const head = await source.read(at, Math.min(MOST_HEADER, source.size - at));
  if (!startsGzip(head)) return undefined;
  const flags = head[3] ?? 0;
  if (head.length < FIXED || head[2] !== 8 || (flags & FLAG.reserved) !== 0) throw new ExtractError('malformed', 'gzip header');
  let to = FIXED;
  const texts: Uint8Array[] = [];
  let name: GzHeader['name'];
  if (flags & FLAG.extra) {
    const length = (head[to] ?? 0) + 256 * (head[to + 1] ?? 0);
    texts.push(head.slice(to + 2, to + 2 + length));
    to += 2 + length;
  }
  const zeroEnded = (): number => {
    const end = head.indexOf(0, to);
    if (end < 0) throw new ExtractError('malformed', 'gzip header');
    return end;
  };
  if (flags & FLAG.name) {
    name = { from: to, to: zeroEnded() };
    to = name.to + 1;
  }
  if (flags & FLAG.comment) {
    const end = zeroEnded();
    texts.push(head.slice(to, end));
    to = end + 1;
  }
  if (flags & FLAG.headerSum) to += 2;
  if (to > head.length) throw new ExtractError('malformed', 'gzip header');
  return { flags, bytes: head.slice(0, to), name, texts };
}

/** The header with another name of the same length; its own checksum is left out, since no reader needs it. */
export function renamedGzHeader(header: GzHeader, name: Uint8Array | undefined): Uint8Array {
  const summed = (header.flags & FLAG.headerSum) !== 0;
  const out = header.bytes.slice(0, header.bytes.length - (summed ? 2 : 0));
  if (summed) out[3] = header.flags & ~FLAG.headerSum;
  if (name !== undefined && header.name !== undefined) {
    if (name.length !== header.name.to - header.name.from) throw new RangeError('a masked name keeps its length');
    out.set(name, header.name.from);
  }
  return out;
}
