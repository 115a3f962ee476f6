/** The payload of an age-v1 file (STREAM: ChaCha20-Poly1305 in 64 KiB chunks), with OpenSSL's speed; the header is the age library's work. */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { VaultError } from './vault-error.js';

// All four numbers are fixed by the age format.
const CHUNK = 64 * 1024;
const TAG = 16;
const SEALED = CHUNK + TAG;
export const NONCE = 16;

const CIPHER = 'chacha20-poly1305';

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}

/** Counts chunks and marks the last one: cut, repeated or swapped chunks do not open. */
function chunkNonce(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 3);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

export interface StreamSealer {
  /** Sealed chunks that are complete now. */
  push(bytes: Uint8Array): Buffer[];
  /** The last chunk. */
  end(): Buffer;
}

export function streamSealer(fileKey: Uint8Array, nonce: Uint8Array): StreamSealer {
  const key = payloadKey(fileKey, nonce);
  const chunk = Buffer.alloc(CHUNK);
  let filled = 0;
  let index = 0;
  function seal(last: boolean): Buffer {
    const cipher = createCipheriv(CIPHER, key, chunkNonce(index++, last), { authTagLength: TAG });
    const sealed = Buffer.concat([cipher.update(chunk.subarray(0, filled)), cipher.final(), cipher.getAuthTag()]);
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
      key.fill(0);
      return sealed;
    },
  };
}

export interface StreamOpener {
  /** Bytes of the plaintext. */
  readonly size: number;
  /** Plaintext from `start` to `end`, in order; every piece has been authenticated, and at most READ_AHEAD chunks are in memory. */
  range(start: number, end: number): AsyncGenerator<Buffer, void, undefined>;
}

/** Chunks fetched with one read: a megabyte keeps the disk busy and memory flat. */
const READ_AHEAD = 16;

/** `readAt` answers with exactly so many bytes of the payload (the nonce not counted) or throws. */
export async function streamOpener(
  fileKey: Uint8Array,
  nonce: Uint8Array,
  payloadSize: number,
  readAt: (position: number, length: number) => Promise<Buffer>,
): Promise<StreamOpener> {
  const key = payloadKey(fileKey, nonce);
  const chunks = Math.ceil(payloadSize / SEALED);
  const lastSize = payloadSize - (chunks - 1) * SEALED;
  if (chunks < 1 || lastSize < TAG || (lastSize === TAG && chunks > 1)) throw new VaultError('VAULT_DAMAGED');

  function openChunk(index: number, sealed: Buffer): Buffer {
    const end = sealed.length - TAG;
    const decipher = createDecipheriv(CIPHER, key, chunkNonce(index, index === chunks - 1), { authTagLength: TAG });
    decipher.setAuthTag(sealed.subarray(end));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
    } catch (thrown) {
      throw new VaultError('VAULT_DAMAGED', { cause: thrown });
    }
  }
  // The last chunk carries the mark of the end: opened first, it proves that nothing was cut off before a byte is handed out.
  openChunk(chunks - 1, await readAt((chunks - 1) * SEALED, lastSize));

  return {
    size: payloadSize - chunks * TAG,
    async *range(start, end) {
      const stop = Math.ceil(end / CHUNK);
      for (let first = Math.floor(start / CHUNK); first < stop; first += READ_AHEAD) {
        const next = Math.min(first + READ_AHEAD, stop);
        const sealed = await readAt(first * SEALED, Math.min(next * SEALED, payloadSize) - first * SEALED);
        for (let index = first; index < next; index++) {
          const at = (index - first) * SEALED;
          const plain = openChunk(index, sealed.subarray(at, at + SEALED));
          const piece = plain.subarray(Math.max(0, start - index * CHUNK), end - index * CHUNK);
          if (piece.length > 0) yield piece;
        }
      }
    },
  };
}
