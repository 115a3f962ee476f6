/** Gzip files: one member, however many pieces it was packed in; written anew where it was masked. */
import { Readable } from 'node:stream';
import { createDeflateRaw, createInflateRaw, crc32 } from 'node:zlib';
import type { PartSource } from '../../../ports.js';
import { bytesBetween, onlyZeros } from '../byte-ranges.js';
import { ExtractError, memberLabel, type Extracted, type ExtractContext, type Extractor, type Member, type MemberChange } from '../contract.js';
import { rawMember } from '../raw-text.js';
import { readGzHeader, renamedGzHeader, type GzHeader } from './gz-header.js';

const TRAILER = 8;
const LF = Buffer.from('\n');
/** Texts of the headers of concatenated pieces together. */
const MOST_TEXTS = 2 ** 20;
/** Parallel packers make a piece of every few hundred KiB; an empty piece takes 20 bytes. */
const MOST_PIECES = 100_000;

interface Texts {
  readonly bytes: Uint8Array[];
  size: number;
}

function add(texts: Texts, text: Uint8Array): void {
  texts.size += text.length;
  if (texts.size > MOST_TEXTS) throw new ExtractError('too-large', 'gzip headers');
  texts.bytes.push(text, LF);
}

const fromZlib = (thrown: unknown): boolean => typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('Z_');

/** Inflates the piece whose data begins at `at`; returns where its trailer begins, having compared checksum and size. */
async function* inflated(source: PartSource, at: number): AsyncGenerator<Uint8Array, number> {
  const inflate = createInflateRaw();
  const input = Readable.from(bytesBetween(source, at, source.size));
  input.on('error', (error) => inflate.destroy(error));
  input.pipe(inflate);
  let sum = 0;
  let size = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      sum = crc32(piece, sum);
      size += piece.length;
      yield piece;
    }
  } catch (thrown) {
    throw fromZlib(thrown) ? new ExtractError('malformed', 'gzip data') : thrown;
  } finally {
    input.unpipe(inflate);
    input.destroy();
    inflate.destroy();
  }
  const end = at + inflate.bytesWritten;
  if (end + TRAILER > source.size) throw new ExtractError('malformed', 'gzip cut short');
  const trailer = Buffer.from(await source.read(end, TRAILER));
  if (trailer.readUInt32LE(0) !== sum || trailer.readUInt32LE(4) !== size % 2 ** 32) throw new ExtractError('malformed', 'gzip checksum');
  return end + TRAILER;
}

/** All pieces, one behind the other, as gzip writes them out. */
async function* unpacked(source: PartSource, first: GzHeader, texts: Texts): AsyncGenerator<Uint8Array> {
  let header: GzHeader | undefined = first;
  let at = 0;
  for (let piece = 0; header !== undefined; piece++) {
    if (piece >= MOST_PIECES) throw new ExtractError('too-many-parts', 'gzip');
    if (piece > 0 && header.name !== undefined) add(texts, header.bytes.subarray(header.name.from, header.name.to));
    for (const text of header.texts) add(texts, text);
    at = yield* inflated(source, at + header.bytes.length);
    header = at < source.size ? await readGzHeader(source, at) : undefined;
  }
  // Blocks of tapes are filled up with zeros; anything else is read by some and passed over by others.
  if (!(await onlyZeros(source, at, source.size))) throw new ExtractError('malformed', 'gzip with more behind its end');
}

/** `notes.txt` of `notes.txt.gz`, where no name is in the header. */
async function* members(source: PartSource, header: GzHeader): AsyncGenerator<Member> {
  const texts: Texts = { bytes: [], size: 0 };
  const name = header.name === undefined ? undefined : header.bytes.slice(header.name.from, header.name.to);
  yield { index: 0, nameBytes: name, label: memberLabel(1, name), bytes: unpacked(source, header, texts), maskable: true };
  if (texts.size > 0) yield rawMember(1, 'headers', Buffer.concat(texts.bytes));
}

async function* rewritten(source: PartSource, header: GzHeader, change: MemberChange | undefined): AsyncGenerator<Uint8Array> {
  yield change === undefined ? header.bytes : renamedGzHeader(header, change.name);
  if (change?.bytes === undefined) {
    yield* bytesBetween(source, header.bytes.length, source.size);
    return;
  }
  let sum = 0;
  let size = 0;
  async function* counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      sum = crc32(piece, sum);
      size += piece.length;
      yield piece;
    }
  }
  const input = Readable.from(counted(change.bytes()));
  const deflate = createDeflateRaw();
  input.on('error', (error) => deflate.destroy(error));
  input.pipe(deflate);
  try {
    for await (const piece of deflate as AsyncIterable<Buffer>) yield piece;
  } finally {
    input.destroy();
    deflate.destroy();
  }
  const trailer = Buffer.alloc(TRAILER);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

export const gzip: Extractor = {
  format: 'gzip',
  async open(source: PartSource, _context: ExtractContext): Promise<Extracted> {
    const header = await readGzHeader(source, 0);
    if (header === undefined) throw new ExtractError('malformed', 'gzip header');
    return {
      chain: ['gzip'],
      members: () => members(source, header),
      rewrite: (changes) => rewritten(source, header, changes.get(0)),
      close: () => Promise.resolve(),
    };
  },
};
