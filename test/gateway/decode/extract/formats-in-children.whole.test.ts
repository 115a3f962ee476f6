/** Formats are opened within the bounds of the process that opens them: libraries in WebAssembly and windows of decoders have room there, and no more. */
import { describe, expect, it } from '@jest/globals';
import { numberSource } from '../../../kit/numbers.js';
import { openingProcess } from '../../../kit/opening-process.js';
import { converted, packed, realFiles } from '../../../kit/real-files.js';

const phone = numberSource(67).phone();
const seen = openingProcess();

describe('the process that opens files', () => {
  it('opens each archive and old document, and writes those anew that can be', async () => {
    const text = `电话 ${phone}\n`;
    const commands: readonly (readonly [string, string])[] = [['7z', '7z a -bd out a.txt && mv out.7z out'], ['7z', '7z a -bd -mx=9 -md=64m out a.txt && mv out.7z out'], ['xz', 'xz -9 -c a.txt > out'], ['zstd', 'zstd -q --ultra -22 -c a.txt > out'], ['bzip2', 'bzip2 -c a.txt > out'], ['lz4', 'lz4 -q -c a.txt > out'], ['ar', 'ar rc out a.txt']];
    const [doc, tgz, ...others] = await realFiles([
      converted('html', `<meta charset="utf-8"><p>电话 ${phone}</p>`, 'doc'),
      packed({ 'a.txt': text }, ['tar', '-czf', 'out.tar.gz', 'a.txt'], 'out.tar.gz'),
      ...commands.map(([, command]) => packed({ 'a.txt': text }, ['sh', '-c', command], 'out')),
    ]);
    if (doc === undefined || tgz === undefined) throw new Error('no files');
    for (const [i, [format]] of commands.entries()) expect([format, await seen(format, others[i] ?? Buffer.alloc(0))]).toEqual([format, { found: ['cn.phone false'], reasons: [], masked: undefined }]);
    expect(await seen('ole', doc)).toEqual({ found: ['cn.phone false'], reasons: [], masked: undefined });
    const first = await seen('gzip', tgz);
    expect(first.found).toEqual(['cn.phone true']);
    expect(first.reasons).toEqual([]);
    expect(await seen('gzip', first.masked ?? Buffer.alloc(0))).toEqual({ found: [], reasons: [], masked: undefined });
  });
});
