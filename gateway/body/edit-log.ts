/** What changes a body, written down while it is spooled and applied when it is replayed or released masked: masks in place, and parts that another takes the place of. Bounded memory for any number. */
import type { Edit } from '../ports.js';

/** Each record: offset (6 bytes), class (2), length (2), bytes. Big endian. */
const HEADER = 10;
/** Longest run of bytes in one record. */
export const MAX_EDIT = 0xffff;
/** Two classes are none: bytes left out (their number follows, in 6 bytes), and bytes put in at a place. */
const DROP = 0xffff;
const INSERT = 0xfffe;
/** Classes that a log can tell apart. */
export const MAX_KIND = 0xfffd;

export interface LoggedEdit extends Edit {
  /** Which kind of finding it covers: an index that whoever wrote the log understands. */
  readonly kind: number;
}

/** In order of place; what is dropped overlaps no edit, and an insert at the same place comes behind its drop. */
export type LogRecord =
  | ({ readonly does: 'edit' } & LoggedEdit)
  | { readonly does: 'drop'; readonly at: number; readonly length: number }
  | { readonly does: 'insert'; readonly at: number; readonly bytes: Uint8Array };

function encode(at: number, kind: number, bytes: Uint8Array): Uint8Array {
  const record = Buffer.alloc(HEADER + bytes.length);
  record.writeUIntBE(at, 0, 6);
  record.writeUInt16BE(kind, 6);
  record.writeUInt16BE(bytes.length, 8);
  record.set(bytes, HEADER);
  return record;
}

export function encodeEdit(edit: LoggedEdit): Uint8Array {
  if (edit.kind > MAX_KIND) throw new RangeError('more kinds of findings than a log can tell apart');
  return encode(edit.at, edit.kind, edit.bytes);
}

export function encodeDrop(at: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(length, 0, 6);
  return encode(at, DROP, bytes);
}

/** `bytes` is cut by the caller into pieces of at most MAX_EDIT. */
export function encodeInsert(at: number, bytes: Uint8Array): Uint8Array {
  return encode(at, INSERT, bytes);
}

/** Reads records from bytes cut anywhere; a log that ends inside a record is an error. */
export async function* decodeLog(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LogRecord> {
  let carry = Buffer.alloc(0);
  for await (const chunk of bytes) {
    carry = carry.length === 0 ? Buffer.from(chunk) : Buffer.concat([carry, chunk]);
    let done = 0;
    while (carry.length - done >= HEADER) {
      const length = carry.readUInt16BE(done + 8);
      if (carry.length - done < HEADER + length) break;
      yield recordOf(carry.readUIntBE(done, 6), carry.readUInt16BE(done + 6), carry.subarray(done + HEADER, done + HEADER + length));
      done += HEADER + length;
    }
    carry = carry.subarray(done);
  }
  if (carry.length > 0) throw new RangeError('edit log ends inside a record');
}

function recordOf(at: number, kind: number, bytes: Buffer): LogRecord {
  if (kind === INSERT) return { does: 'insert', at, bytes };
  if (kind !== DROP) return { does: 'edit', at, kind, bytes };
  if (bytes.length !== 6) throw new RangeError('edit log holds a record that cannot be read');
  return { does: 'drop', at, length: bytes.readUIntBE(0, 6) };
}

/** The masks in place alone: for whoever shows a body where it lies, and never what took the place of a part. */
export async function* decodeEdits(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LoggedEdit> {
  for await (const record of decodeLog(bytes)) if (record.does === 'edit') yield record;
}
