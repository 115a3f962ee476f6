/** Joins the masks in place with parts written anew into one log, in the order of the body: what a replay needs and nothing else. */
import { decodeLog, encodeDrop, encodeEdit, encodeInsert, MAX_EDIT, type LoggedEdit } from './edit-log.js';

/** Another part in the place of [from, to). Ranges do not overlap and come in order. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  /** Asked once, when its turn has come. Nothing: the part stays as it is. */
  readonly bytes: () => Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface Merged {
  readonly replaced: number;
  /** By how many bytes the body grows. */
  readonly growth: number;
}

/** `write` takes the records one after the other; a mask inside a part that is replaced goes with it. */
export async function mergeLog(log: AsyncIterable<Uint8Array>, replacements: readonly Replacement[], write: (record: Uint8Array) => Promise<void>): Promise<Merged> {
  let index = 0;
  let droppedTo = 0;
  let replaced = 0;
  let growth = 0;

  const put = async (edit: LoggedEdit, from: number, to: number): Promise<void> => {
    if (from < to) await write(encodeEdit({ at: from, kind: edit.kind, bytes: edit.bytes.subarray(from - edit.at, to - edit.at) }));
  };
  const replace = async ({ from, to, bytes }: Replacement): Promise<void> => {
    const other = await bytes();
    if (other === undefined) return;
    if (to > from) await write(encodeDrop(from, to - from));
    droppedTo = to;
    replaced++;
    growth -= to - from;
    for await (const chunk of other) {
      growth += chunk.length;
      for (let at = 0; at < chunk.length; at += MAX_EDIT) await write(encodeInsert(from, chunk.subarray(at, at + MAX_EDIT)));
    }
  };
  for await (const record of decodeLog(log)) {
    if (record.does !== 'edit') throw new RangeError('edit log was merged before');
    const end = record.at + record.bytes.length;
    let at = Math.max(record.at, droppedTo);
    for (let next = replacements[index]; next !== undefined && next.from < end; next = replacements[++index]) {
      await put(record, at, next.from);
      at = Math.max(at, next.from);
      await replace(next);
      at = Math.max(at, droppedTo);
    }
    await put(record, at, end);
  }
  for (const rest of replacements.slice(index)) await replace(rest);
  return { replaced, growth };
}
