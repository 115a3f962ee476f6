/** Reads LZ4 frames, new and legacy, and what stands in frames that readers skip. */
import { ExtractError } from '../contract.js';
import type { ByteFeed } from './bit-reader.js';

const HISTORY = 64 * 1024;
const LEGACY_BLOCK = 8 * 2 ** 20;
const FRAME = 0x184d2204;
const LEGACY = 0x184c2102;

function malformed(): ExtractError {
  return new ExtractError('malformed', 'lz4');
}

/** One block unpacked behind `from` in `room`; answers where it ends. */
function unpackBlock(input: Uint8Array, room: Uint8Array, from: number, least: number): number {
  let at = 0;
  let to = from;
  const lengthOf = (start: number): number => {
    let length = start;
    if (start === 15) {
      for (;;) {
        const byte = input[at++];
        if (byte === undefined) throw malformed();
        length += byte;
        if (byte !== 255) break;
      }
    }
    return length;
  };
  while (at < input.length) {
    const token = input[at++] ?? 0;
    const literals = lengthOf(token >> 4);
    if (at + literals > input.length || to + literals > room.length) throw malformed();
    room.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === input.length) break;
    const distance = (input[at] ?? 0) + 256 * (input[at + 1] ?? 0);
    at += 2;
    const length = lengthOf(token & 15) + 4;
    if (distance === 0 || to - distance < least || to + length > room.length) throw malformed();
    for (let i = 0; i < length; i++) room[to] = room[to++ - distance] ?? 0;
  }
  return to;
}

const le32 = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt32LE(0);

async function* frame(feed: ByteFeed): AsyncGenerator<Uint8Array> {
  await feed.fill(32);
  const flags = feed.byte();
  const size = (feed.byte() >> 4) & 7;
  if (flags >> 6 !== 1 || size < 4) throw malformed();
  if (flags & 1) throw new ExtractError('unsupported', 'lz4 dictionary');
  if (flags & 8) feed.take(8);
  feed.byte();
  const most = 2 ** (8 + 2 * size);
  const linked = (flags & 0x20) === 0;
  const room = new Uint8Array(HISTORY + most);
  let history = 0;
  for (;;) {
    await feed.fill(most + 8);
    const word = le32(feed.take(4));
    if (word === 0) break;
    const length = word % 2 ** 31;
    if (length > most) throw malformed();
    const packed = feed.take(length);
    let to: number;
    if (word >= 2 ** 31) {
      room.set(packed, HISTORY);
      to = HISTORY + length;
    } else to = unpackBlock(packed, room, HISTORY, HISTORY - history);
    if (flags & 0x10) feed.take(4);
    yield room.slice(HISTORY, to);
    if (linked) {
      history = Math.min(HISTORY, history + to - HISTORY);
      room.copyWithin(HISTORY - history, to - history, to);
    }
  }
  if (flags & 4) feed.take(4);
}

/** Frames one behind the other; texts in frames that readers skip go to `skipped`. */
export async function* unlz4(feed: ByteFeed, skipped: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for (let frames = 0; ; ) {
    if ((await feed.fill(8)) < 4) break;
    const magic = le32(feed.peek(4));
    if (magic === FRAME) {
      feed.take(4);
      yield* frame(feed);
    } else if (magic === LEGACY) {
      feed.take(4);
      const room = new Uint8Array(LEGACY_BLOCK);
      for (;;) {
        const there = await feed.fill(LEGACY_BLOCK + LEGACY_BLOCK / 128);
        if (there < 4) break;
        const length = le32(feed.peek(4));
        // A number no block can have begins the next frame.
        if (length > LEGACY_BLOCK + LEGACY_BLOCK / 128) break;
        feed.take(4);
        yield room.slice(0, unpackBlock(feed.take(length), room, 0, 0));
      }
    } else if (magic >>> 4 === 0x184d2a5) await skipFrame(feed, skipped);
    else if (frames === 0) throw malformed();
    else break;
    frames++;
  }
}

/** A skippable frame of zstd and LZ4. */
export async function skipFrame(feed: ByteFeed, skipped: (bytes: Uint8Array) => void): Promise<void> {
  feed.take(4);
  let left = le32(feed.take(4));
  while (left > 0) {
    const here = Math.min(left, 64 * 1024);
    await feed.fill(here);
    skipped(feed.take(here).slice());
    left -= here;
  }
}
