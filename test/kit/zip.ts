/** Builds zips for tests byte by byte, right ones and lying ones. It shares no code with the reader, so that it checks it. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { PartSource } from '../../gateway/ports.js';

export interface TestEntry {
  readonly name: string | Buffer;
  readonly data?: Buffer;
  /** 8 unless said. */
  readonly method?: number;
  readonly flags?: number;
  readonly descriptor?: boolean;
  readonly extra?: Buffer;
  readonly localExtra?: Buffer;
  readonly comment?: Buffer;
  /** What the headers say in place of the truth. */
  readonly says?: { readonly crc?: number; readonly size?: number; readonly compressedSize?: number; readonly localName?: string; readonly headerAt?: number };
  /** Compressed bytes as they are. */
  readonly packed?: Buffer;
  /** Bytes in front of its header. */
  readonly before?: Buffer;
}

export interface TestZip {
  readonly comment?: Buffer;
  readonly prefix?: Buffer;
  /** Offsets count from behind the prefix. */
  readonly shifted?: boolean;
  readonly suffix?: Buffer;
  readonly beforeDirectory?: Buffer;
  readonly count?: number;
  readonly zip64?: boolean;
}

export function extraField(id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

export function testZip(entries: readonly TestEntry[], options: TestZip = {}): Buffer {
  const out: Buffer[] = [];
  let written = 0;
  const put = (...pieces: readonly Buffer[]): void => {
    for (const piece of pieces) {
      out.push(piece);
      written += piece.length;
    }
  };
  put(options.prefix ?? Buffer.alloc(0));
  const base = options.shifted === true ? (options.prefix?.length ?? 0) : 0;
  const directory: Buffer[] = [];
  const length = (): number => written;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = entry.data ?? Buffer.alloc(0);
    const method = entry.method ?? 8;
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(data) : data);
    const flags = (entry.flags ?? 0) | (entry.descriptor === true ? 8 : 0);
    const crc = entry.says?.crc ?? crc32(data);
    const compressedSize = entry.says?.compressedSize ?? packed.length;
    const size = entry.says?.size ?? data.length;
    const extra = entry.extra ?? Buffer.alloc(0);
    const localExtra = entry.localExtra ?? extra;
    const comment = entry.comment ?? Buffer.alloc(0);
    if (entry.before) put(entry.before);
    const at = length();
    const localName = Buffer.from(entry.says?.localName ?? name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    if (entry.descriptor !== true) {
      local.writeUInt32LE(crc, 14);
      local.writeUInt32LE(compressedSize, 18);
      local.writeUInt32LE(size, 22);
    }
    local.writeUInt16LE(localName.length, 26);
    local.writeUInt16LE(localExtra.length, 28);
    put(local, localName, localExtra, packed);
    if (entry.descriptor === true) {
      const descriptor = Buffer.alloc(16);
      descriptor.writeUInt32LE(0x08074b50, 0);
      descriptor.writeUInt32LE(crc, 4);
      descriptor.writeUInt32LE(compressedSize, 8);
      descriptor.writeUInt32LE(size, 12);
      put(descriptor);
    }
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc, 16);
    central.writeUInt32LE(compressedSize, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt16LE(comment.length, 32);
    central.writeUInt32LE(entry.says?.headerAt ?? at - base, 42);
    directory.push(central, name, extra, comment);
  }
  if (options.beforeDirectory) put(options.beforeDirectory);
  const directoryAt = length() - base;
  const records = Buffer.concat(directory);
  put(records);
  const count = options.count ?? entries.length;
  if (options.zip64 === true) {
    const end64At = length() - base;
    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(44n, 4);
    end64.writeBigUInt64LE(BigInt(count), 24);
    end64.writeBigUInt64LE(BigInt(count), 32);
    end64.writeBigUInt64LE(BigInt(records.length), 40);
    end64.writeBigUInt64LE(BigInt(directoryAt), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(end64At), 8);
    locator.writeUInt32LE(1, 16);
    put(end64, locator);
  }
  const end = Buffer.alloc(22);
  const comment = options.comment ?? Buffer.alloc(0);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.zip64 === true ? 0xffff : count, 8);
  end.writeUInt16LE(options.zip64 === true ? 0xffff : count, 10);
  end.writeUInt32LE(options.zip64 === true ? 0xffffffff : records.length, 12);
  end.writeUInt32LE(options.zip64 === true ? 0xffffffff : directoryAt, 16);
  end.writeUInt16LE(comment.length, 20);
  put(end, comment);
  if (options.suffix) put(options.suffix);
  return Buffer.concat(out);
}

/** Bytes in memory; asks nobody to trust that callers stay within. */
export function memorySource(bytes: Uint8Array): PartSource {
  return {
    size: bytes.length,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) return Promise.reject(new RangeError('outside of the source'));
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}

export async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Uint8Array.from(piece));
  return Buffer.concat(all);
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}
