/** A bucket that fails, cuts, is slow, refuses or keeps versions: nothing is lost, nothing half-made stays, and what is destroyed is gone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { vaultSchema } from '../../../config/vault-schema.js';
import { openKeys } from '../../../gateway/vault/keys.js';
import { rewrapMessage } from '../../../gateway/vault/rewrap.js';
import { s3Client } from '../../../gateway/vault/s3-client.js';
import { s3Store } from '../../../gateway/vault/s3-store.js';
import type { VaultStore } from '../../../gateway/vault/store.js';
import { sealingVault, type SealingVault } from '../../../gateway/vault/vault.js';
import { vaultReader } from '../../../gateway/vault/vault-reader.js';
import { certificates } from '../../e2e/certificates.js';
import { manualClock } from '../../kit/clock.js';
import { S3_KEYS, testS3, type S3Fault, type S3Request, type TestS3 } from '../../kit/s3.js';
import { tempFolder } from '../../kit/temp.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const DAY = 24 * 3_600_000;
const keysDir = tempFolder('keys');
const { keys } = await openKeys({ keysDir, custody: 'local' });
const SLOW_DOWN: S3Fault = { status: 503, code: 'SlowDown' };
const BROKEN: S3Fault = { status: 500, code: 'InternalError' };
const DENIED: S3Fault = { status: 403, code: 'AccessDenied' };
const child = fileURLToPath(new URL('./s3-child.ts', import.meta.url));

let s3: TestS3;
let n = 0;
beforeAll(async () => {
  s3 = await testS3();
});
beforeEach(async () => {
  s3.fault = () => undefined;
  s3.done = () => undefined;
  s3.versioning = undefined;
  s3.conditional = true;
  const store = s3.store();
  for await (const { name } of store.list()) await store.destroy(name);
  s3.asked.length = 0;
});
afterAll(() => s3.close());

/** What has no key in two sweeps is nobody's. */
async function sweepTwice(vault: SealingVault): Promise<void> {
  await vault.sweep(DAY);
  await vault.sweep(DAY);
}
const vaultOver = (store: VaultStore): SealingVault => sealingVault({ store, keys, limits: { maxBytes: 2 ** 40 }, clock: Date });
const name = (of: number, kind: string): string => `${messageId(of)}.${kind}`;
const code = (expected: string): object => ({ code: expected });

async function seal(vault: SealingVault, of: number, size = 1_000): Promise<void> {
  const id = messageId(of);
  await vault.seal(id, sealedHead(id, size, 0), pieces(pattern(size)), pieces(Buffer.alloc(0)));
}
async function read(store: VaultStore, of: number): Promise<Buffer> {
  const opened = await vaultReader({ store, keys }).open(messageId(of));
  return await all(opened.body());
}
/** The fault, for so many requests of the kind. */
function times(count: number, fault: S3Fault, of: (request: S3Request) => boolean): (request: S3Request) => S3Fault | undefined {
  let left = count;
  return (request) => (of(request) && left-- > 0 ? fault : undefined);
}
const isPut = ({ method }: S3Request): boolean => method === 'PUT';
/** Of a part of an upload, the same for each time it is sent. */
const partOf = ({ method, key, query }: S3Request): string | undefined => (method === 'PUT' && query.has('partNumber') ? `${key} ${query.get('uploadId') ?? ''} ${query.get('partNumber') ?? ''}` : undefined);
const isGet = ({ method, key }: S3Request): boolean => method === 'GET' && key !== '';

describe('a bucket that stumbles', () => {
  it.each([['500', BROKEN], ['503 SlowDown', SLOW_DOWN], ['a cut connection', 'before'], ['a lost answer', 'after']] as const)('is asked again after %s, and a seal succeeds', async (_name, fault) => {
    const store = s3.store();
    s3.fault = times(1, fault, isPut);
    await seal(vaultOver(store), ++n);
    expect((await read(store, n)).equals(pattern(1_000))).toBe(true);
  });

  it('is asked again where the answer to the last step of a large upload was lost', async () => {
    const store = s3.store();
    s3.fault = times(1, 'after', ({ method, query }) => method === 'POST' && query.has('uploadId'));
    await seal(vaultOver(store), ++n, 9_000_000);
    expect((await read(store, n)).equals(pattern(9_000_000))).toBe(true);
    expect(s3.uploads()).toEqual([]);
  });

  it.each([['500', BROKEN], ['503 SlowDown', SLOW_DOWN], ['a cut connection', 'before'], ['half an answer', 'midway']] as const)('is asked again after %s to a reader, who gets every byte', async (_name, fault) => {
    const store = s3.store();
    await seal(vaultOver(store), ++n, 5_000_000);
    s3.fault = times(2, fault, isGet);
    expect((await read(store, n)).equals(pattern(5_000_000))).toBe(true);
  });
});

