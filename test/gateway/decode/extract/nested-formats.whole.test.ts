/** Formats within formats, as people send them: found, masked where the way out can be written anew, told where it cannot. */
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { numberSource } from '../../../kit/numbers.js';
import { openBytes, type OpenedBytes } from '../../../kit/containers.js';
import { converted, packed, realFiles } from '../../../kit/real-files.js';
import { testZip } from '../../../kit/zip.js';

const numbers = numberSource(66);
const phone = numbers.phone();
const id = numbers.residentId();
const shown = ({ findings }: OpenedBytes): string[] => findings.map(({ part, detector, maskable }) => `${part} ${detector} ${maskable}`).sort();
const reasons = ({ unscannable }: OpenedBytes): string[] => unscannable.map(({ part, reason, detail }) => `${part} ${reason} ${detail}`);
const bytesOf = ({ masked }: OpenedBytes): Buffer => {
  if (!Buffer.isBuffer(masked)) throw new TypeError('not written');
  return masked;
};
const run = (command: string, args: readonly string[], input: Uint8Array): Buffer => execFileSync(command, args, { input, stdio: ['pipe', 'pipe', 'ignore'] });

describe('formats within formats', () => {
  it('a tar.gz with a zip in it comes out masked, as tar and gzip read it', async () => {
    const zip = testZip([{ name: `${phone}.txt`, data: Buffer.from(`身份证 ${id}\n`) }]);
    const [tgz] = await realFiles([packed({ [`客户 ${phone}.csv`]: `姓名,手机\n张三,${phone}\n`, 'inner.zip': zip, 'clean.txt': 'nothing here' }, ['sh', '-c', 'tar --sort=name -czf out.tar.gz *.csv *.zip *.txt'], 'out.tar.gz')]);
    if (tgz === undefined) throw new Error('no file');
    const opened = await openBytes('gzip', tgz);
    expect(reasons(opened)).toEqual([]);
    expect(shown(opened).every((line) => line.endsWith(' true'))).toBe(true);
    expect(shown(opened).map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining(['cn.phone', 'cn.resident-id']));
    const out = bytesOf(opened);
    const tar = run('gzip', ['-dc'], out);
    expect(tar.includes(phone)).toBe(false);
    expect(run('tar', ['-xOf', '-', 'clean.txt'], tar).toString()).toBe('nothing here');
    expect(run('tar', ['--wildcards', '-xOf', '-', '*.csv'], tar).toString()).toMatch(/^姓名,手机\n张三,\d{3}\*{4}\d{4}\n$|^姓名,手机\n张三,\*{11}\n$/);
    expect(shown(await openBytes('gzip', out))).toEqual([]);
    expect((await openBytes('gzip', tgz, () => false)).masked).toBe('nothing');
  });

  it('what is only read is told as not maskable, however it is wrapped', async () => {
    const text = Buffer.from(`电话 ${phone}\n`);
    const [doc, seven] = await realFiles([converted('html', `<meta charset="utf-8"><p>电话 ${phone}</p>`, 'doc'), packed({ [`名单 ${phone}.txt`]: text }, ['7z', 'a', '-bd', 'out.7z', `名单 ${phone}.txt`], 'out.7z')]);
    if (doc === undefined || seven === undefined) throw new Error('no files');
    for (const [format, bytes] of [['ole', doc], ['7z', seven], ['bzip2', run('bzip2', ['-c'], text)], ['xz', run('xz', ['-c'], text)], ['zstd', run('zstd', ['-c'], text)], ['lz4', run('lz4', ['-c'], text)]] as const) {
      const alone = await openBytes(format, bytes);
      expect(alone.findings.map(({ detector, maskable }) => `${format} ${detector} ${maskable}`)).toContain(`${format} cn.phone false`);
      const zipped = await openBytes('zip', testZip([{ name: 'inner', data: bytes }, { name: 'beside.txt', data: text }]));
      expect(zipped.findings.filter(({ maskable }) => maskable)).toHaveLength(1);
      expect(zipped.findings.filter(({ maskable }) => !maskable).length).toBeGreaterThan(0);
    }
  });

  it('a document within a document is read too', async () => {
    const [xls] = await realFiles([converted('csv', `姓名,手机\n张三,${phone}\n`, 'xls')]);
    if (xls === undefined) throw new Error('no file');
    const tar = run('sh', ['-c', 'd=$(mktemp -d); cat > $d/a.xls; tar -C $d -cf - a.xls; rm -r $d'], xls);
    const opened = await openBytes('xz', run('xz', ['-c'], tar));
    expect(shown(opened)).toContain('body/1/1.xls/workbook cn.phone false');
  });

  it('a bomb is stopped early', async () => {
    const zeros = Buffer.alloc(60_000_000);
    for (const [format, command] of [['gzip', 'gzip'], ['bzip2', 'bzip2'], ['xz', 'xz'], ['zstd', 'zstd'], ['lz4', 'lz4']] as const) {
      const opened = await openBytes(format, run(command, ['-c'], zeros));
      // lz4 does not pack zeros closer than 1 to 255.
      if (format !== 'lz4') expect(reasons(opened).join()).toMatch(/too-large/);
    }
  });
});
