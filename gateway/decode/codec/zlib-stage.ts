/** Node's zlib as a pushed stage: one write at a time, its output pulled while it works, and what it did not take given back. */
import type { BrotliDecompress, Inflate, InflateRaw } from 'node:zlib';
import { malformed } from './stage.js';

export interface ZlibStream {
  write(bytes: Uint8Array): AsyncGenerator<Uint8Array, void>;
  /** Throws CodecError when the stream was not whole. */
  end(): AsyncGenerator<Uint8Array, void>;
  /** The stream has ended by itself: `rest` are the bytes of the last write that do not belong to it. */
  readonly ended: boolean;
  readonly rest: Uint8Array;
  close(): void;
}

const NOTHING = new Uint8Array(0);

export function zlibStream(stream: Inflate | InflateRaw | BrotliDecompress, name: string): ZlibStream {
  let failure: unknown;
  let over = false;
  let ended = false;
  let rest: Uint8Array = NOTHING;
  let wake: () => void = () => undefined;
  const news = (): void => wake();
  stream.on('readable', news);
  stream.on('end', () => {
    over = true;
    wake();
  });
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  // Given up while it worked: whoever waits must not wait for ever.
  stream.on('close', () => {
    over = true;
    wake();
  });

  async function* drain(accepted: () => boolean): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const piece = stream.read() as Buffer | null;
      if (piece !== null) yield piece;
      else if (failure !== undefined) throw malformed(name, failure);
      else if (over || accepted()) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return {
    async *write(bytes) {
      let taken = false;
      const before = stream.bytesWritten;
      stream.write(bytes, () => {
        taken = true;
        wake();
      });
      yield* drain(() => taken);
      // zlib takes everything but what lies behind its stream's end.
      rest = bytes.subarray(stream.bytesWritten - before);
      ended = rest.length > 0 || over;
    },
    async *end() {
      stream.end();
      yield* drain(() => false);
      ended = true;
    },
    get ended() {
      return ended;
    },
    get rest() {
      return rest;
    },
    close: () => stream.destroy(),
  };
}
