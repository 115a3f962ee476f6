/** Finds a zip's end record and its central directory. Where two readers could find different ones, the zip is malformed. */
import type { PartSource } from '../../../ports.js';
import { ExtractError } from '../contract.js';
import { CENTRAL, ELSEWHERE, ELSEWHERE_16, END64, END64_LENGTH, END_LENGTH, LOCATOR64, LOCATOR64_LENGTH } from './archive.js';

export interface Directory {
  readonly count: number;
  readonly at: number;
  readonly size: number;
  readonly base: number;
  /** Of the first of the end's records. */
  readonly endAt: number;
  /** Behind the comment. */
  readonly endsAt: number;
  readonly comment: Uint8Array;
  readonly zip64: boolean;
  /** Other places that some reader might take for an end record: they must lie inside entries. */
  readonly others: readonly number[];
}

const LONGEST_COMMENT = 0xffff;
const SIGNATURE = Buffer.from([0x50, 0x4b, 5, 6]);

async function starts(source: PartSource, at: number, signature: number): Promise<boolean> {
  return at >= 0 && at + 4 <= source.size && Buffer.from(await source.read(at, 4)).readUInt32LE(0) === signature;
}

/** Offsets of end records in the last bytes. */
function candidates(tail: Buffer, tailAt: number): readonly number[] {
  const found: number[] = [];
  for (let at = tail.indexOf(SIGNATURE); at >= 0; at = tail.indexOf(SIGNATURE, at + 1)) if (at + END_LENGTH <= tail.length) found.push(tailAt + at);
  return found;
}

export async function findDirectory(source: PartSource): Promise<Directory> {
  const tailAt = Math.max(0, source.size - END_LENGTH - LONGEST_COMMENT);
  const tail = Buffer.from(await source.read(tailAt, source.size - tailAt));
  const all = candidates(tail, tailAt);
  const exact = all.filter((at) => at + END_LENGTH + tail.readUInt16LE(at - tailAt + 20) === source.size);
  if (exact.length > 1) throw new ExtractError('malformed', 'end-records');
  // Without one that reaches the end, bytes follow the archive: they are looked at as such.
  const at = exact[0] ?? all.at(-1);
  if (at === undefined) throw new ExtractError('malformed', 'no-end-record');
  const record = tail.subarray(at - tailAt);
  const commentLength = record.readUInt16LE(20);
  const endsAt = at + END_LENGTH + commentLength;
  if (endsAt > source.size) throw new ExtractError('malformed', 'end-record');
  const own = { disk: record.readUInt16LE(4), directoryDisk: record.readUInt16LE(6), here: record.readUInt16LE(8), count: record.readUInt16LE(10), size: record.readUInt32LE(12), offset: record.readUInt32LE(16) };

  const wide = await zip64End(source, at);
  if (wide === undefined && (own.offset === ELSEWHERE || own.size === ELSEWHERE)) throw new ExtractError('malformed', 'zip64');
  if (wide !== undefined) {
    const agrees = (narrow: number, broad: number, elsewhere: number): boolean => narrow === broad || narrow === elsewhere;
    if (!agrees(own.count, wide.count, ELSEWHERE_16) || !agrees(own.here, wide.count, ELSEWHERE_16) || !agrees(own.size, wide.size, ELSEWHERE) || !agrees(own.offset, wide.offset, ELSEWHERE)) throw new ExtractError('malformed', 'zip64');
  } else {
    if (own.disk !== 0 || own.directoryDisk !== 0) throw new ExtractError('unsupported', 'split-archive');
    if (own.here !== own.count) throw new ExtractError('malformed', 'end-record');
  }
  const { count, size, offset } = wide ?? own;
  const endAt = wide?.at ?? at;
  const place = await placeOf(source, { count, size, offset, endAt });
  return {
    count, size, endAt, endsAt, ...place,
    comment: record.subarray(END_LENGTH, END_LENGTH + commentLength),
    zip64: wide !== undefined,
    others: all.filter((one) => one !== at),
  };
}

/** Where the directory is: where its offset says, or right before the end when something was put in front of the whole. Not both. */
async function placeOf(source: PartSource, { count, size, offset, endAt }: { count: number; size: number; offset: number; endAt: number }): Promise<{ readonly at: number; readonly base: number }> {
  const before = endAt - size;
  if (before < 0 || offset > before) throw new ExtractError('malformed', 'directory');
  if (before === offset) return { at: offset, base: 0 };
  if (count === 0) return { at: before, base: before - offset };
  const [said, adjacent] = [await starts(source, offset, CENTRAL), await starts(source, before, CENTRAL)];
  if (said === adjacent) throw new ExtractError('malformed', 'directory');
  return said ? { at: offset, base: 0 } : { at: before, base: before - offset };
}

async function zip64End(source: PartSource, endAt: number): Promise<{ readonly at: number; readonly count: number; readonly size: number; readonly offset: number } | undefined> {
  const locatorAt = endAt - LOCATOR64_LENGTH;
  if (!(await starts(source, locatorAt, LOCATOR64))) return undefined;
  const locator = Buffer.from(await source.read(locatorAt, LOCATOR64_LENGTH));
  const said = Number(locator.readBigUInt64LE(8));
  // Its own offset does not know of what was put in front; it always stands right before its locator.
  const at = locatorAt - END64_LENGTH;
  if (!(await starts(source, at, END64)) || said > at) throw new ExtractError('malformed', 'zip64');
  const record = Buffer.from(await source.read(at, END64_LENGTH));
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1 || record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0) throw new ExtractError('unsupported', 'split-archive');
  const [here, count, size, offset] = [24, 32, 40, 48].map((from) => Number(record.readBigUInt64LE(from)));
  if (here === undefined || count === undefined || size === undefined || offset === undefined) throw new ExtractError('malformed', 'zip64');
  if (Number(record.readBigUInt64LE(4)) !== END64_LENGTH - 12 || here !== count || ![count, size, offset].every(Number.isSafeInteger)) throw new ExtractError('malformed', 'zip64');
  return { at, count, size, offset };
}
