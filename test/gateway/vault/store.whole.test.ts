/** A vault keeps the same promises in a folder and in a bucket. */
import { readdirSync, renameSync, utimesSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openKeys } from '../../../gateway/vault/keys.js';
import { rewrapMessage } from '../../../gateway/vault/rewrap.js';
import type { VaultStore } from '../../../gateway/vault/store.js';
import { sealingVault, type SealingVault } from '../../../gateway/vault/vault.js';
import { vaultReader } from '../../../gateway/vault/vault-reader.js';
import { manualClock, type ManualClock } from '../../kit/clock.js';
import { testS3, type TestS3 } from '../../kit/s3.js';
import { tempFolder } from '../../kit/temp.js';
import { testFolder } from '../../kit/vault.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';
import { until } from '../../kit/patience.js';

const seed = 20260302;
const HOUR = 3_600_000;
const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });

interface Place {
  readonly store: VaultStore;
  readonly clock: ManualClock;
  /** Everything that lies there, half-written things included. */
  names(): Promise<readonly string[]>;
  /** Leaves the first bytes only. */
  cut(name: string, length: number): Promise<void>;
}

let s3: TestS3;
let prefixes = 0;
beforeAll(async () => {
  s3 = await testS3();
});
beforeEach(() => {
  s3.fault = () => undefined;
});
afterAll(() => s3.close());

