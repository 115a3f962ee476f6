/** Replays a kept body with its recorded changes applied, through the rewriter that live bodies pass through too. */
import { decodeLog, type LogRecord } from './edit-log.js';
import { rewriter } from './rewriter.js';

/** The body with the edits whose kind `wanted` accepts, and with every part replaced that the log replaces; records must be in the order of the body. */
export async function* replay(body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>, wanted: (kind: number) => boolean): AsyncGenerator<Uint8Array> {
  const records = decodeLog(edits)[Symbol.asyncIterator]();
  let next: LogRecord | undefined;
  const read = async (): Promise<void> => {
    const step = await records.next();
    next = step.done === true ? undefined : step.value;
  };
  const bytes = rewriter();
  let size = 0;
  /** Bytes handed out or left out so far, and the end of what is being left out. */
  let handed = 0;
  let droppedTo = 0;
  let ready: { at: number; bytes: Uint8Array }[] = [];

  function* release(settled: number): Generator<Uint8Array> {
    const out = bytes.release(settled, ready);
    ready = [];
    for (const chunk of out) {
      const start = handed;
      handed += chunk.length;
      if (start >= droppedTo) yield chunk;
      else if (handed > droppedTo) yield chunk.subarray(droppedTo - start);
    }
  }
  try {
    await read();
    for await (const chunk of body) {
      bytes.push(chunk);
      size += chunk.length;
      let settled = size;
      while (next !== undefined && next.at < size) {
        if (next.does === 'edit') {
          if (next.at + next.bytes.length > size) {
            // The mask goes on in bytes that are still to come.
            settled = Math.min(settled, next.at);
            break;
          }
          if (wanted(next.kind)) ready.push({ at: next.at, bytes: Buffer.from(next.bytes) });
        } else {
          if (next.at < handed) throw new RangeError('edit log is out of order');
          yield* release(next.at);
          if (next.does === 'drop') droppedTo = next.at + next.length;
          else yield Buffer.from(next.bytes);
        }
        await read();
      }
      yield* release(settled);
    }
    yield* release(size);
    while (next?.does === 'insert' && next.at === size) {
      yield Buffer.from(next.bytes);
      await read();
    }
    if (next !== undefined || droppedTo > size) throw new RangeError('edit log reaches beyond the body');
  } finally {
    await records.return(undefined);
  }
}
