/** Walks the blocks of archives ourselves: what the library passes over in silence (an end too early, more behind it, volumes) is told. */
import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { ExtractError } from '../contract.js';
import { sevenZipNames } from './seven-zip-names.js';

/** What an archive's own headers say. */
export interface Outline {
  /** Files and folders, where the headers tell. */
  readonly files?: number;
  /** Their names in order, where the headers show more of them than the library does. */
  readonly names?: readonly string[];
  /** Bytes of comments and streams that the library does not hand out. */
  readonly unread?: number;
}

/** More headers than this no limit of members admits. */
const MOST_BLOCKS = 100_000;

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function outline7z(bytes: Uint8Array): Outline {
  const data = view(bytes);
  if (data.length < 32 || data.readUInt32LE(8) !== crc32(data.subarray(12, 32))) throw new ExtractError('malformed', '7z header');
  const end = 32 + Number(data.readBigUInt64LE(12)) + Number(data.readBigUInt64LE(20));
  // The first of several volumes says where the end of the last one is.
  if (end > data.length) throw new ExtractError('malformed', '7z cut short or in volumes');
  if (end < data.length) throw new ExtractError('malformed', '7z with more behind its end');
  const header = data.subarray(data.length - Number(data.readBigUInt64LE(20)));
  if (crc32(header) !== data.readUInt32LE(28) && header.length > 0) throw new ExtractError('malformed', '7z header');
  const { names, packed } = sevenZipNames(bytes);
  // Nothing but what its headers name may lie in the archive.
  return { names, unread: Math.max(0, data.length - 32 - header.length - packed) };
}

export function outlineCab(bytes: Uint8Array): Outline {
  const data = view(bytes);
  if (data.length < 36) throw new ExtractError('malformed', 'cab header');
  if (data.readUInt16LE(30) & 3) throw new ExtractError('unsupported', 'cab volumes');
  if (data.readUInt32LE(8) !== data.length) throw new ExtractError('malformed', 'cab size');
  return { files: data.readUInt16LE(28) };
}

/** Headers of 60 bytes, each with the size of what follows, filled up to an even number. */
export function outlineAr(bytes: Uint8Array): Outline {
  const data = view(bytes);
  let at = 8;
  for (let files = 0; at < data.length; files++) {
    const size = data.toString('latin1', at + 48, at + 58).trimEnd();
    if (files > MOST_BLOCKS || data.toString('latin1', at + 58, at + 60) !== '`\n' || !/^\d{1,10}$/.test(size)) throw new ExtractError('malformed', 'ar header');
    at += 60 + Number(size);
    if (at > data.length) throw new ExtractError('malformed', 'ar cut short');
    at += at % 2;
  }
  return {};
}

const COMMENTS = /^(CMT|STM)$/;

/** A name of rar 4: in an eight-bit charset, or behind it in Unicode, whose high bytes are given once or copied from it. */
function nameOfRar4(raw: Buffer, unicode: boolean): string {
  const zero = raw.indexOf(0);
  const short = zero < 0 || !unicode ? raw : raw.subarray(0, zero);
  if (!unicode || zero < 0) return new TextDecoder(isUtf8(short) ? 'utf-8' : 'gb18030').decode(short);
  let at = zero + 1;
  const next = (): number => raw[at++] ?? 0;
  const high = next() << 8;
  const units: number[] = [];
  let flags = 0;
  for (let left = 0; at < raw.length; left--) {
    if (left === 0) {
      flags = next();
      left = 4;
    }
    const kind = flags >> 6;
    flags = (flags << 2) & 0xff;
    if (kind === 0) units.push(next());
    else if (kind === 1) units.push(next() | high);
    else if (kind === 2) units.push(next() | (next() << 8));
    else {
      const length = next();
      const shift = length & 0x80 ? next() : 0;
      for (let i = (length & 0x7f) + 2; i > 0; i--) units.push(((short[units.length] ?? 0) + shift) % 256 | (length & 0x80 ? high : 0));
    }
  }
  return String.fromCharCode(...units);
}

