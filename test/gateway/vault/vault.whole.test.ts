/** The vault against the stock age command, kill -9 and a gigabyte. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { openKeys } from '../../../gateway/vault/keys.js';
import { folderReader, folderVault } from '../../kit/vault.js';
import { tempFolder } from '../../kit/temp.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const dataDir = tempFolder('keys');
const { keys } = await openKeys({ keysDir: dataDir, custody: 'local' });
const identity = join(dataDir, 'review.key');
const child = fileURLToPath(new URL('./seal-child.ts', import.meta.url));
const SIZES = [0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 3_000_000];

function sealInChild(
  dir: string,
  n: number,
  bytes: number,
  dieAt: string,
): { signal: string | null; out: string; err: string } {
  const { signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', child, dir, dataDir, String(n), String(bytes), dieAt],
    { encoding: 'utf8' },
  );
  return { signal, out: stdout, err: stderr };
}

describe('vault and the stock age command', () => {
  it.each(SIZES)('age opens both files of a message of %i bytes, joined', async (size) => {
    const dir = tempFolder('vault');
    const vault = folderVault({ dir, keys });
    const id = messageId(1);
    const head = sealedHead(id, size, 7);
    const [body, edits] = [pattern(size), pattern(7, 1)];
    await vault.seal(id, head, pieces(body), pieces(edits));
    const joined = Buffer.concat([readFileSync(join(dir, `${id}.key`)), readFileSync(join(dir, `${id}.body`))]);
    const plain = execFileSync('age', ['-d', '-i', identity], { input: joined, maxBuffer: 2 ** 26 });
    expect(plain.equals(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, edits]))).toBe(true);
  });

  it('age refuses both files when one bit of either was flipped', async () => {
    const dir = tempFolder('vault');
    const vault = folderVault({ dir, keys });
    const id = messageId(3);
    await vault.seal(id, sealedHead(id, 5_000, 0), pieces(pattern(5_000)), pieces(Buffer.alloc(0)));
    const [key, body] = [readFileSync(join(dir, `${id}.key`)), readFileSync(join(dir, `${id}.body`))];
    const opens = (input: Buffer): boolean => spawnSync('age', ['-d', '-i', identity], { input }).status === 0;
    expect(opens(Buffer.concat([key, body]))).toBe(true);
    for (const at of [30, key.length - 5, key.length + 3, key.length + 2_000, key.length + body.length - 1]) {
      const flipped = Buffer.concat([key, body]);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect([at, opens(flipped)]).toEqual([at, false]);
    }
  });

  it.each(SIZES)('a message of %i bytes sealed by age opens here', async (size) => {
    const dir = tempFolder('vault');
    const id = messageId(2);
    const body = pattern(size);
    const plain = Buffer.concat([Buffer.from(`${JSON.stringify(sealedHead(id, size, 0))}\n`), body]);
    const sealed = execFileSync('age', ['-r', await keys.current()], { input: plain, maxBuffer: 2 ** 26 });
    const headerEnd = sealed.indexOf('\n', sealed.indexOf('\n--- ') + 1) + 1;
    writeFileSync(join(dir, `${id}.key`), sealed.subarray(0, headerEnd));
    writeFileSync(join(dir, `${id}.body`), sealed.subarray(headerEnd));
    const opened = await folderReader({ dir, keys }).open(id);
    expect((await all(opened.body())).equals(body)).toBe(true);
    await opened.close();
  });
});

describe('vault and kill -9', () => {
  const bytes = 20_000_000;

  it('every call of a seal is a crash point that this test knows', () => {
    const { out, err } = sealInChild(tempFolder('vault'), 1, bytes, '');
    expect(err).toBe('');
    const { calls } = JSON.parse(out) as { calls: [string, number][] };
    // A new call that is not in the list below makes this fail: then name its crash points too.
    expect(Object.fromEntries(calls)).toEqual({
      exists: 2,
      create: 2,
      write: 21,
      sync: 2,
      close: 2,
      rename: 2,
      syncFolder: 2,
    });
  });

  it.each([
    'exists:1',
    'create:1',
    'write:1',
    'write:2',
    'write:10',
    'write:19',
    'write:20',
    'write:21',
    'sync:1',
    'sync:2',
    'close:1',
    'close:2',
    'create:2',
    'rename:1',
    'rename:2',
    'syncFolder:1',
    'syncFolder:2',
  ])('killed at %s: after the sweep of the next start, no file or a message that opens whole', async (point) => {
    const dir = tempFolder('vault');
    expect(sealInChild(dir, 1, bytes, point).signal).toBe('SIGKILL');
    const vault = folderVault({ dir, keys });
    await vault.sweep(0);
    const names = readdirSync(dir).sort();
    if (names.length === 0) return;
    expect(names).toEqual([`${messageId(1)}.body`, `${messageId(1)}.key`]);
    const opened = await folderReader({ dir, keys }).open(messageId(1));
    expect((await all(opened.body())).length).toBe(bytes);
    await opened.close();
  });

  it.each(['overwrite:1', 'remove:1', 'remove:2', 'syncFolder:3'])(
    'killed at %s of a shred: the message does not open half, and the shred can be repeated',
    async (point) => {
      const dir = tempFolder('vault');
      expect(sealInChild(dir, 1, 100_000, point).signal).toBe('SIGKILL');
      const vault = folderVault({ dir, keys });
      const opened = await folderReader({ dir, keys })
        .open(messageId(1))
        .catch(() => undefined);
      if (opened !== undefined) {
        expect((await all(opened.body())).equals(await patternOf(100_000))).toBe(true);
        await opened.close();
      }
      await vault.shred(messageId(1));
      expect(readdirSync(dir)).toEqual([]);
    },
  );
});

describe('vault and a gigabyte', () => {
  it('seals and opens it in flat memory', () => {
    const { out, err } = sealInChild(tempFolder('vault'), 1, 2 ** 30, 'read-back');
    expect(err).toBe('');
    const { read, peakBytes } = JSON.parse(out) as { read: number; peakBytes: number };
    expect(read).toBe(2 ** 30);
    expect(peakBytes).toBeLessThan(300 * 2 ** 20);
  });
});

/** What the child seals: one 64 KiB pattern over and over. */
async function patternOf(length: number): Promise<Buffer> {
  const chunk = pattern(64 * 1024);
  return Buffer.alloc(length, chunk);
}
