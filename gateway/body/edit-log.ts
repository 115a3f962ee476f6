/** Masks written down while a body is spooled, to be applied when it is replayed or released masked: bounded memory for any number. */
import type { Edit } from '../ports.js';

/** Each record: offset (6 bytes), class (2), length (2), bytes. Big endian. */
const HEADER = 10;
/** Longest run of bytes in one record. */
export const MAX_EDIT = 0xffff;

export interface LoggedEdit extends Edit {
  /** Which kind of finding it covers: an index that whoever wrote the log understands. */
  readonly kind: number;
}

export function encodeEdit(edit: LoggedEdit): Uint8Array {
  const record = Buffer.alloc(HEADER + edit.bytes.length);
  record.writeUIntBE(edit.at, 0, 6);
  record.writeUInt16BE(edit.kind, 6);
  record.writeUInt16BE(edit.bytes.length, 8);
  record.set(edit.bytes, HEADER);
  return record;
}

/** Reads records from bytes cut anywhere; a log that ends inside a record is an error. */
export async function* decodeEdits(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LoggedEdit> {
  let carry = Buffer.alloc(0);
  for await (const chunk of bytes) {
    carry = carry.length === 0 ? Buffer.from(chunk) : Buffer.concat([carry, chunk]);
    let done = 0;
    while (carry.length - done >= HEADER) {
      const length = carry.readUInt16BE(done + 8);
      if (carry.length - done < HEADER + length) break;
      yield { at: carry.readUIntBE(done, 6), kind: carry.readUInt16BE(done + 6), bytes: carry.subarray(done + HEADER, done + HEADER + length) };
      done += HEADER + length;
    }
    carry = carry.subarray(done);
  }
  if (carry.length > 0) throw new RangeError('edit log ends inside a record');
}
