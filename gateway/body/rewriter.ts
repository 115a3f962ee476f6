/** The one piece of code that changes bytes: keeps chunks until they are judged, applies masks of the same length, lets go. */
import type { Edit } from '../ports.js';

export interface Rewriter {
  /** Takes the next bytes of the body; where they are changed, it is in a copy of them. */
  push(chunk: Uint8Array): void;
  /** Applies `edits` (all before `settled`, in order) and hands out every byte before `settled`. */
  release(settled: number, edits: readonly Edit[]): Uint8Array[];
  /** Bytes held back now. */
  readonly waiting: number;
}

export function rewriter(): Rewriter {
  let chunks: { readonly at: number; bytes: Uint8Array; own: boolean }[] = [];
  let received = 0;
  let released = 0;

  function apply(edit: Edit): void {
    for (const chunk of chunks) {
      const from = Math.max(edit.at, chunk.at);
      const to = Math.min(edit.at + edit.bytes.length, chunk.at + chunk.bytes.length);
      if (from >= to) continue;
      if (!chunk.own) {
        chunk.bytes = Buffer.from(chunk.bytes);
        chunk.own = true;
      }
      chunk.bytes.set(edit.bytes.subarray(from - edit.at, to - edit.at), from - chunk.at);
    }
  }
  return {
    push(chunk) {
      if (chunk.length === 0) return;
      chunks.push({ at: received, bytes: chunk, own: false });
      received += chunk.length;
    },
    release(settled, edits) {
      for (const edit of edits) apply(edit);
      const out: Uint8Array[] = [];
      let done = 0;
      // Chunks behind the settled place stay as they are: many small ones must not be gone through each time.
      for (const chunk of chunks) {
        const ready = Math.min(chunk.bytes.length, settled - chunk.at);
        if (ready <= 0) break;
        const isAll = ready === chunk.bytes.length;
        out.push(isAll ? chunk.bytes : chunk.bytes.subarray(0, ready));
        if (!isAll) {
          chunks[done] = { at: chunk.at + ready, bytes: chunk.bytes.subarray(ready), own: chunk.own };
          break;
        }
        done++;
      }
      if (done > 0) chunks = done === chunks.length ? [] : chunks.slice(done);
      released = Math.max(released, Math.min(settled, received));
      return out;
    },
    get waiting() {
      return received - released;
    },
  };
}
