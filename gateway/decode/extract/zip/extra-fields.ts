/** The fields behind a name in a zip's headers (APPNOTE 4.5): zip64's sizes, Info-ZIP's Unicode path, and what nobody here knows. */
import { ExtractError } from '../contract.js';

export const ZIP64_FIELD = 0x0001;
export const UNICODE_PATH = 0x7075;

/** Hold times, owners, alignment and other numbers, never text: NTFS, extended times, Unix, old Unix, JAR's mark, AES. */
const NUMBERS = new Set([0x000a, 0x5455, 0x5855, 0x7855, 0x7875, 0xcafe, 0x9901]);
/** Longer ones of these hold something else. */
const NUMBERS_MOST = 64;

export interface ExtraField {
  readonly id: number;
  /** With its head of four bytes. */
  readonly from: number;
  readonly to: number;
}

/** Where each field lies in `extra`. Fewer than four bytes at the end are padding. */
export function extraFields(extra: Uint8Array): readonly ExtraField[] {
  const view = Buffer.from(extra.buffer, extra.byteOffset, extra.length);
  const fields: ExtraField[] = [];
  for (let at = 0; at + 4 <= view.length;) {
    const to = at + 4 + view.readUInt16LE(at + 2);
    if (to > view.length) throw new ExtractError('malformed', 'extra-field');
    fields.push({ id: view.readUInt16LE(at), from: at, to });
    at = to;
  }
  return fields;
}

function only(fields: readonly ExtraField[], id: number): ExtraField | undefined {
  const found = fields.filter((one) => one.id === id);
  if (found.length > 1) throw new ExtractError('malformed', 'extra-field');
  return found[0];
}

/** The 64-bit numbers that stand for those `elsewhere`, in the order asked for; undefined when there are too few. */
export function zip64Numbers(extra: Uint8Array, count: number): readonly number[] | undefined {
  if (count === 0) return [];
  const field = only(extraFields(extra), ZIP64_FIELD);
  if (field === undefined || field.to - field.from < 4 + 8 * count) return undefined;
  const view = Buffer.from(extra.buffer, extra.byteOffset, extra.length);
  return Array.from({ length: count }, (_, index) => {
    const value = Number(view.readBigUInt64LE(field.from + 4 + 8 * index));
    if (!Number.isSafeInteger(value)) throw new ExtractError('malformed', 'zip64');
    return value;
  });
}

/** The name in UTF-8 that Info-ZIP keeps beside one in a local charset. */
export function unicodePath(extra: Uint8Array): Uint8Array | undefined {
  const field = only(extraFields(extra), UNICODE_PATH);
  // One byte of version and four of a checksum stand in front of it.
  return field === undefined || field.to - field.from < 10 ? undefined : extra.subarray(field.from + 9, field.to);
}

/** Everything but the fields named. */
export function withoutFields(extra: Uint8Array, ids: readonly number[]): Uint8Array {
  const fields = extraFields(extra);
  if (!fields.some(({ id }) => ids.includes(id))) return extra;
  return Buffer.concat(fields.filter(({ id }) => !ids.includes(id)).map(({ from, to }) => extra.subarray(from, to)));
}

/** Contents of fields that may hold text. */
export function unknownFields(extra: Uint8Array): readonly Uint8Array[] {
  return extraFields(extra)
    .filter(({ id, from, to }) => to - from > 4 && id !== ZIP64_FIELD && id !== UNICODE_PATH && !(NUMBERS.has(id) && to - from <= NUMBERS_MOST))
    .map(({ from, to }) => extra.subarray(from + 4, to))
    .filter((bytes) => bytes.some((byte) => byte !== 0));
}
