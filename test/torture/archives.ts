/** Hostile archives and streams: bombs, lies about sizes and places, archives in archives, and pieces without end. */
import { brotliCompressSync, constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { packed, realFiles } from '../kit/real-files.js';
import { testZip } from '../kit/zip.js';
import { ANYHOW, times, u16, u32, type Hostile } from './hostile.js';

const MIB = 2 ** 20;
const zeros = (): Buffer => gzipSync(Buffer.alloc(64 * MIB));
const PHONE_LINE = Buffer.from('电话 13800138000\n');

/** One deflate block of 128 MiB without a second copy of it. */
function zipBomb(): Buffer {
  const data = Buffer.alloc(128 * MIB);
  return testZip([{ name: 'a.txt', packed: deflateRawSync(data), says: { crc: crc32(data), size: data.length } }]);
}

function nested(levels: number, wrap: (inner: Buffer) => Buffer): Buffer {
  let bytes: Buffer = PHONE_LINE;
  for (let level = 0; level < levels; level++) bytes = wrap(bytes);
  return bytes;
}

/** Each level holds ten of the level below. */
function tree(levels: number): Buffer {
  let bytes: Buffer = PHONE_LINE;
  for (let level = 0; level < levels; level++) {
    const inner = bytes;
    bytes = testZip(Array.from({ length: 10 }, (_, index) => ({ name: `${index}.zip`, data: inner })));
  }
  return bytes;
}

/** Every entry names the same compressed bytes. */
function overlapping(): Buffer {
  const data = Buffer.alloc(MIB, 'a');
  const entries = Array.from({ length: 500 }, (_, index) => ({ name: `${index}.txt`, data: index === 0 ? data : Buffer.alloc(0), says: { headerAt: 0, crc: crc32(data), size: data.length, compressedSize: deflateRawSync(data).length } }));
  return testZip(entries);
}

/** A frame of blocks that each stand for 128 KiB of one byte, in four. */
function zstdRuns(blocks: number): Buffer {
  const block = (last: boolean): Buffer => Buffer.concat([u32((128 * 1024 * 8) | (1 << 1) | (last ? 1 : 0)).subarray(0, 3), Buffer.from([0x61])]);
  return Buffer.concat([u32(0xfd2fb528), Buffer.from([0, 0x38]), times(blocks, block(false)), block(true)]);
}
const zstdEmpty = (blocks: number): Buffer => Buffer.concat([u32(0xfd2fb528), Buffer.from([0, 0x38]), Buffer.alloc(3 * blocks), Buffer.from([1, 0, 0])]);

const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
/** Stored blocks without a byte, and no end. */
const EMPTY_BLOCKS = times(1_000_000, Buffer.from([0, 0, 0, 0xff, 0xff]));

function tarHeader(name: string, size: string, type: string, link = ''): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0, 'latin1');
  head.write('0000644\0', 100, 'latin1');
  head.write(size, 124, 'latin1');
  head.write(type, 156, 'latin1');
  head.write(link, 157, 'latin1');
  head.write('ustar\x0000', 257, 'latin1');
  head.fill(' ', 148, 156);
  head.write(head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0'), 148, 'latin1');
  head[154] = 0;
  return head;
}
const octal = (value: number): string => value.toString(8).padStart(11, '0');
const END = Buffer.alloc(1024);

const made = (command: string): (() => Promise<{ bytes: Buffer }>) => async () => ({ bytes: (await realFiles([packed({}, ['sh', '-c', command], 'out')]))[0] ?? Buffer.alloc(0) });
const bytes = (make: () => Buffer, contentType?: string, contentEncoding?: string) => (): { bytes: Buffer; contentType: string | undefined; contentEncoding: string | undefined } => ({ bytes: make(), contentType, contentEncoding });
const coded = (coding: string, make: () => Buffer): ReturnType<typeof bytes> => bytes(make, 'text/plain', coding);

