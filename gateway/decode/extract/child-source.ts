/** The file as a process that opens it sees it: ranges asked of the gateway, with a few stretches kept, since headers are read one by one. */
import type { PartSource } from '../../ports.js';

/** Small reads are widened to this. */
const WINDOW = 64 * 1024;
/** A directory, its headers, and two places that are read in turn. */
const WINDOWS = 8;

export function cachedSource(size: number, range: (offset: number, length: number) => Promise<Uint8Array>, most: number): PartSource {
  /** The one used last is the last. */
  const kept = new Map<number, Uint8Array>();

  async function windowAt(at: number): Promise<Uint8Array> {
    const from = at - (at % WINDOW);
    const bytes = kept.get(from) ?? (await range(from, Math.min(WINDOW, size - from)));
    kept.delete(from);
    kept.set(from, bytes);
    const oldest = kept.keys().next().value;
    if (kept.size > WINDOWS && oldest !== undefined) kept.delete(oldest);
    return bytes;
  }
  return {
    size,
    async read(offset, length) {
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0 || offset + length > size) throw new RangeError('outside of the file');
      if (length === 0) return new Uint8Array(0);
      if (length >= WINDOW && length <= most) return range(offset, length);
      const out = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const at = offset + done;
        const into = at % WINDOW;
        const left = length - done;
        // What is long goes around the windows: it is read once.
        const piece = left >= WINDOW ? await range(at, Math.min(most, left)) : (await windowAt(at)).subarray(into, into + left);
        if (piece.length === 0) throw new RangeError('outside of the file');
        out.set(piece, done);
        done += piece.length;
      }
      return out;
    },
  };
}
