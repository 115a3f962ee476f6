/** A sealed payload as STREAM: 64 KiB chunks, each authenticated with its place and whether it is the last; the suite brings the cipher. */
import { VaultError } from './vault-error.js';

/** Fixed by the age format; gm-1 has the same. */
const CHUNK = 64 * 1024;
export const NONCE = 16;

/** Seals chunk by chunk. Chunks are numbered and the last one is marked: cut, repeated or swapped chunks do not open. */
export interface ChunkCipher {
  /** Bytes that sealing adds to a chunk. */
  readonly tag: number;
  seal(index: number, last: boolean, plain: Uint8Array): Buffer;
  /** Throws whatever it likes when the chunk is not what was sealed there. */
  open(index: number, last: boolean, sealed: Uint8Array): Buffer;
  /** Forgets its keys. */
  end(): void;
}

export interface StreamSealer {
  /** Sealed chunks that are complete now. */
  push(bytes: Uint8Array): Buffer[];
  /** The last chunk. */
  end(): Buffer;
}

export function streamSealer(cipher: ChunkCipher): StreamSealer {
  const chunk = Buffer.alloc(CHUNK);
  let filled = 0;
  let index = 0;
  function seal(last: boolean): Buffer {
    const sealed = cipher.seal(index++, last, chunk.subarray(0, filled));
    filled = 0;
    return sealed;
  }
  return {
    push(bytes) {
      const sealed: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        // Only now: a full chunk may still turn out to be the last one.
        if (filled === CHUNK) sealed.push(seal(false));
        const piece = bytes.subarray(at, at + CHUNK - filled);
        chunk.set(piece, filled);
        filled += piece.length;
        at += piece.length;
      }
      return sealed;
    },
    end() {
      const sealed = seal(true);
      chunk.fill(0);
      cipher.end();
      return sealed;
    },
  };
}

export interface StreamOpener {
  /** Bytes of the plaintext. */
  readonly size: number;
  /** Plaintext from `start` to `end`, in order; every piece has been authenticated, and at most `readAhead` chunks are in memory. */
  range(start: number, end: number): AsyncGenerator<Buffer, void, undefined>;
}

/** `readAhead`: chunks fetched with one read; `readAt` answers with exactly so many bytes of the payload (the nonce not counted) or throws. */
export async function streamOpener(
  cipher: ChunkCipher,
  payloadSize: number,
  readAt: (position: number, length: number) => Promise<Buffer>,
  readAhead: number,
): Promise<StreamOpener> {
  const tag = cipher.tag;
  const sealedChunk = CHUNK + tag;
  const chunks = Math.ceil(payloadSize / sealedChunk);
  const lastSize = payloadSize - (chunks - 1) * sealedChunk;
  if (chunks < 1 || lastSize < tag || (lastSize === tag && chunks > 1)) throw new VaultError('VAULT_DAMAGED');

  function openChunk(index: number, sealed: Buffer): Buffer {
    try {
      return cipher.open(index, index === chunks - 1, sealed);
    } catch (thrown) {
      throw new VaultError('VAULT_DAMAGED', { cause: thrown });
    }
  }
  // The last chunk carries the mark of the end: opened first, it proves that nothing was cut off before a byte is handed out.
  openChunk(chunks - 1, await readAt((chunks - 1) * sealedChunk, lastSize));

  return {
    size: payloadSize - chunks * tag,
    async *range(start, end) {
      const stop = Math.ceil(end / CHUNK);
      for (let first = Math.floor(start / CHUNK); first < stop; first += readAhead) {
        const next = Math.min(first + readAhead, stop);
        const sealed = await readAt(first * sealedChunk, Math.min(next * sealedChunk, payloadSize) - first * sealedChunk);
        for (let index = first; index < next; index++) {
          const at = (index - first) * sealedChunk;
          const plain = openChunk(index, sealed.subarray(at, at + sealedChunk));
          const piece = plain.subarray(Math.max(0, start - index * CHUNK), end - index * CHUNK);
          if (piece.length > 0) yield piece;
        }
      }
    },
  };
}
