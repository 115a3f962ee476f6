/** What the zip writer makes is taken by readers that share no code with it, and what was not changed is as it was. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ZipChange } from '../../../../../gateway/decode/extract/zip/archive.js';
import { entryBytes } from '../../../../../gateway/decode/extract/zip/entry-bytes.js';
import { readZip } from '../../../../../gateway/decode/extract/zip/read-zip.js';
import { writeZip } from '../../../../../gateway/decode/extract/zip/write-zip.js';
import { EXTRACT_LIMITS } from '../../../../../gateway/decode/extract/limits.js';
import { collected, memorySource, once, testZip, type TestEntry, type TestZip } from '../../../../kit/zip.js';

const folder = mkdtempSync(join(tmpdir(), 'weir-zip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rewrite = async (bytes: Buffer, changes: ReadonlyMap<number, ZipChange>, comment?: Uint8Array): Promise<Buffer> =>
  collected(writeZip(await readZip(memorySource(bytes), EXTRACT_LIMITS), changes, comment));
const contents = async (bytes: Buffer): Promise<Record<string, string>> => {
  const archive = await readZip(memorySource(bytes), EXTRACT_LIMITS);
  const found: Record<string, string> = {};
  for (const entry of archive.entries) found[entry.name] = (await collected(entryBytes(archive, entry))).toString('latin1');
  return found;
};
const PYTHON = `
import sys, zipfile, json
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({i.filename: z.read(i).decode('latin1') for i in z.infolist()}))
`;
/** By unzip, 7z and Python, each of which checks every checksum. */
const readElsewhere = (bytes: Buffer): Record<string, string> => {
  const file = join(folder, 'x.zip');
  writeFileSync(file, bytes);
  // It warns of what stands in front, by 1; errors begin at 2.
  expect(spawnSync('unzip', ['-tqq', file]).status).toBeLessThan(2);
  // It takes none that something stands in front of, unless it is told where it begins.
  if (bytes.readUInt16LE(0) === 0x4b50) execFileSync('7z', ['t', '-bso0', file]);
  return JSON.parse(execFileSync('python3', ['-c', PYTHON, file], { maxBuffer: 2 ** 28 }).toString()) as Record<string, string>;
};
const large = Buffer.alloc(600_000, 'a table of rows, one like another\n');

describe('writing a zip', () => {
  it.each<[string, TestZip, Partial<TestEntry>]>([
    ['plain', {}, {}],
    ['with descriptors', {}, { descriptor: true }],
    ['with zip64 end records', { zip64: true }, {}],
    ['behind a prefix', { prefix: Buffer.from('#!/bin/sh\n'), shifted: true }, {}],
    ['behind a prefix that its offsets count', { prefix: Buffer.from('#!/bin/sh\n') }, {}],
  ])('changes one member and keeps the others: %s', async (_, options, entry) => {
    const zip = testZip([{ name: 'a.txt', data: Buffer.from('number one'), ...entry }, { name: 'b.txt', data: Buffer.from('number two'), ...entry }, { name: 'c/', method: 0 }, { name: 'c/d.bin', data: large, ...entry }], options);
    const out = await rewrite(zip, new Map([[1, { bytes: () => once(Buffer.from('******')) }]]));
    expect(readElsewhere(out)).toEqual({ 'a.txt': 'number one', 'b.txt': '******', 'c/': '', 'c/d.bin': large.toString('latin1') });
    expect(await contents(out)).toEqual(readElsewhere(out));
  });

  it('writes a member that is too large to be compressed at once', async () => {
    const other = Buffer.alloc(9_000_000, 'other rows, one like another!\n');
    const out = await rewrite(testZip([{ name: 'a.txt', data: large }, { name: 'b.txt', data: Buffer.from('b') }]), new Map([[0, { bytes: () => once(other) }]]));
    expect(readElsewhere(out)).toEqual({ 'a.txt': other.toString('latin1'), 'b.txt': 'b' });
    expect(Object.keys(await contents(out))).toEqual(['a.txt', 'b.txt']);
  });

  it('changes names and comments in place, and nothing else', async () => {
    const zip = testZip([{ name: '13800000000.txt', data: Buffer.from('a'), comment: Buffer.from('of 13800000000') }, { name: 'b.txt', data: Buffer.from('b') }], { comment: Buffer.from('all of 13800000000') });
    const out = await rewrite(zip, new Map([[0, { name: Buffer.from('138____0000.txt'), comment: Buffer.from('of 138****0000') }]]), Buffer.from('all of 138****0000'));
    expect(out.length).toBe(zip.length);
    expect(out.toString('latin1')).toBe(zip.toString('latin1').replaceAll('13800000000.txt', '138____0000.txt').replaceAll('13800000000', '138****0000'));
    expect(readElsewhere(out)).toEqual({ '138____0000.txt': 'a', 'b.txt': 'b' });
  });

  it('leaves a zip byte for byte when nothing changes, whatever program made it', async () => {
    writeFileSync(join(folder, 'one.txt'), 'one');
    writeFileSync(join(folder, 'two.txt'), large);
    const made: [string, string[]][] = [
      ['zip', ['-q', 'i.zip', 'one.txt', 'two.txt']],
      ['zip', ['-q', '-fz', 's.zip', 'one.txt', 'two.txt']],
      ['7z', ['a', '-bso0', 'z.zip', 'one.txt', 'two.txt']],
      ['python3', ['-c', 'import zipfile; z=zipfile.ZipFile("p.zip","w",zipfile.ZIP_DEFLATED); z.write("one.txt"); z.write("two.txt"); z.comment=b"c"; z.close()']],
    ];
    for (const [program, words] of made) execFileSync(program, words, { cwd: folder });
    for (const name of ['i.zip', 's.zip', 'z.zip', 'p.zip']) {
      const bytes = readFileSync(join(folder, name));
      expect((await contents(bytes))['one.txt']).toBe('one');
      const same = await rewrite(bytes, new Map());
      if (name === 's.zip') expect(await contents(same)).toEqual(await contents(bytes));
      else expect(same.equals(bytes)).toBe(true);
      expect((readElsewhere(await rewrite(bytes, new Map([[0, { bytes: () => once(Buffer.from('***')) }]]))))['one.txt']).toBe('***');
    }
  });

  it('gives back what was put in, for any members and any changes', async () => {
    const entry = fc.record({ data: fc.uint8Array({ maxLength: 400 }), method: fc.constantFrom(0, 8), descriptor: fc.boolean(), change: fc.option(fc.uint8Array({ maxLength: 400 })) });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.boolean(), fc.uint8Array({ maxLength: 30 }), async (list, zip64, comment) => {
        const zip = testZip(list.map(({ data, method, descriptor }, index) => ({ name: `${index}.bin`, data: Buffer.from(data), method, descriptor })), { zip64, comment: Buffer.from(comment) });
        const out = await rewrite(zip, new Map(list.flatMap(({ change }, index): [number, ZipChange][] => (change === null ? [] : [[index, { bytes: () => once(change) }]]))));
        expect(await contents(out)).toEqual(Object.fromEntries(list.map(({ data, change }, index) => [`${index}.bin`, Buffer.from(change ?? data).toString('latin1')])));
      }),
      { numRuns: 100, seed: 6 },
    );
  });
});
