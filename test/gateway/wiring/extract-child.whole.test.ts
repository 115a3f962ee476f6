/** Files are opened by processes whose end, whatever brought it about, costs one file. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spoolFactory } from '../../../gateway/body/spool.js';
import { EXTRACT_LIMITS } from '../../../gateway/decode/extract/limits.js';
import { extractPool, type ExtractPool, type PoolOptions } from '../../../gateway/decode/extract/pool.js';
import { spawnExtractChild } from '../../../gateway/wiring/extract-spawn.js';
import type { SpoolFactory } from '../../../gateway/ports.js';
import { childPart, told } from '../../kit/containers.js';
import { numberSource } from '../../kit/numbers.js';
import { PATIENCE_MS } from '../../kit/patience.js';
import { collected, memorySource, testZip } from '../../kit/zip.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const REAL = join(process.env['WEIR_TEST_PROGRAM'] ?? join(ROOT, 'dist'), 'gateway', 'wiring', 'extract-child.js');
const HOSTILE = join(ROOT, 'test', 'kit', 'hostile-extract-child.mjs');
const MEMORY = 256 * 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'weir-extract-'));
const phone = numberSource(61).phone();

let spools: SpoolFactory;
let pool: ExtractPool | undefined;
let failures: string[] = [];
beforeAll(() => {
  spools = spoolFactory({ dir: folder });
});
afterEach(async () => {
  await pool?.close();
  failures = [];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function started(entry: string, options: Partial<PoolOptions> = {}): ExtractPool {
  return (pool = extractPool({
    spawn: () => spawnExtractChild(MEMORY, entry),
    settings: { detectors: { disable: [], keep: {}, patterns: [] }, fingerprintKey: Buffer.from('test key'), limits: EXTRACT_LIMITS, keeps: 2 ** 20 },
    children: 1, waiting: 10, timeMs: PATIENCE_MS, memory: MEMORY, spools,
    onFailure: (code) => failures.push(code),
    ...options,
  }));
}

async function opened(entry: string, fileName: string, bytes: Uint8Array, options: Partial<PoolOptions> = {}): Promise<{ readonly reasons: readonly string[]; readonly found: readonly string[]; readonly masked: Buffer | undefined }> {
  const own = pool ?? started(entry, options);
  const { sink, findings, unscannable } = told();
  const part = await own.open(childPart('zip', { fileName }), memorySource(bytes), sink);
  const pieces = await part.rewrite?.(() => true);
  const masked = pieces === undefined ? undefined : await collected(pieces);
  await part.close();
  return { masked, reasons: unscannable.map(({ part: where, reason, detail }) => `${where} ${reason} ${detail}`), found: findings.map(({ part: where, detector, maskable }) => `${where} ${detector} ${maskable}`) };
}
const hostile = async (act: string, options: Partial<PoolOptions> = {}): Promise<readonly string[]> => {
  started(HOSTILE, options);
  return (await opened(HOSTILE, act, Buffer.from('content'))).reasons;
};

describe('the process that opens files', () => {
  it('opens a zip and writes it masked', async () => {
    const zip = testZip([{ name: 'a.txt', data: Buffer.from(`电话 ${phone}\n`) }, { name: 'b.zip', data: testZip([{ name: 'c.txt', data: Buffer.from(`电话 ${phone}\n`) }]) }]);
    started(REAL);
    const first = await opened(REAL, 'x.zip', zip);
    expect(first.found).toEqual(['body/0.txt cn.phone true', 'body/1.zip/0.txt cn.phone true']);
    expect(first.reasons).toEqual([]);
    const again = await opened(REAL, 'x.zip', first.masked ?? Buffer.alloc(0));
    expect(again).toEqual({ masked: undefined, reasons: [], found: [] });
    expect(failures).toEqual([]);
  });

  it('keeps what is too much for its memory in the spool of the gateway', async () => {
    const filler = Buffer.from(Array.from({ length: 6 * 2 ** 20 }, (_, index) => 97 + ((index * 7919) % 26)));
    const inner = testZip([{ name: 'a.txt', data: Buffer.concat([filler, Buffer.from(`\n电话 ${phone}\n`)]), method: 0 }]);
    started(REAL);
    const first = await opened(REAL, 'x.zip', testZip([{ name: 'b.zip', data: inner, method: 0 }]));
    expect(first.found).toEqual(['body/0.zip/0.txt cn.phone true']);
    expect((await opened(REAL, 'x.zip', first.masked ?? Buffer.alloc(0))).found).toEqual([]);
  });

  it('is ended at its time, and the next file finds another', async () => {
    const zip = testZip([{ name: 'a.txt', data: Buffer.alloc(60 * 2 ** 20, 'words, words and 123 4567 words\n'), method: 0 }]);
    started(REAL, { timeMs: 150 });
    expect((await opened(REAL, 'x.zip', zip)).reasons).toEqual(['body timeout time']);
    await pool?.close();
    started(REAL);
    expect((await opened(REAL, 'x.zip', testZip([{ name: 'a.txt', data: Buffer.from('x') }]))).reasons).toEqual([]);
  });

  it.each([
    ['crash', 'body failed crash', ['EXTRACT_CRASH']],
    ['abort', 'body too-large memory', []],
    ['nonsense', 'body failed protocol', ['EXTRACT_PROTOCOL']],
    ['beside', 'body failed protocol', ['EXTRACT_PROTOCOL']],
    ['beyond', 'body failed protocol', ['EXTRACT_PROTOCOL']],
    ['spool', 'body failed protocol', ['EXTRACT_PROTOCOL']],
    ['write', 'body failed could not write', []],
    ['look', 'body failed |', []],
    ['print', 'body failed printed', []],
    ['13800138000', 'body failed the number #', []],
  ])('taken over by a file that does this: %s', async (act, reason, logged) => {
    expect(await hostile(act)).toEqual([reason]);
    expect(failures).toEqual(logged);
    expect((await opened(HOSTILE, 'print', Buffer.from('next'))).reasons).toEqual(['body failed printed']);
  });

  it('is ended in a loop without an end', async () => {
    expect(await hostile('loop', { timeMs: 300 })).toEqual(['body timeout time']);
  });

  it('gets no more memory than it may have, however it asks', async () => {
    // At the look at its memory, or at the end of its addresses: whichever comes first.
    const ends = ['body too-large memory', 'body failed crash'];
    expect(ends).toContain((await hostile('memory'))[0]);
    await pool?.close();
    expect(ends).toContain((await hostile('leak'))[0]);
  });

  it('that cannot be started fails the file and not the gateway', async () => {
    started(join(folder, 'missing.mjs'));
    expect((await opened(REAL, 'x.zip', Buffer.from('x'))).reasons).toEqual(['body failed start']);
    expect(failures).toEqual(['EXTRACT_START']);
  });
});
