/** Tar archives (ustar, pax, GNU): members read where they lie, and the archive written anew around those that were masked. */
import type { PartSource } from '../../../ports.js';
import { bytesBetween, exactly, readingAhead } from '../byte-ranges.js';
import { ExtractError, memberLabel, type Extracted, type ExtractContext, type Extractor, type Member, type MemberChange } from '../contract.js';
import { rawMember } from '../raw-text.js';
import { readPax, writePax } from './pax-records.js';
import { padded, walkTar, type TarArchive, type TarEntry, type TarPiece } from './tar-entries.js';
import { BLOCK, writtenHeader } from './tar-header.js';

const UNDERSCORE = 0x5f;
const LF = Buffer.from('\n');

async function* members(source: PartSource, archive: TarArchive): AsyncGenerator<Member> {
  for (const [index, entry] of archive.entries.entries()) {
    const from = entry.headerAt + BLOCK;
    yield {
      index,
      nameBytes: entry.name,
      label: memberLabel(index + 1, entry.name),
      bytes: bytesBetween(source, from, from + entry.size),
      maskable: true,
      unscannable: entry.unread === undefined ? undefined : { reason: 'unsupported', detail: `tar ${entry.unread}`, bytes: entry.size },
    };
  }
  if (archive.texts.length > 0) yield rawMember(archive.entries.length, 'headers', Buffer.concat(archive.texts.flatMap((text) => [text, LF])));
}

/** A name that no reader shows, made of `old`: follows its masks where it is its beginning, loses its digits otherwise. */
function shadowOf(shadow: Uint8Array, old: Uint8Array, now: Uint8Array): Uint8Array {
  if (Buffer.from(old.subarray(0, shadow.length)).equals(shadow)) return now.subarray(0, shadow.length);
  return shadow.map((byte) => ((byte >= 0x30 && byte <= 0x39) || byte >= 0x80 ? UNDERSCORE : byte));
}

interface Written {
  readonly name: Uint8Array | undefined;
  readonly size: number;
}

async function pieceWritten(source: PartSource, entry: TarEntry, piece: TarPiece, written: Written): Promise<Uint8Array> {
  const block = await exactly(source, piece.headerAt, BLOCK, 'tar');
  const body = await exactly(source, piece.headerAt + BLOCK, piece.size, 'tar');
  const now = written.name;
  let next: Uint8Array = body;
  if (piece.type === 'x') {
    next = writePax(
      readPax(body).map((record) =>
        record.key === 'path' && now !== undefined ? { ...record, value: now } : record.key === 'size' ? { ...record, value: Buffer.from(String(written.size)) } : record,
      ),
    );
  } else if (piece.type === 'L' && now !== undefined) {
    next = body.slice();
    next.set(now);
  }
  const name = piece.type === 'x' && now !== undefined ? shadowOf(piece.name, entry.name, now) : undefined;
  const header = writtenHeader(block, { size: next.length, ...(name === undefined ? {} : { name }) });
  return Buffer.concat([header, next, new Uint8Array(padded(next.length) - next.length)]);
}

async function* entryWritten(source: PartSource, entry: TarEntry, change: MemberChange): AsyncGenerator<Uint8Array> {
  const now = change.name;
  if (now !== undefined && now.length !== entry.name.length) throw new RangeError('a masked name keeps its length');
  let size = entry.size;
  if (change.bytes !== undefined) {
    // The header comes first and has to say how much follows.
    size = 0;
    for await (const piece of change.bytes()) size += piece.length;
  }
  for (const piece of entry.pieces) yield await pieceWritten(source, entry, piece, { name: now, size });
  const block = await exactly(source, entry.headerAt, BLOCK, 'tar');
  const name = now === undefined ? undefined : entry.nameIn === 'header' ? now : shadowOf(entry.header.name, entry.name, now);
  yield writtenHeader(block, { size, ...(name === undefined ? {} : { name }) });
  let sent = 0;
  const from = entry.headerAt + BLOCK;
  for await (const piece of change.bytes?.() ?? bytesBetween(source, from, from + entry.size)) {
    sent += piece.length;
    if (sent > size) break;
    yield piece;
  }
  if (sent !== size) throw new ExtractError('failed', 'tar member changed its size');
  yield new Uint8Array(padded(size) - size);
}

async function* rewritten(source: PartSource, archive: TarArchive, changes: ReadonlyMap<number, MemberChange>): AsyncGenerator<Uint8Array> {
  let copied = 0;
  for (const [index, entry] of archive.entries.entries()) {
    const change = changes.get(index);
    if (change === undefined) continue;
    yield* bytesBetween(source, copied, entry.from);
    yield* entryWritten(source, entry, change);
    copied = entry.to;
  }
  yield* bytesBetween(source, copied, source.size);
}

export const tar: Extractor = {
  format: 'tar',
  async open(source: PartSource, context: ExtractContext): Promise<Extracted> {
    const archive = await walkTar(readingAhead(source), context.limits.members, context.signal);
    return {
      chain: ['tar'],
      members: () => members(source, archive),
      rewrite: (changes) => rewritten(source, archive, changes),
      close: () => Promise.resolve(),
    };
  },
};
