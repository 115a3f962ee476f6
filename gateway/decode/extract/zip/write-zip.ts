/** Writes a zip anew with some entries changed: everything else is copied byte for byte, only the directory is rebuilt around it. */
import { crc32, createDeflateRaw, deflateRawSync } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import { ExtractError } from '../contract.js';
import {
  CENTRAL_LENGTH, DESCRIPTOR, DESCRIPTOR_FLAG, ELSEWHERE, ELSEWHERE_16, END, END64, END64_LENGTH, END_LENGTH, LOCAL, LOCAL_LENGTH, LOCATOR64, LOCATOR64_LENGTH,
  type ZipArchive, type ZipChange, type ZipEntry, type ZipGap,
} from './archive.js';
import { PIECE, stretch } from './entry-bytes.js';
import { UNICODE_PATH, withoutFields, ZIP64_FIELD } from './extra-fields.js';

/** Compressed at once, so that its sizes stand in front of it as readers like it; a larger one says them behind. */
const AT_ONCE = 4 * 2 ** 20;
const DEFLATED = 8;
/** zlib's own default: programs that make documents use it. */
const LEVEL = 6;
/** From here an entry gets zip64's fields before its size is known: a change keeps lengths, nearly. */
const WIDE_FROM = 2 ** 31;
const ZIP64_VERSION = 45;
const DEFLATE_VERSION = 20;

/** What an entry has become. */
interface Written {
  readonly entry: ZipEntry;
  readonly offset: number;
  readonly changed?: { readonly crc: number; readonly compressedSize: number; readonly size: number; readonly flags: number; readonly wide: boolean };
}

/** `comment` replaces the archive's, as long as it was. Every call with the same changes yields the same bytes. */
export async function* writeZip(archive: ZipArchive, changes: ReadonlyMap<number, ZipChange>, comment?: Uint8Array): AsyncGenerator<Uint8Array> {
  const { entries, directoryAt, directoryEnd, base } = archive;
  const byPlace: readonly (ZipEntry | ZipGap)[] = [...entries, ...uncovered(archive)].sort((a, b) => startOf(a) - startOf(b));
  const written = new Map<number, Written>();
  let at = 0;
  const counted = function* (pieces: readonly Uint8Array[]): Generator<Uint8Array> {
    for (const piece of pieces) {
      at += piece.length;
      yield piece;
    }
  };
  for (const one of byPlace) {
    if (startOf(one) >= directoryAt) break;
    const change = 'index' in one ? changes.get(one.index) : undefined;
    if ('index' in one) written.set(one.index, { entry: one, offset: at - base });
    if (!('index' in one) || change === undefined || (change.bytes === undefined && change.name === undefined)) {
      for await (const piece of stretch(archive, startOf(one), 'index' in one ? one.endAt : one.to)) yield* counted([piece]);
    } else if (change.bytes === undefined) {
      yield* counted([withName(one, change.name)]);
      for await (const piece of stretch(archive, one.dataAt, one.endAt)) yield* counted([piece]);
    } else {
      const offset = at - base;
      const result = yield* forward(changedEntry(one, change.bytes(), change.name), (length) => (at += length));
      written.set(one.index, { entry: one, offset, changed: result });
    }
  }
  const newDirectoryAt = at;
  for (const entry of entries) {
    const one = written.get(entry.index);
    if (one === undefined) throw new ExtractError('failed', 'zip-write');
    yield* counted([centralRecord(one, changes.get(entry.index))]);
  }
  const size = at - newDirectoryAt;
  for (const gap of uncovered(archive)) if (gap.from >= directoryEnd && gap.to <= archive.endAt) for await (const piece of stretch(archive, gap.from, gap.to)) yield* counted([piece]);
  yield* counted(endRecords(archive, { count: entries.length, size, offset: newDirectoryAt - base, at }, comment ?? archive.comment));
  for await (const piece of stretch(archive, archive.endsAt, archive.source.size)) yield piece;
}

function startOf(one: ZipEntry | ZipGap): number {
  return 'index' in one ? one.headerAt : one.from;
}

/** All bytes that no entry covers, zeros included. */
function uncovered({ entries, directoryAt, directoryEnd, endAt }: ZipArchive): readonly ZipGap[] {
  const gaps: ZipGap[] = [];
  let at = 0;
  for (const { headerAt, endAt: end } of [...entries].sort((a, b) => a.headerAt - b.headerAt)) {
    if (headerAt > at) gaps.push({ from: at, to: headerAt });
    at = end;
  }
  if (directoryAt > at) gaps.push({ from: at, to: directoryAt });
  if (endAt > directoryEnd) gaps.push({ from: directoryEnd, to: endAt });
  return gaps;
}

