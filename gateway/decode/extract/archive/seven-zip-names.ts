/** Names of a 7z archive's members, read from its header by ourselves: the library shows a star for every letter beyond ASCII. */
import { ExtractError } from '../contract.js';
import { LzmaDecoder } from '../packed/lzma.js';

const P = { end: 0, header: 1, properties: 2, additional: 3, streams: 4, files: 5, pack: 6, unpack: 7, sub: 8, size: 9, crc: 10, folder: 11, unpackSize: 12, count: 13, names: 17, encoded: 23 } as const;
const LZMA = '030101';
/** Ten thousand names of a hundred letters, and as much again. */
const MOST_HEADER = 16 * 2 ** 20;
const MOST_ITEMS = 200_000;

interface Coder {
  readonly id: string;
  readonly properties: Buffer;
  readonly outputs: number;
}
interface Folder {
  readonly coders: readonly Coder[];
  readonly outputs: number;
}
interface Streams {
  readonly packAt: number;
  readonly packSizes: readonly number[];
  readonly folders: readonly Folder[];
  readonly sizes: readonly (readonly number[])[];
}

class Reader {
  at = 0;
  constructor(readonly data: Buffer) {}
  byte(): number {
    const byte = this.data[this.at++];
    if (byte === undefined) throw new ExtractError('malformed', '7z header');
    return byte;
  }
  take(count: number): Buffer {
    if (count > this.data.length - this.at) throw new ExtractError('malformed', '7z header');
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }
  /** The first byte's leading ones say how many bytes follow. */
  number(): number {
    const first = this.byte();
    let value = 0;
    let mask = 0x80;
    for (let i = 0; i < 8; i++, mask >>= 1) {
      if ((first & mask) === 0) return value + (first & (mask - 1)) * 2 ** (8 * i);
      value += this.byte() * 2 ** (8 * i);
    }
    return value;
  }
  /** A number of things that follow. */
  count(): number {
    const value = this.number();
    if (value > MOST_ITEMS) throw new ExtractError('too-many-parts', '7z');
    return value;
  }
  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.number());
  }
  /** Passes over checksums; answers how many there were. */
  checksums(count: number): readonly boolean[] {
    const bits = this.byte() === 0 ? this.take(Math.ceil(count / 8)) : undefined;
    const defined = Array.from({ length: count }, (_, i) => bits === undefined || ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0);
    this.take(4 * defined.filter(Boolean).length);
    return defined;
  }
}

function readFolder(reader: Reader): Folder {
  let inputs = 0;
  let outputs = 0;
  const coders = Array.from({ length: reader.count() }, (): Coder => {
    const flags = reader.byte();
    const id = reader.take(flags & 15).toString('hex');
    const own = flags & 16 ? [reader.count(), reader.count()] : [1, 1];
    inputs += own[0] ?? 1;
    outputs += own[1] ?? 1;
    return { id, outputs: own[1] ?? 1, properties: flags & 32 ? reader.take(reader.count()) : Buffer.alloc(0) };
  });
  const pairs = Math.max(0, outputs - 1);
  reader.numbers(2 * pairs);
  if (inputs - pairs > 1) reader.numbers(inputs - pairs);
  return { coders, outputs };
}