describe('a bucket that is down', () => {
  it.each([['500', BROKEN], ['503 SlowDown', SLOW_DOWN], ['cut connections', 'before']] as const)('with %s: a hold says 503 after a bounded number of tries', async (_name, fault) => {
    const store = s3.store();
    s3.fault = () => fault;
    await expect(seal(vaultOver(store), ++n)).rejects.toMatchObject({ code: 'hold-unavailable', status: 503 });
    expect(s3.asked.length).toBeLessThan(8);
    s3.fault = () => undefined;
    expect(await s3.keys()).toEqual([]);
  });

  it('leaves nothing of a seal, whichever request it goes down at', async () => {
    const vault = vaultOver(s3.store());
    await seal(vault, ++n, 9_000_000);
    const steps = s3.asked.length;
    await vault.shred(messageId(n));
    expect(steps).toBeGreaterThan(8);
    for (const fault of [BROKEN, 'after'] as const) {
      for (let at = 0; at < steps; at++) {
        const fresh = s3.store();
        const mine = vaultOver(fresh);
        await mine.space();
        s3.asked.length = 0;
        // Down for this one request and its tries, and back for what clears up.
        let stuck: string | undefined;
        s3.fault = (request) => {
          const what = `${request.method} ${request.key} ${request.query.toString()}`;
          if (s3.asked.length - 1 === at) stuck = what;
          return what === stuck ? fault : undefined;
        };
        const sealed = await seal(mine, ++n, 9_000_000).then(() => true, (thrown: unknown) => {
          expect(thrown).toMatchObject({ code: 'hold-unavailable' });
          return false;
        });
        s3.fault = () => undefined;
        if (sealed) {
          expect((await read(fresh, n)).length).toBe(9_000_000);
          await mine.shred(messageId(n));
        }
        // The body whose upload was in doubt may be found by the sweep only.
        await sweepTwice(sealingVault({ store: s3.store(), keys, limits: { maxBytes: 1 }, clock: manualClock(Date.now() + 2 * DAY) }));
        expect([fault, at, await s3.keys()]).toEqual([fault, at, []]);
        s3.setUploadsAge(2 * DAY);
        await s3.store().tidy(DAY);
        expect(s3.uploads()).toEqual([]);
      }
    }
  });

  it('and does not answer: a hold says 503 in bounded time', async () => {
    const store = s3.store({ tryMs: 200 });
    s3.fault = () => 'never';
    const began = performance.now();
    await expect(seal(vaultOver(store), ++n)).rejects.toMatchObject({ code: 'hold-unavailable' });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('keeps the count of its space when it cannot be counted anew, and a seal goes on once it is back', async () => {
    const clock = manualClock(Date.now());
    const vault = sealingVault({ store: s3.store({ clock }), keys, limits: { maxBytes: 2 ** 30 }, clock });
    await seal(vault, ++n, 5_000);
    clock.advance(3_600_000);
    s3.fault = ({ method, key }) => (method === 'GET' && key === '' ? DENIED : undefined);
    expect((await vault.space()).usedBytes).toBeGreaterThan(5_000);
    s3.fault = () => undefined;
    await seal(vault, ++n, 5_000);
  });
});

describe('a bucket that is not as it should be', () => {
  it('is told apart: missing, refusing, without an access key, with a wrong one', async () => {
    await expect(s3.store({ bucket: 'no-such-bucket' }).probe()).rejects.toMatchObject(code('VAULT_NO_BUCKET'));
    s3.fault = () => DENIED;
    await expect(s3.store().probe()).rejects.toMatchObject(code('VAULT_VERSIONS_UNKNOWN'));
    s3.fault = ({ method }) => (method === 'PUT' ? DENIED : undefined);
    await expect(s3.store().probe()).rejects.toMatchObject(code('VAULT_DENIED'));
    s3.fault = () => undefined;
    await expect(s3.store({ env: {} }).probe()).rejects.toMatchObject(code('VAULT_NO_CREDENTIALS'));
    await expect(s3.store({ env: { ...S3_KEYS, AWS_ACCESS_KEY_ID: 'NOBODY' } }).probe()).rejects.toMatchObject(code('VAULT_DENIED'));
  });

  it('and full makes a hold say 507', async () => {
    s3.fault = ({ method }) => (method === 'PUT' ? { status: 507, code: 'XMinioStorageFull' } : undefined);
    await expect(seal(vaultOver(s3.store()), ++n)).rejects.toMatchObject({ code: 'vault-full', status: 507 });
  });

  it('and knows no If-None-Match is written to all the same, and nothing is written over', async () => {
    s3.conditional = false;
    const store = s3.store();
    s3.fault = times(1, { status: 501, code: 'NotImplemented' }, isPut);
    await seal(vaultOver(store), ++n);
    await expect(store.put(name(n, 'key'), pieces(pattern(3)))).rejects.toMatchObject(code('VAULT_EXISTS'));
    expect((await read(store, n)).equals(pattern(1_000))).toBe(true);
  });

  it('and has no answer about versions or unfinished uploads is one that keeps none', async () => {
    s3.fault = ({ query }) => (query.has('versioning') || query.has('uploads') ? { status: 501, code: 'NotImplemented' } : undefined);
    const store = s3.store();
    await store.probe();
    expect(await store.tidy(0)).toBe(0);
  });
});

describe.each(['Enabled', 'Suspended'] as const)('a bucket with versioning %s', (versioning) => {
  it('loses every version of what is destroyed', async () => {
    s3.versioning = versioning;
    const store = s3.store();
    await store.probe();
    const vault = vaultOver(store);
    await seal(vault, ++n);
    expect(s3.versions(name(n, 'key'))).toBe(1);
    await vault.shred(messageId(n));
    expect([s3.versions(name(n, 'key')), s3.versions(name(n, 'body')), await s3.keys()]).toEqual([0, 0, []]);
  });

  it('keeps no older header when one is wrapped anew: the old key would open it', async () => {
    s3.versioning = versioning;
    const store = s3.store();
    const { keys: other } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });
    await seal(vaultOver(store), ++n);
    expect(await rewrapMessage({ store, keys: { ...other, unwrap: keys.unwrap.bind(keys) } }, messageId(n))).toBe('rewrapped');
    expect(s3.versions(name(n, 'key'))).toBe(1);
    await expect(read(store, n)).rejects.toMatchObject(code('KEY_WRONG'));
  });

  it('is refused at the start when versions cannot be destroyed, or when it does not say', async () => {
    s3.versioning = versioning;
    s3.fault = ({ method, query }) => (method === 'DELETE' && query.has('versionId') ? DENIED : undefined);
    await expect(s3.store().probe()).rejects.toMatchObject(code('VAULT_VERSIONS_KEPT'));
    s3.fault = ({ query }) => (query.has('versions') ? { status: 501, code: 'NotImplemented' } : undefined);
    await expect(s3.store().probe()).rejects.toMatchObject(code('VAULT_VERSIONS_KEPT'));
    s3.fault = ({ query }) => (query.has('versioning') ? DENIED : undefined);
    await expect(s3.store().probe()).rejects.toMatchObject(code('VAULT_VERSIONS_UNKNOWN'));
  });

  it('is noticed where versioning is switched on under way', async () => {
    const store = s3.store();
    await store.probe();
    s3.versioning = versioning;
    const vault = vaultOver(store);
    await seal(vault, ++n);
    await vault.shred(messageId(n));
    expect([s3.versions(name(n, 'key')), s3.versions(name(n, 'body'))]).toEqual([0, 0]);
  });
});

