/** Codings done again for a body that was changed: fed in pieces of one size, so that the output depends on the bytes alone (HC 5). */
import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { FRAME } from './limits.js';

export type Encoding = 'gzip' | 'deflate' | 'br';

/** Brotli's own default of 11 takes seconds for a megabyte; 5 is what servers use for answers made on the fly. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 }, chunkSize: FRAME };

function compressor(name: Encoding): ReturnType<typeof createGzip | typeof createDeflate | typeof createBrotliCompress> {
  switch (name) {
    case 'gzip': return createGzip({ chunkSize: FRAME });
    case 'deflate': return createDeflate({ chunkSize: FRAME });
    case 'br': return createBrotliCompress(BROTLI);
  }
}

/** The same bytes in pieces of FRAME. */
async function* framed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let frame = Buffer.allocUnsafe(FRAME);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + FRAME - filled);
      frame.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled === FRAME) {
        yield frame;
        // The compressor reads from it in another thread.
        frame = Buffer.allocUnsafe(FRAME);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield frame.subarray(0, filled);
}

/** Throws what the source throws; then the output is not complete. */
export async function* encoded(names: readonly Encoding[], plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const [name, ...outer] = names;
  if (name === undefined) {
    yield* plain;
    return;
  }
  yield* encoded(outer, compressed(name, plain));
}

async function* compressed(name: Encoding, plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = compressor(name);
  // An empty body stays one.
  const frames = framed(plain);
  const first = await frames.next();
  if (first.done === true) return;
  const source = Readable.from(startingWith(first.value, frames), { objectMode: false, highWaterMark: FRAME });
  source.on('error', (error) => stream.destroy(error));
  try {
    yield* source.pipe(stream) as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
    stream.destroy();
  }
}

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
