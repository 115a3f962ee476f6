/** zstd (RFC 8878), frame by frame and block by block, so that no more is decoded at once than one block stands for. */
import { setImmediate as turn } from 'node:timers/promises';
import { CodecError } from './codec-error.js';
import { MEMBERS_MOST } from './limits.js';
import { malformed, NOTHING_LEFT, type Stage } from './stage.js';
import { decodeBlock, newBlockState, type BlockState } from './zstd-block.js';
import { BLOCK_HEADER, blockHeader, frameHeader, type FrameHeader } from './zstd-frame.js';
import { ZstdWindow } from './zstd-window.js';

const CHECKSUM = 4;
/** Blocks between two turns of other work: a few milliseconds. */
const BLOCKS_AT_ONCE = 8;

interface Frame {
  readonly header: FrameHeader;
  readonly state: BlockState;
  decoded: number;
  /** Only a checksum is still to come. Who receives the body checks it; what it covers was read here. */
  ended: boolean;
}

export function unzstd(): Stage {
  const window = new ZstdWindow();
  let kept = Buffer.alloc(0);
  let frame: Frame | undefined;
  let frames = 0;
  let blocks = 0;
  let ready: Uint8Array | undefined;

  /** Takes one header, block or checksum; answers with its length, 0 while it is not all there. */
  function step(bytes: Buffer): number {
    if (frame === undefined) {
      const header = frameHeader(bytes);
      if (header === undefined) return 0;
      if (++frames > MEMBERS_MOST) throw new CodecError('too-many-parts', 'zstd-frames');
      window.reset(header.window);
      frame = { header, state: newBlockState(), decoded: 0, ended: false };
      return header.length;
    }
    if (!frame.ended) return block(frame, bytes);
    if (bytes.length < CHECKSUM) return 0;
    frame = undefined;
    return CHECKSUM;
  }
  function block(of: Frame, bytes: Buffer): number {
    if (bytes.length < BLOCK_HEADER) return 0;
    const { kind, last, size, length } = blockHeader(bytes);
    if (bytes.length < BLOCK_HEADER + length) return 0;
    const body = bytes.subarray(BLOCK_HEADER, BLOCK_HEADER + length);
    window.begin();
    if (kind === 'raw') window.append(body);
    else if (kind === 'repeated') window.fill(body[0] ?? 0, size);
    else decodeBlock(body, of.state, window);
    ready = window.block();
    of.decoded += ready.length;
    if (last) {
      if (of.header.contentSize !== undefined && of.header.contentSize !== of.decoded) throw malformed('zstd-size');
      of.ended = true;
      if (!of.header.checksum) frame = undefined;
    }
    return BLOCK_HEADER + length;
  }

  return {
    async *write(bytes) {
      kept = kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([kept, bytes]);
      for (let at = 0; ; ) {
        const length = at < kept.length ? step(kept.subarray(at)) : 0;
        if (length === 0) {
          kept = kept.subarray(at);
          return;
        }
        at += length;
        if (ready !== undefined && ready.length > 0) yield ready;
        ready = undefined;
        if (++blocks % BLOCKS_AT_ONCE === 0) await turn();
      }
    },
    async *end() {
      if (frame !== undefined || kept.length > 0 || frames === 0) throw malformed('zstd-truncated');
      yield* NOTHING_LEFT;
    },
    close: () => undefined,
  };
}