describe('many uploads at once', () => {
  it('wait their turn, large ones between their parts, and all arrive', async () => {
    const store = s3.store();
    const vault = vaultOver(store);
    const under = new Set<string>();
    let most = 0;
    s3.fault = (request) => {
      const part = partOf(request);
      if (part !== undefined) under.add(part);
      most = Math.max(most, under.size);
      return undefined;
    };
    s3.done = (request) => void under.delete(partOf(request) ?? '');
    const first = n + 1;
    await Promise.all(Array.from({ length: 12 }, () => seal(vault, ++n, n === first + 11 ? 1_000 : 9_000_000)));
    expect(most).toBeLessThanOrEqual(8);
    for (let of = first; of <= n; of++) expect((await read(store, of)).length).toBe(of === first + 11 ? 1_000 : 9_000_000);
  });

  it('do not run ahead of the bucket: what was read and has not arrived is one part', async () => {
    const store = s3.store();
    const part = 8 * 2 ** 20;
    const piece = pattern(2 ** 20);
    const arrived = new Set<string>();
    let read = 0;
    let ahead = 0;
    s3.done = (request) => {
      const its = partOf(request);
      if (its !== undefined) arrived.add(its);
    };
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let left = 48; left > 0; left--) {
        read += piece.length;
        ahead = Math.max(ahead, read - arrived.size * part);
        yield piece;
      }
    }
    await store.put(name(++n, 'body'), source());
    expect([read, arrived.size * part]).toEqual([48 * 2 ** 20, 48 * 2 ** 20]);
    expect(ahead).toBe(part);
  });

  it('let go of the bytes\' source when the bucket fails', async () => {
    const store = s3.store();
    s3.fault = ({ query }) => (query.has('partNumber') ? DENIED : undefined);
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield pattern(2_000_000);
      } finally {
        closed = true;
      }
    }
    await expect(store.put(name(++n, 'body'), source())).rejects.toMatchObject(code('VAULT_DENIED'));
    expect([closed, s3.uploads()]).toEqual([true, []]);
  });
});