const PLACES = {
  folder: async (): Promise<Place> => {
    const dir = join(tempFolder('vault'), 'vault');
    const clock = manualClock(Date.now());
    return {
      store: testFolder(dir, undefined, clock), clock,
      names: () => Promise.resolve(readdirSync(dir).sort()),
      cut: async (name, length) => truncate(join(dir, name), length),
    };
  },
  s3: async (): Promise<Place> => {
    const prefix = `fleet-${String(++prefixes)}/`;
    const clock = manualClock(Date.now());
    return {
      store: s3.store({ prefix, clock }), clock,
      names: async () => [...(await s3.keys()), ...s3.uploads()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
      cut: async (name, length) => s3.put(prefix + name, (await s3.get(prefix + name)).subarray(0, length)),
    };
  },
} as const;

function vaultOver({ store, clock }: Place, maxBytes = 2 ** 40): SealingVault {
  return sealingVault({ store, keys, limits: { maxBytes }, clock });
}
async function seal(vault: SealingVault, n: number, body: Uint8Array, edits: Uint8Array = Buffer.alloc(0)): Promise<void> {
  const id = messageId(n);
  await vault.seal(id, sealedHead(id, body.length, edits.length), pieces(body), pieces(edits));
}
async function read(place: Place, n: number): Promise<Buffer> {
  const opened = await vaultReader({ store: place.store, keys }).open(messageId(n));
  try {
    return await all(opened.body());
  } finally {
    await opened.close();
  }
}
async function ids(vault: SealingVault): Promise<string[]> {
  const found: string[] = [];
  for await (const id of vault.list()) found.push(id);
  return found.sort();
}
const name = (n: number, kind: string): string => `${messageId(n)}.${kind}`;
const code = (expected: string): object => ({ code: expected });

describe.each(['folder', 's3'] as const)('a vault in %s', (kind) => {
  it('gives back what was sealed, of any size and in any pieces', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(300), fc.nat(300_000), fc.constantFrom(0, 64 * 1024, 128 * 1024)), fc.nat(2_000), async (size, edits) => {
        await seal(vault, ++n, pattern(size), pattern(edits, 9));
        const opened = await vaultReader({ store: place.store, keys }).open(messageId(n));
        expect((await all(opened.edits())).equals(pattern(edits, 9))).toBe(true);
        expect((await all(opened.body())).equals(pattern(size))).toBe(true);
      }),
      { numRuns: 12, seed },
    );
  });

  it('copies a seal without opening it: the copy opens only as what it was made for, and lives by itself', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    const body = pattern(2_500_000);
    await seal(vault, 1, body, pattern(10, 3));
    await vault.copyBody(messageId(1), messageId(2));
    // Without its key it is nothing yet, and a sweep would take it.
    expect(await ids(vault)).toEqual([messageId(1)]);
    await vault.copyKey(messageId(1), messageId(2));
    const reader = vaultReader({ store: place.store, keys });
    await expect(reader.open(messageId(2))).rejects.toMatchObject(code('VAULT_DAMAGED'));
    await vault.shred(messageId(1));
    const opened = await reader.open(messageId(2), messageId(1));
    expect((await all(opened.body())).equals(body)).toBe(true);
    expect((await all(opened.edits())).equals(pattern(10, 3))).toBe(true);
    await expect(vault.copyBody(messageId(1), messageId(3))).rejects.toMatchObject(code('VAULT_MISSING'));
    await expect(vault.copyKey(messageId(1), messageId(3))).rejects.toMatchObject(code('VAULT_MISSING'));
    await expect(vaultOver(place, 3_000_000).copyBody(messageId(2), messageId(3))).rejects.toMatchObject(code('vault-full'));
    expect(await place.names()).toEqual([name(2, 'body'), name(2, 'key')]);
  });

  it('keeps a body larger than one part, and reads from its middle', async () => {
    const place = await PLACES[kind]();
    const body = pattern(19_000_000);
    await seal(vaultOver(place), 1, body, pattern(10, 3));
    const opened = await vaultReader({ store: place.store, keys }).open(messageId(1));
    expect((await all(opened.edits())).equals(pattern(10, 3))).toBe(true);
    expect((await all(opened.body())).equals(body)).toBe(true);
    expect(await place.names()).toEqual([name(1, 'body'), name(1, 'key')]);
  });

  it('refuses a sealed object that was cut, wherever that was', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    await seal(vault, 1, pattern(200_000), pattern(50));
    const sizes = { key: (await place.store.size(name(1, 'key'))) ?? 0, body: (await place.store.size(name(1, 'body'))) ?? 0 };
    let n = 1;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('key' as const, 'body' as const), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), async (which, share) => {
        await seal(vault, ++n, pattern(200_000), pattern(50));
        await place.cut(name(n, which), Math.floor(share * sizes[which]));
        await expect(read(place, n)).rejects.toMatchObject(code('VAULT_DAMAGED'));
      }),
      { numRuns: 15, seed },
    );
  });

  it('never writes over an object, neither from here nor from another node', async () => {
    const place = await PLACES[kind]();
    await seal(vaultOver(place), 1, pattern(50));
    await expect(seal(vaultOver(place), 1, pattern(60))).rejects.toMatchObject(code('hold-unavailable'));
    expect((await read(place, 1)).equals(pattern(50))).toBe(true);
    const race = await Promise.allSettled([place.store.put(name(2, 'key'), pieces(pattern(10))), place.store.put(name(2, 'key'), pieces(pattern(11)))]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(race.find((one) => one.status === 'rejected')).toMatchObject({ reason: code('VAULT_EXISTS') });
  });

  it('lists whole messages, forgets shredded ones, and shreds twice as well as once', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    for (const n of [1, 2, 3]) await seal(vault, n, pattern(100));
    expect(await ids(vault)).toEqual([1, 2, 3].map(messageId));
    for (const n of [2, 2, 9]) await vault.shred(messageId(n));
    expect(await ids(vault)).toEqual([1, 3].map(messageId));
    await expect(read(place, 2)).rejects.toMatchObject(code('VAULT_MISSING'));
    expect((await place.names()).filter((one) => one.startsWith(messageId(2)))).toEqual([]);
  });

  it('counts what it holds, keeps the count up, and is full where its limit says so', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place, 1_000_000);
    await seal(vault, 1, pattern(920_000));
    const { usedBytes, limitBytes } = await vault.space();
    expect(limitBytes).toBe(1_000_000);
    expect(usedBytes).toBeGreaterThan(920_000);
    await expect(seal(vault, 2, pattern(1))).rejects.toMatchObject(code('vault-full'));
    await vault.shred(messageId(1));
    expect((await vault.space()).usedBytes).toBe(0);
    await seal(vault, 2, pattern(1));
  });

  it('sees with the next count what another node sealed', async () => {
    const place = await PLACES[kind]();
    const [here, there] = [vaultOver(place), vaultOver(place)];
    expect((await here.space()).usedBytes).toBe(0);
    await seal(there, 1, pattern(500_000));
    place.clock.advance(20 * 60_000);
    // A bucket is counted behind the answer.
    await until('a count that holds what the other sealed', async () => (await here.space()).usedBytes > 500_000);
  });

  it('leaves nothing of a seal whose bytes broke off, also when they were many', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    const left = new Error('the sender left');
    async function* leaves(bytes: number): AsyncGenerator<Uint8Array> {
      yield* pieces(pattern(bytes));
      throw left;
    }
    for (const [n, bytes] of [[1, 1_000], [2, 10_000_000]] as const) {
      await expect(vault.seal(messageId(n), sealedHead(messageId(n), bytes + 1, 0), leaves(bytes), pieces(Buffer.alloc(0)))).rejects.toMatchObject({ code: 'hold-unavailable', cause: left });
    }
    expect(await place.names()).toEqual([]);
  });

  it('sweeps what has no key after its time, and touches nothing that another node may be at', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    await place.store.put(name(1, 'body'), pieces(pattern(100)));
    await seal(vault, 2, pattern(100));
    expect(await vault.sweep(HOUR)).toBe(0);
    expect(await place.names()).toEqual([name(1, 'body'), name(2, 'body'), name(2, 'key')]);
    place.clock.advance(2 * HOUR);
    expect(await vault.sweep(HOUR)).toBe(1);
    expect(await place.names()).toEqual([name(2, 'body'), name(2, 'key')]);
  });

  it('sweeps no body that another node is about to give its key, however wrong this node\'s clock is', async () => {
    const place = await PLACES[kind]();
    const vault = vaultOver(place);
    place.clock.advance(365 * 24 * HOUR);
    await place.store.put(name(1, 'body'), pieces(pattern(100)));
    expect(await vault.sweep(HOUR)).toBe(0);
    await place.store.put(name(1, 'key'), pieces(pattern(10)));
    await place.store.put(name(2, 'body'), pieces(pattern(100)));
    expect(await vault.sweep(HOUR)).toBe(0);
    expect(await place.names()).toEqual([name(1, 'body'), name(1, 'key'), name(2, 'body')]);
    expect(await vault.sweep(HOUR)).toBe(1);
  });

  it('puts a new header in an old one\'s place', async () => {
    const place = await PLACES[kind]();
    const dir = tempFolder('keys');
    const { keys: other } = await openKeys({ keysDir: dir, custody: 'local' });
    await seal(vaultOver(place), 1, pattern(100));
    const moved = { ...other, unwrap: keys.unwrap.bind(keys) };
    expect(await rewrapMessage({ store: place.store, keys: moved }, messageId(1))).toBe('rewrapped');
    await expect(read(place, 1)).rejects.toMatchObject(code('KEY_WRONG'));
    const opened = await vaultReader({ store: place.store, keys: other }).open(messageId(1));
    expect((await all(opened.body())).equals(pattern(100))).toBe(true);
    expect(await place.names()).toEqual([name(1, 'body'), name(1, 'key')]);
  });

  it('answers for ranges exactly, and refuses names that are none', async () => {
    const place = await PLACES[kind]();
    const { store } = place;
    await store.put(name(1, 'body'), pieces(pattern(1_000)));
    expect(Buffer.from(await store.read(name(1, 'body'), 990, 10)).equals(pattern(1_000).subarray(990))).toBe(true);
    expect(await store.read(name(1, 'body'), 5, 0)).toHaveLength(0);
    for (const [from, length] of [[991, 10], [1_000, 1], [5_000, 1], [0, -1]] as const) await expect(store.read(name(1, 'body'), from, length)).rejects.toMatchObject(code('VAULT_DAMAGED'));
    await expect(store.read(name(2, 'body'), 0, 1)).rejects.toMatchObject(code('VAULT_MISSING'));
    expect([await store.size(name(2, 'body')), await store.load(name(2, 'key'))]).toEqual([undefined, undefined]);
    await store.put(name(3, 'key'), pieces(pattern(70_000)));
    await expect(store.load(name(3, 'key'))).rejects.toMatchObject(code('VAULT_DAMAGED'));
    for (const bad of ['', '../x', 'weir-vault.json/', `${messageId(1)}.key.tmp`, `${messageId(1)}.KEY`]) {
      const tries = [() => store.put(bad, pieces(Buffer.alloc(1))), () => store.size(bad), () => store.read(bad, 0, 1), () => store.load(bad), () => store.destroy(bad), () => store.replace(bad, Buffer.alloc(1))];
      for (const attempt of tries) await expect((async () => attempt())()).rejects.toMatchObject(code('VAULT_BAD_ID'));
    }
  });

  it('can be probed, and the probe leaves nothing', async () => {
    const place = await PLACES[kind]();
    await place.store.probe();
    expect(await place.names()).toEqual([]);
  });
});

