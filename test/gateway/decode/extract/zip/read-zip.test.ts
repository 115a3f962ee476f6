/** The zip reader takes what real programs write and refuses what two readers would read differently. */
import { describe, expect, it } from '@jest/globals';
import { deflateRawSync } from 'node:zlib';
import type { ZipArchive } from '../../../../../gateway/decode/extract/zip/archive.js';
import { entryBytes } from '../../../../../gateway/decode/extract/zip/entry-bytes.js';
import { readZip } from '../../../../../gateway/decode/extract/zip/read-zip.js';
import { EXTRACT_LIMITS } from '../../../../../gateway/decode/extract/limits.js';
import { collected, extraField, memorySource, testZip, type TestEntry, type TestZip } from '../../../../kit/zip.js';

const hello: TestEntry = { name: 'a.txt', data: Buffer.from('hello hello hello') };
const world: TestEntry = { name: 'b.txt', data: Buffer.from('world world world'), method: 0 };

const open = (bytes: Buffer): Promise<ZipArchive> => readZip(memorySource(bytes), EXTRACT_LIMITS);
const made = (entries: readonly TestEntry[], options?: TestZip): Promise<ZipArchive> => open(testZip(entries, options));
const read = async (archive: ZipArchive, index: number): Promise<string> => {
  const entry = archive.entries[index];
  if (entry === undefined) throw new RangeError('no such entry');
  return (await collected(entryBytes(archive, entry))).toString();
};
const refused = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
    return 'taken';
  } catch (thrown) {
    const { reason, detail } = thrown as { reason?: unknown; detail?: unknown };
    return `${String(reason)}:${String(detail)}`;
  }
};
const unicodePath = (path: string): Buffer => extraField(0x7075, Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from(path)]));

