/** Reads a zip's directory strictly: every entry against its local header, none over another, and every byte in an entry, a record or a gap that is named. */
import type { PartSource } from '../../../ports.js';
import { ExtractError } from '../contract.js';
import type { ExtractLimits } from '../limits.js';
import {
  CENTRAL, CENTRAL_LENGTH, DESCRIPTOR, DESCRIPTOR_FLAG, ELSEWHERE, ENCRYPTED_FLAG, LOCAL, LOCAL_LENGTH, UTF8_FLAG,
  type ZipArchive, type ZipEntry, type ZipGap,
} from './archive.js';
import { findDirectory, type Directory } from './end-record.js';
import { unicodePath, unknownFields, zip64Numbers } from './extra-fields.js';

/** Flags that change how a member is read: encryption, patches, strong encryption, charset of the name, hidden headers. */
const MEANT = ENCRYPTED_FLAG | (1 << 5) | (1 << 6) | UTF8_FLAG | (1 << 13);
const HIDDEN = (1 << 6) | (1 << 13);
const PATCH = 1 << 5;
const STORED = 0;
const DEFLATED = 8;
const AES = 99;
/** Compared in pieces of this. */
const ZEROS = 64 * 1024;

interface Sizes {
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
}

export async function readZip(source: PartSource, limits: Pick<ExtractLimits, 'members' | 'wholeFile'>): Promise<ZipArchive> {
  const directory = await findDirectory(source);
  if (directory.count > limits.members) throw new ExtractError('too-many-parts', 'zip');
  if (directory.size > limits.wholeFile) throw new ExtractError('too-large', 'zip-directory');
  const records = parseDirectory(Buffer.from(await source.read(directory.at, directory.size)), directory);
  // From the last to the first: what follows an entry bounds its descriptor.
  const byPlace = [...records].sort((a, b) => a.headerAt - b.headerAt);
  const extras: Uint8Array[] = [];
  const entries: ZipEntry[] = [];
  for (const [place, record] of byPlace.entries()) {
    const bound = byPlace[place + 1]?.headerAt ?? directory.at;
    const entry = await readEntry(source, record, bound);
    extras.push(...unknownFields(record.extra), ...unknownFields(localExtra(entry.local)));
    entries.push(entry);
  }
  const gaps = await findGaps(source, entries, directory);
  if (directory.others.some((at) => !entries.some(({ dataAt, endAt }) => at >= dataAt && at < endAt))) throw new ExtractError('malformed', 'end-records');
  entries.sort((a, b) => a.index - b.index);
  return {
    source, entries, gaps,
    comment: directory.comment,
    duplicates: new Set(entries.map(({ name }) => name.toLowerCase())).size < entries.length,
    // A line break parts what never stood together.
    extras: Buffer.concat(extras.flatMap((one) => [one, Buffer.from('\n')])),
    base: directory.base,
    directoryAt: directory.at,
    directoryEnd: directory.at + directory.size,
    endAt: directory.endAt,
    endsAt: directory.endsAt,
    zip64: directory.zip64,
  };
}

interface CentralRecord extends Sizes {
  readonly index: number;
  readonly bytes: Buffer;
  readonly nameBytes: Buffer;
  readonly extra: Buffer;
  readonly comment: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly headerAt: number;
}

