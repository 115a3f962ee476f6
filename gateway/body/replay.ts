/** Replays a kept body with its recorded masks applied, through the rewriter that live bodies pass through too. */
import { decodeEdits } from './edit-log.js';
import { rewriter } from './rewriter.js';

/** The body with the edits whose kind `wanted` accepts; edits must be in the order of the body. */
export async function* replay(body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>, wanted: (kind: number) => boolean): AsyncGenerator<Uint8Array> {
  const records = decodeEdits(edits)[Symbol.asyncIterator]();
  let next = await records.next();
  const bytes = rewriter();
  let size = 0;
  for await (const chunk of body) {
    bytes.push(chunk);
    size += chunk.length;
    const ready: { at: number; bytes: Uint8Array }[] = [];
    let settled = size;
    while (next.done !== true && next.value.at < size) {
      const { at, kind, bytes: fill } = next.value;
      if (at + fill.length > size) {
        // The mask goes on in bytes that are still to come.
        settled = Math.min(settled, at);
        break;
      }
      if (wanted(kind)) ready.push({ at, bytes: Buffer.from(fill) });
      next = await records.next();
    }
    yield* bytes.release(settled, ready);
  }
  if (next.done !== true) throw new RangeError('edit log reaches beyond the body');
  yield* bytes.release(size, []);
}
