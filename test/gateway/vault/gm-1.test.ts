/** Suite gm-1 keeps what the vault promises, in a format that anyone can read who has the review key and the published algorithms. */
import { createDecipheriv, createECDH, createHash, createHmac, createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openKeys } from '../../../gateway/vault/keys.js';
import { folderReader, folderVault } from '../../kit/vault.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const seed = 20260102;
const CHUNK = 64 * 1024;
const data = tempFolder('keys');
const { keys } = await openKeys({ keysDir: data, custody: 'local', suite: 'gm-1' });
const ID = messageId(1);

async function sealed(body: Uint8Array, edits: Uint8Array = Buffer.alloc(0)): Promise<{ dir: string; key: string; body: string }> {
  const dir = join(tempFolder('vault'), 'vault');
  const vault = folderVault({ dir, keys, clock: manualClock() });
  const receipt = await vault.seal(ID, sealedHead(ID, body.length, edits.length), pieces(body), pieces(edits));
  expect([receipt.suite, receipt.recipient]).toEqual(['gm-1', await keys.current()]);
  return { dir, key: join(dir, `${ID}.key`), body: join(dir, `${ID}.body`) };
}
async function readBack(dir: string): Promise<Buffer> {
  const opened = await folderReader({ dir, keys }).open(ID);
  try {
    return await all(opened.body());
  } finally {
    await opened.close();
  }
}

describe('gm-1', () => {
  it('gives back body and edits of any size', async () => {
    const size = fc.oneof(fc.nat(200), fc.constantFrom(CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK));
    await fc.assert(
      fc.asyncProperty(size, fc.nat(300), async (bytes, editBytes) => {
        const { dir } = await sealed(pattern(bytes), pattern(editBytes, 1));
        const opened = await folderReader({ dir, keys }).open(ID);
        expect((await all(opened.body())).equals(pattern(bytes))).toBe(true);
        expect((await all(opened.edits())).equals(pattern(editBytes, 1))).toBe(true);
        await opened.close();
      }),
      { seed, numRuns: 25 },
    );
  });

  it('gives out nothing of a file in which one bit was flipped, wherever it is', async () => {
    const { dir, key, body } = await sealed(pattern(CHUNK + 500));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(key, body), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(7), async (path, at, bit) => {
        const bytes = readFileSync(path);
        const place = Math.floor(at * bytes.length);
        const flipped = Buffer.from(bytes);
        flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
        writeFileSync(path, flipped);
        await expect(readBack(dir)).rejects.toMatchObject({ code: expect.stringMatching(/^(VAULT_DAMAGED|KEY_WRONG)$/) });
        writeFileSync(path, bytes);
      }),
      { seed, numRuns: 60 },
    );
    expect((await readBack(dir)).length).toBe(CHUNK + 500);
  });

  it('does not open when its chunks were swapped, repeated or cut off', async () => {
    const { dir, body } = await sealed(pattern(4 * CHUNK));
    const bytes = readFileSync(body);
    const [nonce, one, two, rest] = [bytes.subarray(0, 16), bytes.subarray(16, 16 + CHUNK + 32), bytes.subarray(16 + CHUNK + 32, 16 + 2 * (CHUNK + 32)), bytes.subarray(16 + 2 * (CHUNK + 32))];
    for (const changed of [[nonce, two, one, rest], [nonce, one, one, rest], [nonce, one, two], [nonce, one]]) {
      writeFileSync(body, Buffer.concat(changed));
      await expect(readBack(dir)).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
    }
  });

  it('is opened by a second reading of the format that shares only the algorithms with it', async () => {
    const content = pattern(CHUNK + 9);
    const { key, body } = await sealed(content);
    const plain = readIndependently(readFileSync(key, 'utf8'), readFileSync(body), readFileSync(join(data, 'review.key'), 'utf8'));
    expect(plain.subarray(plain.indexOf(10) + 1).equals(content)).toBe(true);
  });

  it('opens with the right key only', async () => {
    const { dir } = await sealed(pattern(10));
    const { keys: other } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local', suite: 'gm-1' });
    await expect(folderReader({ dir, keys: other }).open(ID)).rejects.toMatchObject({ code: 'KEY_WRONG' });
    const { keys: none } = await openKeys({ keysDir: data, custody: 'absent' });
    await expect(folderReader({ dir, keys: none }).open(ID)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  });
});

/** As docs/operations.md tells it: nothing of Weir's own is used. */
function readIndependently(header: string, body: Buffer, pem: string): Buffer {
  const [, stanza = '', wrappedText = ''] = header.split('\n');
  const [, , ephemeralText = '', recipientText = ''] = stanza.split(' ');
  const [ephemeral, recipient, wrapped] = [ephemeralText, recipientText, wrappedText].map((text) => Buffer.from(text, 'base64url'));
  if (ephemeral === undefined || recipient === undefined || wrapped === undefined) throw new RangeError('no header');
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  const at = der.indexOf(Buffer.from('0201010420', 'hex')) + 5;
  const own = createECDH('SM2');
  own.setPrivateKey(der.subarray(at, at + 32));
  const derive = (parts: Buffer[], blocks: number): Buffer =>
    Buffer.concat(Array.from({ length: blocks }, (_, at) => createHash('sm3').update(Buffer.concat([...parts, Buffer.from([0, 0, 0, at + 1])])).digest()));
  const sm4 = (key: Buffer, iv: Buffer, bytes: Buffer): Buffer => createDecipheriv('sm4-ctr', key, iv).update(bytes);
  const wrapping = derive([own.computeSecret(ephemeral), ephemeral, recipient, Buffer.from('wrap')], 2);
  expect(createHmac('sm3', wrapping.subarray(16, 48)).update(wrapped.subarray(0, 32)).digest().equals(wrapped.subarray(32))).toBe(true);
  const fileKey = sm4(wrapping.subarray(0, 16), Buffer.alloc(16), wrapped.subarray(0, 32));
  const payload = derive([fileKey, body.subarray(0, 16), Buffer.from('payload')], 2);
  const plain: Buffer[] = [];
  for (let at = 16, index = 0; at < body.length; at += CHUNK + 32, index++) {
    const chunk = body.subarray(at, at + CHUNK + 32);
    const content = chunk.subarray(0, -32);
    const place = Buffer.alloc(9);
    place.writeBigUInt64BE(BigInt(index));
    place[8] = at + CHUNK + 32 >= body.length ? 1 : 0;
    expect(createHmac('sm3', payload.subarray(16, 48)).update(place).update(content).digest().equals(chunk.subarray(-32))).toBe(true);
    plain.push(sm4(payload.subarray(0, 16), Buffer.concat([place.subarray(0, 8), Buffer.alloc(8)]), content));
  }
  return Buffer.concat(plain);
}
