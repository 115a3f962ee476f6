/** The outside of a zstd frame (RFC 8878 section 3.1): how long its header and blocks are, and what it asks of its reader. */
import { CodecError } from './codec-error.js';
import { ZSTD_WINDOW_MOST } from './limits.js';
import { malformed } from './stage.js';

export const MAGIC_BYTES = 4;
export const BLOCK_HEADER = 3;
export const BLOCK_MOST = 128 * 1024;

export interface FrameHeader {
  readonly length: number;
  readonly window: number;
  readonly contentSize: number | undefined;
  readonly checksum: boolean;
}
export interface BlockHeader {
  readonly last: boolean;
  readonly kind: 'raw' | 'repeated' | 'compressed';
  /** Bytes it stands for where it is raw or repeated, its own otherwise. */
  readonly size: number;
  /** Bytes behind the block's header. */
  readonly length: number;
}

/** Undefined while the header is not all there. `mostWindow`: bytes that a reader is ready to keep. */
export function frameHeader(bytes: Buffer, mostWindow = ZSTD_WINDOW_MOST): FrameHeader | undefined {
  // As soon as it can be told. Frames to be skipped carry what nobody would have read.
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  if (magic.some((byte, at) => at < bytes.length && bytes[at] !== byte)) throw malformed('zstd');
  const descriptor = bytes[MAGIC_BYTES];
  if (descriptor === undefined) return undefined;
  if ((descriptor & 0x08) !== 0) throw malformed('zstd');
  if ((descriptor & 3) !== 0) throw new CodecError('unsupported', 'zstd-dictionary');
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
  const length = MAGIC_BYTES + 1 + (single ? 0 : 1) + sizeBytes;
  if (bytes.length < length) return undefined;
  const contentSize = sizeBytes === 0 ? undefined : sizeBytes === 8 ? Number(bytes.readBigUInt64LE(length - 8)) : bytes.readUIntLE(length - sizeBytes, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const windowByte = bytes[MAGIC_BYTES + 1] ?? 0;
  const base = 2 ** (10 + (windowByte >> 3));
  const window = single ? (contentSize ?? 0) : base + (base / 8) * (windowByte & 7);
  if (window > mostWindow) throw new CodecError('too-large', 'zstd-window');
  return { length, window, contentSize, checksum: (descriptor & 4) !== 0 };
}

/** `bytes` begin with a block's header. */
export function blockHeader(bytes: Buffer): BlockHeader {
  const word = bytes.readUIntLE(0, BLOCK_HEADER);
  const type = (word >> 1) & 3;
  const size = word >> 3;
  if (type === 3 || size > BLOCK_MOST) throw malformed('zstd');
  return { last: (word & 1) !== 0, kind: type === 0 ? 'raw' : type === 1 ? 'repeated' : 'compressed', size, length: type === 1 ? 1 : size };
}