async function* forward<T>(pieces: AsyncGenerator<Uint8Array, T>, count: (length: number) => void): AsyncGenerator<Uint8Array, T> {
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return next.value;
    count(next.value.length);
    yield next.value;
  }
}

/** The local header under another name of the same length; a second name in Unicode would tell the first. */
function withName({ local, nameBytes }: ZipEntry, name: Uint8Array | undefined, without: readonly number[] = []): Buffer {
  const nameEnd = LOCAL_LENGTH + nameBytes.length;
  const extra = withoutFields(local.subarray(nameEnd), name === undefined ? without : [...without, UNICODE_PATH]);
  const out = Buffer.concat([local.subarray(0, LOCAL_LENGTH), checkedName(nameBytes, name), extra]);
  out.writeUInt16LE(extra.length, 28);
  return out;
}

function checkedName(before: Uint8Array, name: Uint8Array | undefined): Uint8Array {
  if (name !== undefined && name.length !== before.length) throw new ExtractError('failed', 'zip-write');
  return name ?? before;
}

async function* changedEntry(entry: ZipEntry, bytes: AsyncIterable<Uint8Array>, name: Uint8Array | undefined): AsyncGenerator<Uint8Array, NonNullable<Written['changed']>> {
  const first: Uint8Array[] = [];
  const source = bytes[Symbol.asyncIterator]();
  let kept = 0;
  let ended = false;
  while (kept <= AT_ONCE) {
    const next = await source.next();
    if (next.done === true) {
      ended = true;
      break;
    }
    kept += next.value.length;
    first.push(Uint8Array.from(next.value));
  }
  const flags = entry.flags & ~DESCRIPTOR_FLAG;
  if (ended) {
    const plain = Buffer.concat(first);
    const packed = deflateRawSync(plain, { level: LEVEL });
    const result = { crc: crc32(plain), compressedSize: packed.length, size: plain.length, flags, wide: false };
    yield localHeader(entry, name, result);
    yield packed;
    return result;
  }
  const wide = entry.size >= WIDE_FROM;
  yield localHeader(entry, name, { crc: 0, compressedSize: 0, size: 0, flags: flags | DESCRIPTOR_FLAG, wide });
  let crc = 0;
  let size = 0;
  let compressedSize = 0;
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    const take = (piece: Uint8Array): Uint8Array => {
      crc = crc32(piece, crc);
      size += piece.length;
      return piece;
    };
    for (const piece of first.splice(0)) yield take(piece);
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield take(next.value);
  };
  for await (const piece of deflated(rest())) {
    compressedSize += piece.length;
    yield piece;
  }
  if (!wide && (size >= ELSEWHERE || compressedSize >= ELSEWHERE)) throw new ExtractError('failed', 'zip-write');
  const descriptor = Buffer.alloc(wide ? 24 : 16);
  descriptor.writeUInt32LE(DESCRIPTOR, 0);
  descriptor.writeUInt32LE(crc, 4);
  if (wide) {
    descriptor.writeBigUInt64LE(BigInt(compressedSize), 8);
    descriptor.writeBigUInt64LE(BigInt(size), 16);
  } else {
    descriptor.writeUInt32LE(compressedSize, 8);
    descriptor.writeUInt32LE(size, 12);
  }
  yield descriptor;
  return { crc, compressedSize, size, flags: flags | DESCRIPTOR_FLAG, wide };
}

async function* deflated(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const engine = createDeflateRaw({ level: LEVEL, chunkSize: PIECE });
  const source = Readable.from(pieces, { objectMode: true, highWaterMark: 1 });
  // The engine is destroyed with what went wrong in front of it, and reading it throws that.
  pipeline(source, engine, () => undefined);
  try {
    for await (const piece of engine as AsyncIterable<Buffer>) yield piece;
  } finally {
    source.destroy();
    engine.destroy();
  }
}