/** Where packed streams lie and how they are packed; ends behind its closing mark. */
function readStreams(reader: Reader): Streams {
  let packAt = 0;
  let packSizes: number[] = [];
  let folders: Folder[] = [];
  let sizes: number[][] = [];
  let summed: readonly boolean[] = [];
  for (let part = reader.byte(); part !== P.end; part = reader.byte()) {
    if (part === P.pack) {
      packAt = reader.number();
      const count = reader.count();
      for (let id = reader.byte(); id !== P.end; id = reader.byte()) {
        if (id === P.size) packSizes = reader.numbers(count);
        else if (id === P.crc) reader.checksums(count);
        else throw new ExtractError('malformed', '7z header');
      }
    } else if (part === P.unpack) {
      for (let id = reader.byte(); id !== P.end; id = reader.byte()) {
        if (id === P.folder) {
          const count = reader.count();
          if (reader.byte() !== 0) throw new ExtractError('unsupported', '7z header');
          folders = Array.from({ length: count }, () => readFolder(reader));
        } else if (id === P.unpackSize) sizes = folders.map((folder) => reader.numbers(folder.outputs));
        else if (id === P.crc) summed = reader.checksums(folders.length);
        else throw new ExtractError('malformed', '7z header');
      }
    } else if (part === P.sub) {
      let counts = folders.map(() => 1);
      for (let id = reader.byte(); id !== P.end; id = reader.byte()) {
        if (id === P.count) counts = folders.map(() => reader.count());
        else if (id === P.size) for (const count of counts) reader.numbers(Math.max(0, count - 1));
        else if (id === P.crc) reader.checksums(Math.min(MOST_ITEMS, counts.reduce((sum, count, i) => sum + (count === 1 && summed[i] === true ? 0 : count), 0)));
        else throw new ExtractError('malformed', '7z header');
      }
    } else throw new ExtractError('malformed', '7z header');
  }
  return { packAt, packSizes, folders, sizes };
}

/** The header itself may be packed, as a rule by LZMA. */
function unpackHeader(archive: Buffer, streams: Streams): Buffer {
  const folder = streams.folders[0];
  const coder = folder?.coders[0];
  const size = streams.sizes[0]?.[0] ?? 0;
  if (folder?.coders.some(({ id }) => id.startsWith('06f1')) === true) throw new ExtractError('encrypted', '7z');
  if (coder === undefined || folder?.coders.length !== 1 || streams.folders.length !== 1) throw new ExtractError('unsupported', '7z header');
  if (size > MOST_HEADER) throw new ExtractError('too-large', '7z header');
  const from = 32 + streams.packAt;
  const packed = archive.subarray(from, from + (streams.packSizes[0] ?? 0));
  if (/^0*$/.test(coder.id)) return packed;
  if (coder.id !== LZMA || coder.properties.length < 5) throw new ExtractError('unsupported', '7z header');
  const decoder = new LzmaDecoder(Math.max(4096, Math.min(MOST_HEADER, coder.properties.readUInt32LE(1))));
  decoder.setProperties(coder.properties[0] ?? 0);
  decoder.resetState();
  return Buffer.from(decoder.decode(packed, size, true));
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function namesIn(reader: Reader, met: (streams: Streams) => void): readonly string[] {
  for (let part = reader.byte(); part !== P.files; part = reader.byte()) {
    if (part === P.end) return [];
    if (part === P.streams || part === P.additional) met(readStreams(reader));
    else if (part === P.properties) for (let id = reader.byte(); id !== P.end; id = reader.byte()) reader.take(reader.count());
    else throw new ExtractError('malformed', '7z header');
  }
  const count = reader.count();
  for (let id = reader.number(); id !== P.end; id = reader.number()) {
    const body = reader.take(reader.number());
    if (id !== P.names) continue;
    if (body[0] !== 0) throw new ExtractError('unsupported', '7z header');
    const names = body.toString('utf16le', 1).split('\0');
    if (names.length !== count + 1) throw new ExtractError('malformed', '7z names');
    return names.slice(0, count);
  }
  return [];
}

/** Names in the archive's order, none where it has no members; and how many bytes its packed streams take, that of the header counted. */
export function sevenZipNames(bytes: Uint8Array): { readonly names: readonly string[]; readonly packed: number } {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let header = archive.subarray(archive.length - Number(archive.readBigUInt64LE(20)));
  let packed = 0;
  // Packed once as a rule, twice by nobody.
  for (let times = 0; times < 4 && header.length > 0; times++) {
    const reader = new Reader(header);
    const kind = reader.byte();
    if (kind === P.header) {
      const names = namesIn(reader, (streams) => (packed += sum(streams.packSizes)));
      return { names, packed };
    }
    if (kind !== P.encoded) break;
    const streams = readStreams(reader);
    packed += sum(streams.packSizes);
    header = unpackHeader(archive, streams);
  }
  if (header.length === 0) return { names: [], packed };
  throw new ExtractError('malformed', '7z header');
}
