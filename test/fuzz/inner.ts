/** Damages what lies behind checksums and compression, and makes those right again: most flips elsewhere end at the first of them. */
import { crc32, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { testZip, type TestEntry } from '../kit/zip.js';

type Damage = (bytes: Buffer) => Buffer;

/** Entries of a sound zip, by its directory. */
function entriesOf(zip: Buffer): readonly TestEntry[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const entries: TestEntry[] = [];
  for (let at = zip.readUInt32LE(end + 16), left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, name, extra, comment, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const stored = zip.subarray(from, from + size);
    entries.push({ name: zip.subarray(at + 46, at + 46 + name), method, data: method === 8 ? inflateRawSync(stored) : Buffer.from(stored) });
    at += 46 + name + extra + comment;
  }
  return entries;
}

function damagedZip(zip: Buffer, damage: Damage, pick: number): Buffer {
  const entries = entriesOf(zip);
  return testZip(entries.map((entry, index) => (index === pick % entries.length && entry.data !== undefined ? { ...entry, data: damage(entry.data) } : entry)));
}

/** A 7z's header with the sums over it made right. */
function damagedSevenZip(file: Buffer, damage: Damage): Buffer {
  const from = 32 + Number(file.readBigUInt64LE(12));
  const header = damage(Buffer.from(file.subarray(from)));
  const start = Buffer.from(file.subarray(0, 32));
  start.writeBigUInt64LE(BigInt(header.length), 20);
  start.writeUInt32LE(crc32(header), 28);
  start.writeUInt32LE(crc32(start.subarray(12)), 8);
  return Buffer.concat([start, file.subarray(32, from), header]);
}

/** Every block that may be a header gets its sum. */
function damagedTar(file: Buffer, damage: Damage): Buffer {
  const bytes = Buffer.from(damage(file));
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    bytes.fill(' ', at + 148, at + 156);
    const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return bytes;
}

function damagedPng(file: Buffer, damage: Damage): Buffer {
  const bytes = Buffer.from(damage(file));
  for (let at = 8; at + 12 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (at + 12 + size > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, at + 8 + size)), at + 8 + size);
    at += 12 + size;
  }
  return bytes;
}

/** Undefined where a format has nothing behind which damage could hide. */
export function damagedInside(name: string, file: Buffer, damage: Damage, pick: number): Buffer | undefined {
  switch (name) {
    case 'zip': case 'docx': case 'xlsx': case 'pptx': case 'odt': case 'ods': case 'odp': return damagedZip(file, damage, pick);
    case 'gz': case 'gzip-coding': return gzipSync(damage(gunzipSync(file)));
    case 'tgz': return gzipSync(damagedTar(gunzipSync(file), damage));
    case 'tar': return damagedTar(file, damage);
    case '7z': return damagedSevenZip(file, damage);
    case 'png': return damagedPng(file, damage);
    default: return undefined;
  }
}