function localHeader(entry: ZipEntry, name: Uint8Array | undefined, { crc, compressedSize, size, flags, wide }: NonNullable<Written['changed']>): Buffer {
  const plain = withName(entry, name, [ZIP64_FIELD]);
  const out = wide ? Buffer.concat([plain, zip64Field([size, compressedSize])]) : plain;
  out.writeUInt32LE(LOCAL, 0);
  out.writeUInt16LE(Math.max(out.readUInt16LE(4), wide ? ZIP64_VERSION : DEFLATE_VERSION), 4);
  out.writeUInt16LE(flags, 6);
  out.writeUInt16LE(DEFLATED, 8);
  out.writeUInt32LE(crc, 14);
  out.writeUInt32LE(wide ? ELSEWHERE : compressedSize, 18);
  out.writeUInt32LE(wide ? ELSEWHERE : size, 22);
  out.writeUInt16LE(out.length - LOCAL_LENGTH - entry.nameBytes.length, 28);
  return out;
}

function zip64Field(numbers: readonly number[]): Buffer {
  const out = Buffer.alloc(4 + 8 * numbers.length);
  out.writeUInt16LE(ZIP64_FIELD, 0);
  out.writeUInt16LE(8 * numbers.length, 2);
  numbers.forEach((one, index) => out.writeBigUInt64LE(BigInt(one), 4 + 8 * index));
  return out;
}

function centralRecord({ entry, offset, changed }: Written, change: ZipChange | undefined): Buffer {
  const { central, nameBytes, comment } = entry;
  const head = Buffer.from(central.subarray(0, CENTRAL_LENGTH));
  const nameEnd = CENTRAL_LENGTH + nameBytes.length;
  const own = central.subarray(nameEnd, central.length - comment.length);
  const { size, compressedSize } = changed ?? entry;
  const wide: number[] = [];
  const place = (value: number, at: number): void => {
    if (value >= ELSEWHERE) wide.push(value);
    head.writeUInt32LE(Math.min(value, ELSEWHERE), at);
  };
  // In this order: what says "elsewhere" is read from the field one after the other.
  place(size, 24);
  place(compressedSize, 20);
  place(offset, 42);
  const extra = Buffer.concat([...(wide.length > 0 ? [zip64Field(wide)] : []), withoutFields(own, change?.name === undefined ? [ZIP64_FIELD] : [ZIP64_FIELD, UNICODE_PATH])]);
  if (extra.length > ELSEWHERE_16) throw new ExtractError('failed', 'zip-write');
  head.writeUInt16LE(extra.length, 30);
  if (wide.length > 0) head.writeUInt16LE(Math.max(head.readUInt16LE(6), ZIP64_VERSION), 6);
  if (changed !== undefined) {
    head.writeUInt16LE(Math.max(head.readUInt16LE(6), changed.wide ? ZIP64_VERSION : DEFLATE_VERSION), 6);
    head.writeUInt16LE(changed.flags, 8);
    head.writeUInt16LE(DEFLATED, 10);
    head.writeUInt32LE(changed.crc, 16);
  }
  return Buffer.concat([head, checkedName(nameBytes, change?.name), extra, checkedName(comment, change?.comment)]);
}

function endRecords(archive: ZipArchive, { count, size, offset, at }: { count: number; size: number; offset: number; at: number }, comment: Uint8Array): readonly Uint8Array[] {
  const end = Buffer.alloc(END_LENGTH);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(Math.min(count, ELSEWHERE_16), 8);
  end.writeUInt16LE(Math.min(count, ELSEWHERE_16), 10);
  end.writeUInt32LE(Math.min(size, ELSEWHERE), 12);
  end.writeUInt32LE(Math.min(offset, ELSEWHERE), 16);
  end.writeUInt16LE(comment.length, 20);
  checkedName(archive.comment, comment);
  if (!archive.zip64 && count <= ELSEWHERE_16 && size < ELSEWHERE && offset < ELSEWHERE) return [end, comment];
  const wide = Buffer.alloc(END64_LENGTH);
  wide.writeUInt32LE(END64, 0);
  wide.writeBigUInt64LE(BigInt(END64_LENGTH - 12), 4);
  wide.writeUInt16LE(ZIP64_VERSION, 12);
  wide.writeUInt16LE(ZIP64_VERSION, 14);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(size), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(LOCATOR64_LENGTH);
  locator.writeUInt32LE(LOCATOR64, 0);
  locator.writeBigUInt64LE(BigInt(at - archive.base), 8);
  locator.writeUInt32LE(1, 16);
  return [wide, locator, end, comment];
}
