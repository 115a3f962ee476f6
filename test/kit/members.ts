/** Opens bytes with one extractor, as a child process does, and shows what it found. */
import type { PartSource } from '../../gateway/ports.js';
import type { Extracted, Extractor, Member } from '../../gateway/decode/extract/contract.js';
import { EXTRACT_LIMITS } from '../../gateway/decode/extract/limits.js';

/** Refuses what lies outside, as a spool does. */
export function sourceOf(bytes: Uint8Array): PartSource {
  return {
    size: bytes.length,
    read: (offset, length) =>
      offset < 0 || length < 0 || offset + length > bytes.length ? Promise.reject(new RangeError(`read of ${length} at ${offset} of ${bytes.length}`)) : Promise.resolve(Uint8Array.from(bytes.subarray(offset, offset + length))),
  };
}

export async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return Buffer.concat(kept);
}

export interface Shown extends Omit<Member, 'bytes'> {
  readonly name: string | undefined;
  readonly bytes: Buffer;
}

export async function opened(extractor: Extractor, bytes: Uint8Array, fileName?: string): Promise<Extracted> {
  return extractor.open(sourceOf(bytes), { limits: EXTRACT_LIMITS, fileName, signal: new AbortController().signal });
}

/** All members with their bytes. */
export async function membersOf(extractor: Extractor, bytes: Uint8Array): Promise<readonly Shown[]> {
  const extracted = await opened(extractor, bytes);
  const shown: Shown[] = [];
  for await (const member of extracted.members()) {
    shown.push({ ...member, name: member.nameBytes && Buffer.from(member.nameBytes).toString('utf8'), bytes: member.unscannable ? Buffer.alloc(0) : await collected(member.bytes) });
  }
  await extracted.close();
  return shown;
}

/** What stands in all members together, names left out. */
export async function textOf(extractor: Extractor, bytes: Uint8Array): Promise<string> {
  return (await membersOf(extractor, bytes)).map((member) => member.bytes.toString('utf8')).join('\n');
}