describe('a vault in a folder that was named', () => {
  it('is not made: an unmounted path would look like an empty vault', async () => {
    const { folderStore } = await import('../../../gateway/vault/folder-store.js');
    const dir = join(tempFolder('mount'), 'missing');
    await expect(folderStore({ dir, make: false, clock: Date }).probe()).rejects.toMatchObject(code('VAULT_NO_FOLDER'));
  });

  it('keeps what another node writes now, and takes what was left an hour ago', async () => {
    const place = await PLACES.folder();
    const dir = join(tempFolder('shared'), 'vault');
    const [here, there] = [testFolder(dir, undefined, place.clock), testFolder(dir, undefined, place.clock)];
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield pattern(2_000_000);
      await gate;
      yield pattern(10);
    }
    const under = there.put(name(1, 'body'), slowly());
    await here.put(name(2, 'body'), pieces(pattern(1)));
    expect(await here.tidy(HOUR)).toBe(0);
    go();
    expect(await under).toBe(2_000_010);
    const cutOff = join(dir, `${name(3, 'body')}.tmp`);
    await here.put(name(3, 'body'), pieces(pattern(1)));
    renameSync(join(dir, name(3, 'body')), cutOff);
    utimesSync(cutOff, new Date(place.clock.now() - 2 * HOUR), new Date(place.clock.now() - 2 * HOUR));
    expect(await here.tidy(HOUR)).toBe(1);
  });
});