function outlineRar4(data: Buffer): Outline {
  let at = 7;
  let files = 0;
  const names: string[] = [];
  let unread = 0;
  for (let blocks = 0; at < data.length; blocks++) {
    if (at + 7 > data.length || blocks > MOST_BLOCKS) throw new ExtractError('malformed', 'rar block');
    const type = data[at + 2] ?? 0;
    const flags = data.readUInt16LE(at + 3);
    const size = data.readUInt16LE(at + 5);
    const file = type === 0x74 || type === 0x7a;
    if (size < (file ? 32 : 7) || at + size > data.length) throw new ExtractError('malformed', 'rar block');
    if ((crc32(data.subarray(at + 2, at + size)) & 0xffff) !== data.readUInt16LE(at)) throw new ExtractError('malformed', 'rar checksum');
    if (type === 0x73 && flags & 1) throw new ExtractError('unsupported', 'rar volumes');
    if (type === 0x73 && flags & 0x80) throw new ExtractError('encrypted', 'rar');
    if (type === 0x7b) {
      if (at + size !== data.length) throw new ExtractError('malformed', 'rar with more behind its end');
      return { files, names, unread };
    }
    const high = file && flags & 0x100 && size >= 40 ? data.readUInt32LE(at + 32) * 2 ** 32 : 0;
    const added = file || flags & 0x8000 ? high + (at + 11 <= data.length ? data.readUInt32LE(at + 7) : 0) : 0;
    if (type === 0x74) {
      if (flags & 3) throw new ExtractError('unsupported', 'rar volumes');
      files++;
      const from = at + 32 + (flags & 0x100 ? 8 : 0);
      names.push(nameOfRar4(data.subarray(from, Math.min(at + size, from + data.readUInt16LE(at + 26))), (flags & 0x200) !== 0));
    } else if (type === 0x75) unread += size;
    else if (type === 0x7a) {
      const name = data.toString('latin1', at + 32, at + 32 + data.readUInt16LE(at + 26));
      if (COMMENTS.test(name)) unread += added;
    }
    at += size + added;
  }
  if (at !== data.length) throw new ExtractError('malformed', 'rar cut short');
  return { files, names, unread };
}

/** A number of up to ten bytes, seven bits each. */
function variable(data: Buffer, at: number): readonly [value: number, to: number] {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = data[at + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return [value, at + i + 1];
  }
  throw new ExtractError('malformed', 'rar number');
}

function outlineRar5(data: Buffer): Outline {
  let at = 8;
  let files = 0;
  let unread = 0;
  for (let blocks = 0; at < data.length; blocks++) {
    if (at + 7 > data.length || blocks > MOST_BLOCKS) throw new ExtractError('malformed', 'rar block');
    const [size, body] = variable(data, at + 4);
    const end = body + size;
    if (size < 2 || end > data.length) throw new ExtractError('malformed', 'rar block');
    if (crc32(data.subarray(at + 4, end)) !== data.readUInt32LE(at)) throw new ExtractError('malformed', 'rar checksum');
    const [type, flagsAt] = variable(data, body);
    const [flags, afterFlags] = variable(data, flagsAt);
    const [, afterExtra] = flags & 1 ? variable(data, afterFlags) : [0, afterFlags];
    const [added, own] = flags & 2 ? variable(data, afterExtra) : [0, afterExtra];
    if (type === 4) throw new ExtractError('encrypted', 'rar');
    if (type === 1 && (variable(data, own)[0] & 1) === 1) throw new ExtractError('unsupported', 'rar volumes');
    if (type === 5) {
      if (end !== data.length) throw new ExtractError('malformed', 'rar with more behind its end');
      return { files, unread };
    }
    if (type === 2) {
      if (flags & 0x18) throw new ExtractError('unsupported', 'rar volumes');
      files++;
    } else if (type === 3 && /CMT|STM/.test(data.toString('latin1', own, end))) unread += added;
    at = end + added;
  }
  if (at !== data.length) throw new ExtractError('malformed', 'rar cut short');
  return { files, unread };
}

export function outlineRar(bytes: Uint8Array): Outline {
  const data = view(bytes);
  if (data.length < 8) throw new ExtractError('malformed', 'rar');
  return data[6] === 1 && data[7] === 0 ? outlineRar5(data) : outlineRar4(data);
}
