/** Reads files of zstd frame by frame, a block at a time, with the decoder that bodies go through. */
import { CodecError } from '../../codec/codec-error.js';
import { decodeBlock, newBlockState } from '../../codec/zstd-block.js';
import { BLOCK_HEADER, BLOCK_MOST, blockHeader, frameHeader } from '../../codec/zstd-frame.js';
import { ZstdWindow } from '../../codec/zstd-window.js';
import { ExtractError } from '../contract.js';
import type { ByteFeed } from './bit-reader.js';
import { skipFrame } from './lz4.js';

const MAGIC = 0xfd2fb528;
/** What the zstd command takes without being asked (`--long=27`). */
const MOST_WINDOW = 128 * 2 ** 20;
/** Magic, descriptor, window, no dictionary, content size. */
const HEADER_MOST = 14;
const CHECKSUM = 4;

function malformed(): ExtractError {
  return new ExtractError('malformed', 'zstd');
}

/** What `read` makes of bytes that may be no zstd. */
function told<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof CodecError ? new ExtractError(thrown.reason, thrown.detail) : thrown;
  }
}

async function* frame(feed: ByteFeed, window: ZstdWindow): AsyncGenerator<Uint8Array> {
  const there = await feed.fill(HEADER_MOST);
  const header = told(() => frameHeader(Buffer.from(feed.peek(Math.min(there, HEADER_MOST))), MOST_WINDOW));
  if (header === undefined) throw malformed();
  feed.take(header.length);
  window.reset(header.window);
  const state = newBlockState();
  for (let decoded = 0; ; ) {
    await feed.fill(BLOCK_HEADER + BLOCK_MOST + CHECKSUM);
    const { kind, last, size, length } = told(() => blockHeader(Buffer.from(feed.take(BLOCK_HEADER))));
    const body = feed.take(length);
    told(() => {
      window.begin();
      if (kind === 'raw') window.append(body);
      else if (kind === 'repeated') window.fill(body[0] ?? 0, size);
      else decodeBlock(Buffer.from(body), state, window);
    });
    const ready = window.block();
    decoded += ready.length;
    if (ready.length > 0) yield ready;
    if (!last) continue;
    if (header.contentSize !== undefined && header.contentSize !== decoded) throw malformed();
    if (header.checksum) feed.take(CHECKSUM);
    return;
  }
}

export async function* unzstd(feed: ByteFeed, skipped: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  const window = new ZstdWindow();
  for (let frames = 0; (await feed.fill(8)) >= 4; frames++) {
    const magic = Buffer.from(feed.peek(4)).readUInt32LE(0);
    if (magic === MAGIC) yield* frame(feed, window);
    else if (magic >>> 4 === 0x184d2a5) await skipFrame(feed, skipped);
    else if (frames === 0) throw malformed();
    else return;
  }
}