export const ARCHIVES: readonly Hostile[] = [
  { name: 'a zip of 128 MiB of nothing', ends: /too-large ratio/, make: bytes(zipBomb) },
  { name: 'a zip whose entries are one another', ends: /malformed/, make: bytes(overlapping) },
  { name: 'zips in zips, a hundred deep', ends: /too-deep/, make: bytes(() => nested(100, (data) => testZip([{ name: 'a.zip', data }]))) },
  { name: 'ten zips in each of ten zips, four deep', ends: /too-many-parts|timeout/, slow: true, make: bytes(() => tree(4)) },
  { name: 'gzip in gzip, a hundred deep', ends: /too-deep/, make: bytes(() => nested(100, (data) => gzipSync(data))) },
  { name: 'a zip of 65,000 entries', ends: /too-many-parts/, make: bytes(() => testZip(Array.from({ length: 65_000 }, (_, index) => ({ name: `${index}`, method: 0 })))) },
  { name: 'a zip of 10,001 empty entries', ends: /too-many-parts/, make: bytes(() => testZip(Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, method: 0 })))) },
  { name: 'a zip without an entry', ends: /^$/, make: bytes(() => testZip([])) },
  { name: 'a zip with names of 64 KiB', ends: /^$/, finds: 20, make: bytes(() => testZip(Array.from({ length: 20 }, (_, index) => ({ name: `${index}${'名'.repeat(21_000)} 13800138000 .txt`, data: Buffer.from('x') })))) },
  { name: 'a zip with a comment, and an extra field, of 64 KiB', ends: ANYHOW, make: bytes(() => testZip([{ name: 'a', data: PHONE_LINE, comment: times(5000, PHONE_LINE).subarray(0, 65_000), extra: Buffer.alloc(65_000, 1) }], { comment: times(5000, PHONE_LINE).subarray(0, 65_000) })) },
  { name: 'a zip that says it has no end of entries', ends: /malformed|too-many-parts/, make: bytes(() => testZip([{ name: 'a', data: PHONE_LINE }], { count: 65_534 })) },
  { name: 'a zip64 of more entries than there are bytes', ends: /malformed|too-many/, make: bytes(() => testZip([{ name: 'a', data: PHONE_LINE }], { zip64: true, count: 2 ** 40 })) },
  { name: 'a zip entry of empty deflate blocks', ends: /malformed|too-/, make: bytes(() => testZip([{ name: 'a.txt', packed: EMPTY_BLOCKS, says: { size: 5, compressedSize: EMPTY_BLOCKS.length, crc: 1 } }])) },
  { name: 'gz of empty deflate blocks', ends: /malformed|too-/, make: bytes(() => Buffer.concat([GZIP_HEAD, EMPTY_BLOCKS])) },
  { name: 'gz of 100,100 empty members', ends: /too-many-parts|timeout/, slow: true, make: bytes(() => times(100_100, gzipSync(Buffer.alloc(0)))) },
  { name: 'gz with a name of 1 MiB', ends: /too-|malformed/, make: bytes(() => Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(MIB, 'n'), Buffer.from([0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])])) },
  { name: 'zst of 64 MiB in 2 KiB', ends: /too-large/, make: bytes(() => zstdRuns(512)) },
  { name: 'zst that asks for a window of 2 GiB', ends: /too-large/, make: bytes(() => Buffer.concat([u32(0xfd2fb528), Buffer.from([0, 0xa8]), Buffer.from([1, 0, 0])])) },
  { name: 'zst of 200,000 empty blocks', ends: /^$|malformed|too-/, make: bytes(() => zstdEmpty(200_000)) },
  { name: 'zst of skipped frames alone', ends: /too-|malformed|failed/, make: bytes(() => Buffer.concat([zstdEmpty(1), times(200_000, Buffer.concat([u32(0x184d2a50), u32(10), Buffer.from('1380013800')]))])) },
  { name: 'bz2 of 64 MiB of nothing', ends: /too-large/, make: made('head -c 64M /dev/zero | bzip2 -1 > out') },
  { name: 'bz2 of 100,000 empty streams', ends: /^$|too-|malformed/, make: bytes(() => times(100_000, Buffer.from('425a683917724538509000000000', 'hex'))) },
  { name: 'xz of 64 MiB of nothing', ends: /too-large/, make: made('head -c 64M /dev/zero | xz -0 > out') },
  { name: 'lz4 of 64 MiB of nothing', ends: /unsupported binary/, make: made('head -c 64M /dev/zero | lz4 -q > out') },
  { name: '7z of 256 MiB of nothing', ends: /too-large/, make: made('head -c 256M /dev/zero | 7z a -si -bd -mx=1 out.7z > /dev/null && mv out.7z out') },
  { name: 'a tar whose links lead to themselves', ends: /^$/, finds: 1, make: bytes(() => Buffer.concat([tarHeader('a', octal(0), '2', 'a'), tarHeader('b', octal(0), '1', 'b'), tarHeader('../../../etc/passwd', octal(0), '2', '/13800138000'), END])) },
  { name: 'a tar of 20,000 empty files', ends: /too-many-parts/, make: bytes(() => Buffer.concat([times(20_000, tarHeader('a', octal(0), '0')), END])) },
  { name: 'a tar that says more than it has', ends: /malformed/, make: bytes(() => Buffer.concat([tarHeader('a', '77777777777', '0'), PHONE_LINE, END])) },
  { name: 'a tar of a size below nothing', ends: /malformed/, make: bytes(() => Buffer.concat([tarHeader('a', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', '0'), PHONE_LINE, END])) },
  { name: 'a tar of long names alone', ends: /too-|malformed/, make: bytes(() => Buffer.concat([...Array.from({ length: 60 }, () => Buffer.concat([tarHeader('././@LongLink', octal(MIB), 'L'), Buffer.alloc(MIB, 'n')])), END])) },
  { name: 'a gzip body of 64 MiB of nothing', ends: /too-large/, make: coded('gzip', () => zeros()) },
  { name: 'a brotli body of 256 MiB of nothing', ends: /too-large/, make: coded('br', () => brotliCompressSync(Buffer.alloc(256 * MIB), { params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 24 } })) },
  { name: 'a zstd body of 64 MiB in 2 KiB', ends: /too-large/, make: coded('zstd', () => zstdRuns(512)) },
  { name: 'a zstd body of a window of 2 GiB', ends: /too-large/, make: coded('zstd', () => Buffer.concat([u32(0xfd2fb528), Buffer.from([0, 0xa8]), Buffer.from([1, 0, 0])])) },
  { name: 'a zstd body of 200,000 empty blocks', ends: /^$|malformed|too-/, make: coded('zstd', () => zstdEmpty(200_000)) },
  { name: 'a deflate body of empty blocks', ends: /malformed|too-/, make: coded('deflate', () => EMPTY_BLOCKS) },
  { name: 'a gzip body of empty blocks', ends: /malformed|too-/, make: coded('gzip', () => Buffer.concat([GZIP_HEAD, EMPTY_BLOCKS])) },
  { name: 'a gzip body of 10,100 empty members', ends: /too-many-parts/, make: coded('gzip', () => times(10_100, gzipSync(Buffer.alloc(0)))) },
  { name: 'a brotli body of empty blocks', ends: /malformed|too-/, make: coded('br', () => Buffer.concat([Buffer.from([0x0c]), times(5_000_000, Buffer.from([6]))])) },
  { name: 'a body in five codings, each a bomb', ends: /too-large/, make: coded('gzip, gzip, gzip, gzip, gzip', () => gzipSync(gzipSync(gzipSync(gzipSync(zeros()))))) },
  { name: 'a body in six codings', ends: /unsupported/, make: coded('gzip, gzip, gzip, gzip, gzip, gzip', () => gzipSync(PHONE_LINE)) },
  { name: 'an ar whose members say more than they have', ends: /malformed/, make: bytes(() => Buffer.from(`!<arch>\n${'a.txt/'.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}9999999999\`\n13800138000`)) },
  { name: 'a cab of nothing but its beginning', ends: ANYHOW, make: bytes(() => Buffer.concat([Buffer.from('MSCF\0\0\0\0'), u32(0xffffffff), Buffer.alloc(4), u32(44), Buffer.alloc(4), u16(0x0103), u16(65535), u16(65535), Buffer.alloc(100, 0xff)])) },
  { name: 'a rar of nothing but its beginning', ends: ANYHOW, make: bytes(() => Buffer.concat([Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'), Buffer.alloc(2000, 0xff)])) },
];
