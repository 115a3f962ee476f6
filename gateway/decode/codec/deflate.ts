/** `deflate`: with zlib's wrapping as the standard has it, or bare as some senders write it; told apart by the bytes, and malformed where both could be read. */
import { createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib';
import { FRAME } from './limits.js';
import { malformed, type Stage } from './stage.js';
import { zlibStream } from './zlib-stage.js';

/** A bare stream that could be taken for a wrapped one begins with a stored block: its length stands twice in these bytes. */
const TELLING = 5;

/** RFC 1950 section 2.2: method 8, window up to 32 KiB, a check over both bytes; no dictionary. */
function isWrapped(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0;
}

/** RFC 1951 section 3.2.4: the low three bits are 0, then a length and its complement. */
function isStoredBlock(bytes: Uint8Array): boolean {
  const [, a = 0, b = 0, c = 0, d = 0] = bytes;
  return bytes.length >= TELLING && (a ^ c) === 0xff && (b ^ d) === 0xff;
}

export function inflate(): Stage {
  let stream: Stage | undefined;
  let kept = Buffer.alloc(0);
  function begin(bytes: Uint8Array): Stage {
    const wrapped = isWrapped(bytes);
    if (wrapped && isStoredBlock(bytes)) throw malformed('deflate-ambiguous');
    return ended(wrapped ? createInflate({ chunkSize: FRAME }) : createInflateRaw({ chunkSize: FRAME }), 'deflate');
  }
  return {
    async *write(bytes) {
      if (stream !== undefined) {
        yield* stream.write(bytes);
        return;
      }
      kept = Buffer.concat([kept, bytes]);
      if (kept.length < TELLING) return;
      stream = begin(kept);
      yield* stream.write(kept);
    },
    async *end() {
      if (stream === undefined) {
        stream = begin(kept);
        yield* stream.write(kept);
      }
      yield* stream.end();
    },
    close: () => stream?.close(),
  };
}

/** Brotli (RFC 7932); Node refuses windows beyond the standard's 16 MiB. */
export function unbrotli(): Stage {
  return ended(createBrotliDecompress({ chunkSize: FRAME }), 'br');
}

/** Nothing may stand behind the end of a stream: another reader might take it for more. */
function ended(zlib: Parameters<typeof zlibStream>[0], name: string): Stage {
  const stream = zlibStream(zlib, name);
  const refuseMore = (): void => {
    if (stream.ended) throw malformed(`${name}-trailing`);
  };
  return {
    async *write(bytes) {
      refuseMore();
      yield* stream.write(bytes);
      refuseMore();
    },
    end: () => stream.end(),
    close: () => stream.close(),
  };
}
