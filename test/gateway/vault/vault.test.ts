/** The vault keeps a message whole or not at all, in files the stock age command understands, and gives out only what it has authenticated. */
import { readdirSync, readFileSync, statSync, writeFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Decrypter } from 'age-encryption';
import fc from 'fast-check';
import { WeirError } from '../../../gateway/errors.js';
import { sealingVault, type SealingVault } from '../../../gateway/vault/vault.js';
import { openKeys, type KeyProvider } from '../../../gateway/vault/keys.js';
import { vaultFiles, type VaultFiles } from '../../../gateway/vault/vault-files.js';
import { folderReader, folderVault, testFolder } from '../../kit/vault.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const seed = 20260101;
const CHUNK = 64 * 1024;
const limits = { maxBytes: 2 ** 40 };
const data = tempFolder('keys');
const { keys } = await openKeys({ keysDir: data, custody: 'local' });

function newVault(options: { readonly files?: VaultFiles; readonly maxBytes?: number } = {}): {
  dir: string;
  vault: SealingVault;
} {
  const dir = join(tempFolder('vault'), 'vault');
  const clock = manualClock();
  const { files, maxBytes = limits.maxBytes } = options;
  return {
    dir,
    vault: folderVault({ dir, keys, maxBytes, clock, ...(files === undefined ? {} : { files }) }),
  };
}
async function sealBytes(
  vault: SealingVault,
  n: number,
  body: Uint8Array,
  edits: Uint8Array = Buffer.alloc(0),
  piece = CHUNK,
): Promise<void> {
  const id = messageId(n);
  await vault.seal(id, sealedHead(id, body.length, edits.length), pieces(body, piece), pieces(edits, piece));
}
function reader(dir: string, provider: KeyProvider = keys): ReturnType<typeof folderReader> {
  return folderReader({ dir, keys: provider });
}
async function ids(vault: SealingVault): Promise<string[]> {
  const found: string[] = [];
  for await (const id of vault.list()) found.push(id);
  return found.sort();
}
function code(expected: string): object {
  return { code: expected };
}