function parseDirectory(bytes: Buffer, directory: Directory): readonly CentralRecord[] {
  const records: CentralRecord[] = [];
  let at = 0;
  for (let index = 0; index < directory.count; index++) {
    if (at + CENTRAL_LENGTH > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw new ExtractError('malformed', 'directory');
    const [nameLength, extraLength, commentLength] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const nameAt = at + CENTRAL_LENGTH;
    const end = nameAt + nameLength + extraLength + commentLength;
    if (end > bytes.length) throw new ExtractError('malformed', 'directory');
    if (bytes.readUInt16LE(at + 34) !== 0) throw new ExtractError('unsupported', 'split-archive');
    const extra = bytes.subarray(nameAt + nameLength, nameAt + nameLength + extraLength);
    const narrow = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
    const [size = 0, compressedSize = 0, offset = 0] = widened(narrow, extra);
    records.push({
      index, extra, size, compressedSize,
      bytes: bytes.subarray(at, end),
      nameBytes: bytes.subarray(nameAt, nameAt + nameLength),
      comment: bytes.subarray(end - commentLength, end),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      headerAt: offset + directory.base,
    });
    at = end;
  }
  // More records than are counted, or bytes that are none: readers that go by the size see others than those that count.
  if (at !== bytes.length) throw new ExtractError('malformed', 'directory');
  return records;
}

/** Numbers that say "elsewhere" replaced by zip64's. */
function widened(narrow: readonly number[], extra: Uint8Array): readonly number[] {
  const wide = zip64Numbers(extra, narrow.filter((one) => one === ELSEWHERE).length);
  if (wide === undefined) throw new ExtractError('malformed', 'zip64');
  let next = 0;
  return narrow.map((one) => (one === ELSEWHERE ? (wide[next++] ?? 0) : one));
}

function localExtra(local: Uint8Array): Uint8Array {
  const view = Buffer.from(local.buffer, local.byteOffset, local.length);
  return view.subarray(LOCAL_LENGTH + view.readUInt16LE(26));
}

async function readEntry(source: PartSource, record: CentralRecord, bound: number): Promise<ZipEntry> {
  const { headerAt, nameBytes, flags, method, crc, compressedSize, size } = record;
  if (headerAt + LOCAL_LENGTH > bound) throw new ExtractError('malformed', 'entries-overlap');
  const head = Buffer.from(await source.read(headerAt, Math.min(bound - headerAt, LOCAL_LENGTH + nameBytes.length)));
  if (head.readUInt32LE(0) !== LOCAL) throw new ExtractError('malformed', 'local-header');
  const dataAt = headerAt + LOCAL_LENGTH + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (dataAt + compressedSize > bound) throw new ExtractError('malformed', 'entries-overlap');
  const local = Buffer.from(await source.read(headerAt, dataAt - headerAt));
  const localFlags = local.readUInt16LE(6);
  const sameName = local.subarray(LOCAL_LENGTH, LOCAL_LENGTH + local.readUInt16LE(26)).equals(nameBytes);
  // A name in ASCII is the same with the flag of UTF-8 and without: Java's writers set it in one of the two.
  const meant = nameBytes.every((byte) => byte < 0x80) ? MEANT & ~UTF8_FLAG : MEANT;
  if (!sameName || local.readUInt16LE(8) !== method || ((localFlags ^ flags) & meant) !== 0) throw new ExtractError('malformed', 'local-header');
  const named = unicodePath(record.extra);
  const namedLocally = unicodePath(localExtra(local));
  if (named !== undefined && namedLocally !== undefined && Buffer.compare(named, namedLocally) !== 0) throw new ExtractError('malformed', 'local-header');

  const [ownSize = 0, ownCompressed = 0] = widened([local.readUInt32LE(22), local.readUInt32LE(18)], localExtra(local));
  const own: Sizes = { crc: local.readUInt32LE(14), compressedSize: ownCompressed, size: ownSize };
  const agrees = own.crc === crc && own.compressedSize === compressedSize && own.size === size;
  const later = (localFlags & DESCRIPTOR_FLAG) !== 0;
  const open = later && [crc, 0].includes(own.crc) && [compressedSize, 0].includes(own.compressedSize) && [size, 0].includes(own.size);
  if (!agrees && !open) throw new ExtractError('malformed', 'local-header');
  const descriptor = later ? await descriptorLength(source, dataAt + compressedSize, bound, record) : 0;
  if (descriptor === undefined && !agrees) throw new ExtractError('malformed', 'descriptor');
  const unicode = named ?? namedLocally;
  return {
    index: record.index, nameBytes, flags, method, crc, compressedSize, size, headerAt, dataAt, local,
    name: nameOf(nameBytes, flags),
    unicodeName: unicode !== undefined && Buffer.compare(unicode, nameBytes) !== 0 ? unicode : undefined,
    comment: record.comment,
    directory: nameBytes.at(-1) === 0x2f && size === 0 && compressedSize <= 2,
    endAt: dataAt + compressedSize + (descriptor ?? 0),
    central: record.bytes,
    problem: problemOf(record),
  };
}

/** As long as it is when it says what the directory says; undefined when there is none. */
async function descriptorLength(source: PartSource, at: number, bound: number, { crc, compressedSize, size }: Sizes): Promise<number | undefined> {
  const found = Buffer.from(await source.read(at, Math.max(0, Math.min(24, bound - at))));
  for (const [head, width] of [[4, 4], [4, 8], [0, 4], [0, 8]] as const) {
    const length = head + 4 + 2 * width;
    if (length > found.length || (head === 4 && found.readUInt32LE(0) !== DESCRIPTOR)) continue;
    const number = (from: number): number => (width === 4 ? found.readUInt32LE(from) : Number(found.readBigUInt64LE(from)));
    if (found.readUInt32LE(head) === crc && number(head + 4) === compressedSize && number(head + 4 + width) === size) return length;
  }
  return undefined;
}

function nameOf(bytes: Uint8Array, flags: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder((flags & UTF8_FLAG) === 0 ? 'gb18030' : 'utf-8').decode(bytes);
  }
}

function problemOf({ flags, method, compressedSize, size }: CentralRecord): ZipEntry['problem'] {
  if ((flags & (ENCRYPTED_FLAG | HIDDEN)) !== 0 || method === AES) return { reason: 'encrypted', detail: 'zip' };
  if ((method !== STORED && method !== DEFLATED) || (flags & PATCH) !== 0) return { reason: 'unsupported', detail: 'zip-method' };
  if (method === STORED && compressedSize !== size) return { reason: 'malformed', detail: 'zip-size' };
  return undefined;
}

/** What lies before, between and behind entries and directory. */
async function findGaps(source: PartSource, byPlace: readonly ZipEntry[], directory: Directory): Promise<readonly ZipGap[]> {
  const gaps: ZipGap[] = [];
  const between = async (from: number, to: number): Promise<void> => {
    if (to > from && !(await isZero(source, from, to))) gaps.push({ from, to });
  };
  let at = 0;
  for (const { headerAt, endAt } of byPlace) {
    await between(at, headerAt);
    at = endAt;
  }
  await between(at, directory.at);
  await between(directory.at + directory.size, directory.endAt);
  await between(directory.endsAt, source.size);
  return gaps;
}

async function isZero(source: PartSource, from: number, to: number): Promise<boolean> {
  for (let at = from; at < to; at += ZEROS) if ((await source.read(at, Math.min(ZEROS, to - at))).some((byte) => byte !== 0)) return false;
  return true;
}
