/** Reads xz: streams of blocks, each packed by LZMA2; other filters are not read. */
import { crc32 } from 'node:zlib';
import { ExtractError } from '../contract.js';
import type { ByteFeed } from './bit-reader.js';
import { LzmaDecoder } from './lzma.js';

/** `xz -9` takes 64 MiB for its window; more has to be asked for by hand. */
const MOST_WINDOW = 64 * 2 ** 20;
const STREAM_HEAD = 12;
const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const FOOTER_MAGIC = 'YZ';
const LZMA2 = 0x21;
const CHUNK = 64 * 1024 + 6;
const CRC32 = 1;
/** Bytes of the check, by its number. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;
/** Records of an index: one a block, and threads make blocks of several MiB. */
const MOST_RECORDS = 100_000;

function malformed(): ExtractError {
  return new ExtractError('malformed', 'xz');
}

/** A number of up to nine bytes, seven bits each. */
function variable(next: () => number): number {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = next();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (byte === 0 && i > 0) throw malformed();
      return value;
    }
  }
  throw malformed();
}

/** Reads a block's header of `size` bytes and answers with the window it asks for. */
function windowOf(header: Uint8Array): number {
  const size = header.length;
  const view = Buffer.from(header.buffer, header.byteOffset, size);
  if (view.readUInt32LE(size - 4) !== crc32(view.subarray(0, size - 4))) throw malformed();
  const flags = header[1] ?? 0;
  if (flags & 0x3c) throw new ExtractError('unsupported', 'xz filter');
  let at = 2;
  const next = (): number => {
    const byte = at < size - 4 ? header[at++] : undefined;
    if (byte === undefined) throw malformed();
    return byte;
  };
  if (flags & 0x40) variable(next);
  if (flags & 0x80) variable(next);
  if ((flags & 3) !== 0 || variable(next) !== LZMA2) throw new ExtractError('unsupported', 'xz filter');
  if (variable(next) !== 1) throw malformed();
  const bits = next();
  if (bits > 40) throw malformed();
  const window = bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  if (window > MOST_WINDOW) throw new ExtractError('too-large', 'xz window');
  return window;
}

/** Chunks until the block's end; `used` counts packed bytes for the padding behind them. */
async function* chunks(feed: ByteFeed, window: number, used: { bytes: number }): AsyncGenerator<Uint8Array> {
  const decoder = new LzmaDecoder(window);
  let ready = { window: false, state: false, properties: false };
  for (;;) {
    await feed.fill(CHUNK);
    const control = feed.byte();
    used.bytes++;
    if (control === 0) return;
    const head = feed.take(2);
    if (control < 0x80) {
      if (control > 2 || (control === 2 && !ready.window)) throw malformed();
      if (control === 1) {
        decoder.resetWindow();
        ready = { ...ready, window: true, state: false };
      }
      const bytes = feed.take((head[0] ?? 0) * 256 + (head[1] ?? 0) + 1).slice();
      used.bytes += 2 + bytes.length;
      decoder.copy(bytes);
      yield bytes;
      continue;
    }
    const size = (control & 0x1f) * 65536 + (head[0] ?? 0) * 256 + (head[1] ?? 0) + 1;
    const packed = feed.byte() * 256 + feed.byte() + 1;
    used.bytes += 4;
    const reset = (control >> 5) & 3;
    if (reset === 3) {
      decoder.resetWindow();
      ready = { ...ready, window: true };
    }
    if (reset >= 2) {
      decoder.setProperties(feed.byte());
      used.bytes++;
      ready = { ...ready, properties: true };
    }
    if (reset >= 1) {
      if (!ready.properties) throw malformed();
      decoder.resetState();
      ready = { ...ready, state: true };
    }
    if (!ready.window || !ready.state) throw malformed();
    used.bytes += packed;
    yield decoder.decode(feed.take(packed), size);
  }
}

async function* block(feed: ByteFeed, checkSize: number, check: number): AsyncGenerator<Uint8Array> {
  const size = (feed.byte() + 1) * 4;
  await feed.fill(size);
  const header = Buffer.concat([Buffer.from([size / 4 - 1]), feed.take(size - 1)]);
  const used = { bytes: 0 };
  let sum = 0;
  for await (const piece of chunks(feed, windowOf(header), used)) {
    if (check === CRC32) sum = crc32(piece, sum);
    yield piece;
  }
  await feed.fill(4 + checkSize);
  if (feed.take((4 - (used.bytes % 4)) % 4).some((byte) => byte !== 0)) throw malformed();
  const said = Buffer.from(feed.take(checkSize));
  if (check === CRC32 && said.readUInt32LE(0) !== sum) throw malformed();
}

/** Passes over the index and the footer behind it. */
async function index(feed: ByteFeed): Promise<void> {
  let used = 1;
  feed.byte();
  const next = (): number => {
    used++;
    return feed.byte();
  };
  await feed.fill(32);
  const records = variable(next);
  if (records > MOST_RECORDS) throw new ExtractError('too-many-parts', 'xz');
  for (let i = 0; i < records; i++) {
    await feed.fill(32);
    variable(next);
    variable(next);
  }
  await feed.fill(32);
  if (feed.take((4 - (used % 4)) % 4).some((byte) => byte !== 0)) throw malformed();
  feed.take(4);
  if (Buffer.from(feed.take(12).subarray(10)).toString('latin1') !== FOOTER_MAGIC) throw malformed();
}

export async function* unxz(feed: ByteFeed): AsyncGenerator<Uint8Array> {
  for (let stream = 0; ; stream++) {
    await feed.fill(STREAM_HEAD);
    // Streams are filled up with zeros, four by four.
    while (stream > 0 && feed.peek(4).length === 4 && feed.peek(4).every((byte) => byte === 0)) {
      feed.take(4);
      await feed.fill(STREAM_HEAD);
    }
    if (!MAGIC.equals(feed.peek(6))) {
      if (stream === 0) throw malformed();
      return;
    }
    const head = feed.take(STREAM_HEAD);
    const check = head[7] ?? 0;
    const checkSize = CHECK_SIZES[check];
    if (head[6] !== 0 || checkSize === undefined) throw malformed();
    for (;;) {
      if ((await feed.fill(1024)) === 0) throw malformed();
      if (feed.peek(1)[0] === 0) break;
      yield* block(feed, checkSize, check);
    }
    await index(feed);
  }
}