describe('vault', () => {
  it('gives back head, body and edits for any sizes and pieces, and so does the age library with both files joined', async () => {
    const { dir, vault } = newVault();
    let n = 0;
    const size = fc.oneof(
      fc.nat(300),
      fc.integer({ min: CHUNK - 900, max: CHUNK + 40 }),
      fc.nat(400 * 1024),
      fc.constantFrom(0, 2 * CHUNK, 20 * CHUNK),
    );
    await fc.assert(
      fc.asyncProperty(size, fc.nat(2000), fc.integer({ min: 1, max: 200_000 }), async (bodySize, editsSize, piece) => {
        const id = messageId(++n);
        const [body, edits] = [pattern(bodySize), pattern(editsSize, 99)];
        const head = sealedHead(id, bodySize, editsSize);
        await vault.seal(id, head, pieces(body, piece + 500), pieces(edits, piece + 500));
        const opened = await reader(dir).open(id);
        expect(opened.head).toEqual(JSON.parse(JSON.stringify(head)));
        expect((await all(opened.body())).equals(body)).toBe(true);
        expect((await all(opened.edits())).equals(edits)).toBe(true);
        await opened.close();

        const decrypter = new Decrypter();
        decrypter.addIdentity(
          /^AGE-SECRET.*$/m.exec(readFileSync(join(data, 'review.key'), 'utf8'))?.[0] ?? '',
        );
        const joined = Buffer.concat([readFileSync(join(dir, `${id}.key`)), readFileSync(join(dir, `${id}.body`))]);
        const plain = Buffer.from(await decrypter.decrypt(joined));
        expect(plain.equals(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, edits]))).toBe(true);
      }),
      { numRuns: 40, seed },
    );
  });

  it('can read the edits before the body, and both twice', async () => {
    const { dir, vault } = newVault();
    const [body, edits] = [pattern(300_000), pattern(70_000, 3)];
    await sealBytes(vault, 1, body, edits);
    const opened = await reader(dir).open(messageId(1));
    for (let round = 0; round < 2; round++) {
      expect((await all(opened.edits())).equals(edits)).toBe(true);
      expect((await all(opened.body())).equals(body)).toBe(true);
    }
    await opened.close();
    await opened.close();
    await expect(all(opened.body())).rejects.toMatchObject(code('VAULT_CLOSED'));
  });

  it('lets nothing be read from the disk, and no one but its owner near it', async () => {
    const { dir, vault } = newVault();
    const canary = 'canary-55e0b1';
    const body = Buffer.from(canary.repeat(9000));
    const id = messageId(1);
    await vault.seal(id, sealedHead(id, body.length, 0, canary), pieces(body), pieces(Buffer.alloc(0)));
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir)) {
      expect(readFileSync(join(dir, name)).includes(canary)).toBe(false);
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('hands out no byte of a message that was cut short, at whatever length', async () => {
    const { dir, vault } = newVault();
    await sealBytes(vault, 1, pattern(3 * CHUNK));
    const path = join(dir, `${messageId(1)}.body`);
    const whole = readFileSync(path);
    const sealedChunk = CHUNK + 16;
    const edges = [
      0,
      15,
      16,
      17,
      32,
      33,
      16 + sealedChunk,
      16 + 2 * sealedChunk,
      16 + 3 * sealedChunk,
      whole.length - 1,
    ];
    for (const length of edges) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(reader(dir).open(messageId(1))).rejects.toMatchObject(code('VAULT_DAMAGED'));
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]));
    await expect(reader(dir).open(messageId(1))).rejects.toMatchObject(code('VAULT_DAMAGED'));
  });

  it('stops before the first changed chunk, wherever a byte was changed', async () => {
    const { dir, vault } = newVault();
    const body = pattern(5 * CHUNK);
    await sealBytes(vault, 1, body);
    const path = join(dir, `${messageId(1)}.body`);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ change;
        writeFileSync(path, changed);
        const got: Uint8Array[] = [];
        const read = async (): Promise<void> => {
          const opened = await reader(dir).open(messageId(1));
          try {
            for await (const chunk of opened.body()) got.push(chunk);
          } finally {
            await opened.close();
          }
        };
        await expect(read()).rejects.toMatchObject(code('VAULT_DAMAGED'));
        const out = Buffer.concat(got);
        expect(out.equals(body.subarray(0, out.length))).toBe(true);
        expect(out.length).toBeLessThanOrEqual(Math.max(0, Math.floor((at - 16) / (CHUNK + 16)) * CHUNK));
      }),
      { numRuns: 40, seed },
    );
  });

  it('does not take one message for another, nor a header with something behind it', async () => {
    const { dir, vault } = newVault();
    await sealBytes(vault, 1, pattern(100));
    await sealBytes(vault, 2, pattern(100, 1));
    const name = (n: number, kind: string): string => join(dir, `${messageId(n)}.${kind}`);
    for (const kind of ['key', 'body']) renameSync(name(1, kind), name(3, kind));
    await expect(reader(dir).open(messageId(3))).rejects.toMatchObject(code('VAULT_DAMAGED'));
    writeFileSync(name(2, 'key'), `${readFileSync(name(2, 'key'), 'latin1')}more\n`);
    await expect(reader(dir).open(messageId(2))).rejects.toMatchObject(code('VAULT_DAMAGED'));
    await expect(reader(dir).open(messageId(4))).rejects.toMatchObject(code('VAULT_MISSING'));
  });

  it('tells a key that is absent from one that is wrong', async () => {
    const { dir, vault } = newVault();
    await sealBytes(vault, 1, pattern(100));
    const { keys: other } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
    await expect(reader(dir, other).open(messageId(1))).rejects.toMatchObject(code('KEY_WRONG'));
    const { keys: none } = await openKeys({ keysDir: data, custody: 'absent' });
    await expect(reader(dir, none).open(messageId(1))).rejects.toMatchObject(code('KEY_ABSENT'));
  });

  it('refuses ids that are not ids, so that none can name another path', async () => {
    const { dir, vault } = newVault();
    for (const bad of [
      '',
      'w',
      '../../etc/passwd',
      `w${'0'.repeat(25)}/`,
      `w${'0'.repeat(26)}\n`,
      `w${'.'.repeat(26)}`,
      `x${'0'.repeat(26)}`,
    ]) {
      await expect(
        vault.seal(bad as never, sealedHead(bad, 0, 0), pieces(Buffer.alloc(0)), pieces(Buffer.alloc(0))),
      ).rejects.toBeInstanceOf(WeirError);
      await expect(vault.shred(bad as never)).rejects.toMatchObject(code('VAULT_BAD_ID'));
      await expect(reader(dir).open(bad as never)).rejects.toMatchObject(code('VAULT_BAD_ID'));
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  it('leaves nothing behind when a seal fails, whatever call it fails at', async () => {
    const calls: string[] = [];
    let failAt = -1;
    const files = Object.fromEntries(
      Object.entries(vaultFiles).map(([name, call]) => [
        name,
        async (...args: unknown[]) => {
          const fails = calls.push(name) - 1 === failAt;
          const run = async (): Promise<unknown> => (call as (...rest: unknown[]) => Promise<unknown>)(...args);
          if (!fails) return run();
          if (name === 'close') await run();
          throw Object.assign(new Error('made to fail'), { code: 'EIO' });
        },
      ]),
    ) as unknown as VaultFiles;
    const { dir, vault } = newVault({ files });
    await sealBytes(vault, 1, pattern(3 * 2 ** 20));
    const inOneSeal = calls.length;
    expect(inOneSeal).toBeGreaterThan(10);
    await vault.shred(messageId(1));
    for (let at = 0; at < inOneSeal; at++) {
      calls.length = 0;
      failAt = at;
      await expect(sealBytes(vault, 2 + at, pattern(3 * 2 ** 20))).rejects.toMatchObject(code('hold-unavailable'));
      failAt = -1;
      expect(readdirSync(dir)).toEqual([]);
    }
  });

  it('resolves a seal only after both files, and then the folder, are on the disk', async () => {
    const calls: string[] = [];
    const files = Object.fromEntries(
      Object.entries(vaultFiles).map(([name, call]) => [
        name,
        async (...args: unknown[]) => {
          const result = await (call as (...rest: unknown[]) => Promise<unknown>)(...args);
          calls.push(name);
          return result;
        },
      ]),
    ) as unknown as VaultFiles;
    const { vault } = newVault({ files });
    await sealBytes(vault, 1, pattern(10));
    const placed = ['create', 'exists', 'write', 'sync', 'close', 'rename', 'syncFolder'];
    expect(calls).toEqual([...placed, ...placed]);
    calls.length = 0;
    await vault.shred(messageId(1));
    expect(calls).toEqual(['overwrite', 'remove', 'exists', 'syncFolder', 'remove']);
  });

  it('passes on why the body broke off, and keeps nothing of it', async () => {
    const { dir, vault } = newVault();
    async function* leaves(): AsyncGenerator<Uint8Array> {
      yield pattern(200_000);
      throw new WeirError('client-aborted');
    }
    await expect(
      vault.seal(messageId(1), sealedHead(messageId(1), 400_000, 0), leaves(), pieces(Buffer.alloc(0))),
    ).rejects.toMatchObject(code('client-aborted'));
    expect(readdirSync(dir)).toEqual([]);
  });

  it('refuses a body or edit log that is not as long as the head says', async () => {
    const { dir, vault } = newVault();
    const id = messageId(1);
    for (const [body, edits] of [
      [99, 10],
      [101, 10],
      [100, 9],
      [100, 11],
    ] as const) {
      await expect(
        vault.seal(id, sealedHead(id, 100, 10), pieces(pattern(body)), pieces(pattern(edits))),
      ).rejects.toMatchObject(code('hold-unavailable'));
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  it('never writes over a message it already has', async () => {
    const { dir, vault } = newVault();
    await sealBytes(vault, 1, pattern(50));
    await expect(sealBytes(vault, 1, pattern(60))).rejects.toMatchObject(code('hold-unavailable'));
    const opened = await reader(dir).open(messageId(1));
    expect(opened.head.bodyLength).toBe(50);
    await opened.close();
  });

  it('says vault-full when nine tenths are used or the message does not fit, and has room again after a shred', async () => {
    const { vault } = newVault({ maxBytes: 1_000_000 });
    await expect(sealBytes(vault, 1, pattern(1_000_001))).rejects.toMatchObject(code('vault-full'));
    await sealBytes(vault, 2, pattern(920_000));
    const { usedBytes, limitBytes, freeBytes } = await vault.space();
    expect(limitBytes).toBe(1_000_000);
    expect(freeBytes).toBeGreaterThan(0);
    expect(usedBytes).toBeGreaterThan(920_000);
    await expect(sealBytes(vault, 3, pattern(1))).rejects.toMatchObject(code('vault-full'));
    await vault.shred(messageId(2));
    expect((await vault.space()).usedBytes).toBe(0);
    await sealBytes(vault, 3, pattern(1));
  });

  it('counts what is still being sealed, so that many at once do not overrun the limit', async () => {
    const { vault } = newVault({ maxBytes: 1_000_000 });
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map(async (n) => sealBytes(vault, n, pattern(400_000))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('counts what was sealed while the disk was still asked for its room', async () => {
    const store = testFolder(join(tempFolder('vault'), 'vault'));
    let answer = (): void => undefined;
    const thinking = new Promise<void>((resolve) => (answer = resolve));
    let asked = 0;
    const free = async (): Promise<number> => {
      if (++asked === 2) await thinking;
      return await store.free();
    };
    const vault = sealingVault({ store: { ...store, free }, keys, limits: { maxBytes: 1_000_000 }, clock: manualClock() });
    const [first, second] = [sealBytes(vault, 1, pattern(400_000)), sealBytes(vault, 2, pattern(600_000))];
    await first;
    answer();
    await expect(second).rejects.toMatchObject(code('vault-full'));
  });

  it('takes a full disk for a full vault', async () => {
    const files: VaultFiles = {
      ...vaultFiles,
      write: async () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    };
    const { vault } = newVault({ files });
    await expect(sealBytes(vault, 1, pattern(1))).rejects.toMatchObject(code('vault-full'));
  });

  it('shreds twice as well as once, and a shredded message is gone', async () => {
    const { dir, vault } = newVault();
    await sealBytes(vault, 1, pattern(100));
    await sealBytes(vault, 2, pattern(100));
    expect(await ids(vault)).toEqual([messageId(1), messageId(2)]);
    await vault.shred(messageId(1));
    await vault.shred(messageId(1));
    await vault.shred(messageId(9));
    expect(await ids(vault)).toEqual([messageId(2)]);
    await expect(reader(dir).open(messageId(1))).rejects.toMatchObject(code('VAULT_MISSING'));
  });

  it('sweeps unfinished seals and bodies without a key, and no complete message', async () => {
    const { dir, vault } = newVault();
    await sealBytes(vault, 1, pattern(100));
    await sealBytes(vault, 2, pattern(100));
    rmSync(join(dir, `${messageId(2)}.key`));
    for (const name of [`${messageId(3)}.body.tmp`, `${messageId(3)}.key.tmp`, 'README'])
      writeFileSync(join(dir, name), 'x');
    const young = manualClock().now() / 1000 - 10;
    for (const name of readdirSync(dir)) utimesSync(join(dir, name), young, young);
    expect(await vault.sweep(60_000)).toBe(0);
    expect(await vault.sweep(0)).toBe(3);
    expect(readdirSync(dir).sort()).toEqual(['README', `${messageId(1)}.body`, `${messageId(1)}.key`]);
  });
});