describe('a bucket behind TLS', () => {
  it('is believed by its own certificate authority, and by no other', async () => {
    const { at } = certificates({ server: { ca: 'site', names: ['s3.corp.example'] }, other: { ca: 'else', names: ['x.example'] } });
    const server = createServer({ cert: readFileSync(at('server.pem')), key: readFileSync(at('server.key')) }, (_request, answer) => answer.writeHead(403).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const probed = async (ca: string): Promise<unknown> => {
      const { store } = vaultSchema.parse({ store: { s3: { bucket: 'weir-vault', endpoint, ca: at(ca) } } });
      if (store === undefined || !('s3' in store)) throw new TypeError('no bucket');
      const opened = s3Store({ client: s3Client(store.s3, S3_KEYS), bucket: 'weir-vault', prefix: '', clock: Date });
      return await opened.probe().catch((thrown: unknown) => thrown).finally(() => opened.close());
    };
    // It answered, if only to refuse.
    expect(await probed('site.pem')).toMatchObject(code('VAULT_VERSIONS_UNKNOWN'));
    expect(await probed('else.pem')).toMatchObject(code('VAULT_UNREACHABLE'));
    server.closeAllConnections();
    server.close();
  });
});

describe('unfinished uploads', () => {
  it('are aborted a day later, and not before: another node may be at them', async () => {
    const store = s3.store();
    s3.fault = ({ method, query }) => (method === 'DELETE' && query.has('uploadId') ? DENIED : query.has('partNumber') ? DENIED : undefined);
    await expect(seal(vaultOver(store), ++n, 9_000_000)).rejects.toMatchObject(code('hold-unavailable'));
    s3.fault = () => undefined;
    expect(s3.uploads()).toEqual([name(n, 'body')]);
    expect(await store.tidy(0)).toBe(0);
    s3.setUploadsAge(DAY + 60_000);
    expect(await store.tidy(0)).toBe(1);
    expect(s3.uploads()).toEqual([]);
  });
});

describe('a process that seals into a bucket', () => {
  /** Alone more than the bound below, which is what a bare process takes twice over. */
  const BODY = 384 * 2 ** 20;
  function start(bytes: number): ReturnType<typeof spawn> {
    return spawn(process.execPath, ['--import', 'tsx', child, s3.url, s3.bucket, keysDir, String(bytes)], { env: { ...process.env, ...S3_KEYS }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  it('keeps memory flat', async () => {
    const running = start(BODY);
    let out = '';
    running.stdout?.on('data', (piece: Buffer) => (out += piece.toString('utf8')));
    await once(running, 'close');
    const { read: got, peakBytes } = JSON.parse(out) as { read: number; peakBytes: number };
    expect(got).toBe(BODY);
    expect(peakBytes).toBeLessThan(300 * 2 ** 20);
  });

  it('leaves a whole message or nothing after kill -9, whichever request was the last', async () => {
    const store = s3.store();
    await seal(vaultOver(store), ++n, 9_000_000);
    await vaultOver(store).shred(messageId(n));
    // Upload begun, one part there, put together, key about to come, key there.
    for (const at of [3, 5, 6, 8, 9]) {
      const running = start(9_000_000);
      const ended = once(running, 'close');
      let seen = 0;
      s3.done = () => {
        if (++seen === at) running.kill('SIGKILL');
      };
      await ended;
      s3.done = () => undefined;
      const later = manualClock(Date.now() + 2 * DAY);
      s3.setUploadsAge(2 * DAY);
      await sweepTwice(sealingVault({ store: s3.store({ clock: later }), keys, limits: { maxBytes: 1 }, clock: later }));
      const left = await s3.keys();
      if (left.length > 0) {
        expect(left).toEqual([name(1, 'body'), name(1, 'key')]);
        expect((await read(store, 1)).length).toBe(9_000_000);
        await vaultOver(store).shred(messageId(1));
      }
      expect(s3.uploads()).toEqual([]);
    }
  });
});