describe('reading a zip', () => {
  it.each<[string, TestZip, Partial<TestEntry>]>([
    ['plain', {}, {}],
    ['with descriptors', {}, { descriptor: true }],
    ['with zip64 end records', { zip64: true }, {}],
    ['with a comment', { comment: Buffer.from('a comment') }, {}],
    ['with zeros in front of its directory', { beforeDirectory: Buffer.alloc(17) }, {}],
  ])('takes one %s, and no byte is left over', async (_, options, entry) => {
    const archive = await made([{ ...hello, ...entry }, world], options);
    expect(archive.gaps).toEqual([]);
    expect(await Promise.all([read(archive, 0), read(archive, 1)])).toEqual(['hello hello hello', 'world world world']);
  });

  it.each([false, true])('names what stands in front, between and behind (offsets shifted: %s)', async (shifted) => {
    const archive = await made([hello, { ...world, before: Buffer.from('between') }], { prefix: Buffer.from('#!/bin/sh'), shifted, beforeDirectory: Buffer.from('signature'), suffix: Buffer.from('behind') });
    const bytes = testZip([hello, { ...world, before: Buffer.from('between') }], { prefix: Buffer.from('#!/bin/sh'), shifted, beforeDirectory: Buffer.from('signature'), suffix: Buffer.from('behind') });
    expect(archive.gaps.map(({ from, to }) => bytes.toString('latin1', from, to))).toEqual(['#!/bin/sh', 'between', 'signature', 'behind']);
    expect(await read(archive, 1)).toBe('world world world');
  });

  it('reads names in GBK and tells of a second name that says something else', async () => {
    const gbk = Buffer.from([0xd6, 0xd0, 0x2e, 0x74, 0x78, 0x74]);
    const archive = await made([{ ...hello, name: gbk, extra: unicodePath('别.txt') }]);
    expect(archive.entries[0]?.name).toBe('中.txt');
    expect(Buffer.from(archive.entries[0]?.unicodeName ?? []).toString()).toBe('别.txt');
  });

  it('says of entries that nobody reads why', async () => {
    const archive = await made([{ ...hello, flags: 1 }, { ...world, method: 99, name: 'c' }, { ...world, method: 93, name: 'd' }, { ...world, method: 14, name: 'e' }, { ...world, method: 12, name: 'f' }]);
    expect(archive.entries.map(({ problem }) => problem?.reason)).toEqual(['encrypted', 'encrypted', 'unsupported', 'unsupported', 'unsupported']);
  });

  it('takes a zip that lies stored in another, end record and all', async () => {
    const inner = testZip([hello]);
    expect(await refused(made([{ name: 'inner.zip', data: inner, method: 0 }]))).toBe('taken');
  });

  it('finds two entries of one name', async () => {
    expect((await made([hello, { ...world, name: 'A.txt' }])).duplicates).toBe(true);
    expect((await made([hello, world])).duplicates).toBe(false);
  });

  it.each<[string, Buffer, string]>([
    ['empty bytes', Buffer.alloc(0), 'malformed:no-end-record'],
    ['a first half', testZip([hello, world]).subarray(0, 90), 'malformed:no-end-record'],
    ['two end records that both reach the end', testZip([hello], { comment: testZip([world]) }), 'malformed:end-records'],
    ['an archive behind another', Buffer.concat([testZip([hello]), testZip([world])]), 'malformed:end-records'],
    ['a directory that counts too few', testZip([hello, world], { count: 1 }), 'malformed:directory'],
    ['a directory that counts too many', testZip([hello, world], { count: 3 }), 'malformed:directory'],
    ['a local header of another name', testZip([{ ...hello, says: { localName: 'x.txt' } }]), 'malformed:local-header'],
    ['two entries with one set of bytes', testZip([hello, { ...hello, name: 'b.txt', says: { headerAt: 0 } }]), 'malformed:entries-overlap'],
    ['an entry that reaches into the next', testZip([{ ...hello, says: { compressedSize: 60 } }, world]), 'malformed:entries-overlap'],
    ['an entry where none is', testZip([{ ...hello, says: { headerAt: 5 } }]), 'malformed:local-header'],
    ['an entry beyond the end', testZip([{ ...hello, says: { headerAt: 0x7fffffff } }]), 'malformed:entries-overlap'],
    ['"elsewhere" without zip64', testZip([{ ...hello, says: { headerAt: 0xffffffff } }]), 'malformed:zip64'],
    ['an extra field that is cut', testZip([{ ...hello, extra: Buffer.from([1, 2, 200, 0, 0]) }]), 'malformed:extra-field'],
  ])('refuses %s', async (_, bytes, reason) => {
    expect(await refused(open(bytes))).toBe(reason);
  });

  it('refuses more members than a file may have before it looks at one', async () => {
    expect(await refused(readZip(memorySource(testZip([hello, world])), { ...EXTRACT_LIMITS, members: 1 }))).toBe('too-many-parts:zip');
  });

  it.each<[string, TestEntry, string]>([
    ['another checksum', { ...hello, says: { crc: 1 } }, 'malformed:zip-crc'],
    ['a larger size', { ...hello, says: { size: 18 } }, 'malformed:zip-size'],
    ['a smaller size', { ...hello, says: { size: 16 } }, 'malformed:zip-size'],
    ['bytes behind the compressed ones', { ...hello, packed: Buffer.concat([deflateRawSync(Buffer.from('hello hello hello')), Buffer.from('hidden')]) }, 'malformed:deflate'],
    ['half of the compressed bytes', { ...hello, packed: deflateRawSync(Buffer.from('hello hello hello')).subarray(0, 5) }, 'malformed:deflate'],
    ['no compressed bytes at all', { ...hello, packed: Buffer.from('\xff\xff\xff\xff', 'latin1') }, 'malformed:deflate'],
  ])('tells an entry with %s when it is read', async (_, entry, reason) => {
    expect(await refused(read(await made([entry]), 0))).toBe(reason);
  });

  it.each([300_000, 3_000_000])('tells the same of entries that are inflated in a stream (%d bytes)', async (size) => {
    const data = Buffer.alloc(size, 'abcdefg hijk\n');
    const packed = deflateRawSync(data);
    expect((await read(await made([{ name: 'x', data }]), 0)).length).toBe(size);
    expect(await refused(read(await made([{ name: 'x', data, says: { crc: 1 } }]), 0))).toBe('malformed:zip-crc');
    expect(await refused(read(await made([{ name: 'x', data, packed: Buffer.concat([packed, Buffer.from('hidden')]) }]), 0))).toBe('malformed:deflate');
    expect(await refused(read(await made([{ name: 'x', data, packed: packed.subarray(0, packed.length - 9) }]), 0))).toBe('malformed:deflate');
    expect(await refused(read(await made([{ name: 'x', data, says: { size: 5 } }]), 0))).toMatch(/^malformed:/);
  });
});
