/** Custody `absent`: a gateway that seals and cannot read. Neither its files nor its memory open what it holds; with the key, elsewhere or later, all of it opens. */
import { spawnSync } from 'node:child_process';
import { createHash, hkdfSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { causeCode } from '../../gateway/errors.js';
import { newKey } from '../../gateway/vault/key-file.js';
import { readReviewKeys } from '../../gateway/vault/review-key.js';
import { dataFolder } from '../kit/database.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { MAIN } from '../kit/program.js';
import { tempFolder } from '../kit/temp.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

let upstream: RecordingUpstream;
beforeAll(async () => {
  upstream = await recordingUpstream();
});
afterAll(async () => {
  await upstream.close();
});
const numbers = numberSource(404);

describe.each(['age-v1', 'gm-1'] as const)('a gateway without the review key, suite %s', (suite) => {
  it('holds, opens nothing, lets a release wait, and delivers it once the key is there', async () => {
    const dataDir = dataFolder();
    const key = await newKey(suite, undefined);
    const keyFile = join(tempFolder('key'), 'review.key');
    writeFileSync(keyFile, key.text, { mode: 0o600 });
    mkdirSync(join(dataDir, 'keys'), { mode: 0o700 });
    writeFileSync(join(dataDir, 'keys', 'review.pub'), `${key.recipient}\n`);
    const config = (custody: string): Record<string, unknown> => ({ vault: { custody }, routes: [route('share', upstream.url, { policy: 'hold' })], policies });

    // In a fleet both have one configuration, and this node is told that it shall not have the key.
    const gateway = await startGateway({ dataDir, ...(suite === 'gm-1' ? { config: config('supplied'), program: [MAIN, '--custody', 'absent'] } : { config: config('absent') }) });
    const body = Buffer.from(`账号 ${numbers.residentId()} 与 ${numbers.bankCard()}\n`.repeat(2_000));
    const before = upstream.requests.length;
    const answer = await ask(`${gateway.dataUrl}/share`, { fields: { 'content-type': 'text/plain' }, body });
    expect([answer.status, answer.fields['weir-action']]).toEqual([202, 'hold']);
    const id = String(answer.fields['weir-incident']);

    const header = readFileSync(join(dataDir, 'vault', `${id}.key`));
    const [identity] = await readReviewKeys(Buffer.from(key.text), undefined);
    const fileKey = Buffer.from((await identity?.unwrap(header)) ?? []);
    expect(fileKey.length).toBe(suite === 'age-v1' ? 16 : 32);
    const nonce = readFileSync(join(dataDir, 'vault', `${id}.body`)).subarray(0, 16);
    const payloadKey = suite === 'age-v1' ? Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32)) : createHash('sm3').update(fileKey).update(nonce).update('payload').update(Buffer.from([0, 0, 0, 1])).digest();
    // The public key has to be found: else the search itself would be blind.
    expect(inMemoryOf(gateway.pid, [fileKey, payloadKey, Buffer.from(key.recipient)])).toEqual([false, false, true]);
    for (const { path, content } of filesUnder(dataDir)) {
      expect([path, content.includes(fileKey), /AGE-SECRET-KEY|PRIVATE KEY/.test(content.toString('latin1')) && !path.endsWith('audit.key')]).toEqual([path, false, false]);
      expect([path, await opensWith(content, header)]).toEqual([path, false]);
    }

    const shown = async (on: Gateway): Promise<{ state: string; lastError?: string }> => JSON.parse((await admin(on, `/api/v1/messages/${id}`)).text) as { state: string; lastError?: string };
    const released = await admin(gateway, `/api/v1/messages/${id}/release`, { method: 'POST', body: Buffer.from('{"as":"original","reason":"agreed"}') });
    expect(released.status).toBe(202);
    expect((await eventually('a try in vain', () => shown(gateway), ({ lastError }) => lastError !== undefined)).lastError).toBe('review-key-absent');
    expect(upstream.requests.length).toBe(before);
    if (suite === 'age-v1') expect(spawnSync('age', ['-d', '-i', keyFile], { input: Buffer.concat([header, readFileSync(join(dataDir, 'vault', `${id}.body`))]) }).stdout.includes(body)).toBe(true);
    expect(await gateway.stop()).toBe(0);

    const withKey = await startGateway({ dataDir, config: config('supplied'), env: { WEIR_REVIEW_KEY_FILE: keyFile } });
    await eventually('the release', () => shown(withKey), ({ state }) => state === 'released');
    expect(upstream.requests.length).toBe(before + 1);
    expect(upstream.requests.at(-1)?.body.equals(body)).toBe(true);
    expect(filesUnder(dataDir).filter(({ content }) => content.includes(key.text.slice(-40).trim())).map(({ path }) => path)).toEqual([]);
    expect(await withKey.stop()).toBe(0);
  });
});

/** What lies there now; a file that the gateway puts away meanwhile holds nothing any more. */
function filesUnder(folder: string): readonly { readonly path: string; readonly content: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('postgres'))
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      try {
        return statSync(path).size < 2 ** 26 ? [{ path, content: readFileSync(path) }] : [];
      } catch (thrown) {
        if (causeCode(thrown) !== 'ENOENT') throw thrown;
        return [];
      }
    });
}

/** Whether a file of the gateway, taken as a review key, opens the header. */
async function opensWith(content: Buffer, header: Buffer): Promise<boolean> {
  const identities = await readReviewKeys(content, undefined).catch(() => []);
  for (const identity of identities) if ((await identity.unwrap(header).catch(() => undefined)) !== undefined) return true;
  return false;
}

/** Looks through everything the process has written to memory. */
function inMemoryOf(pid: number, needles: readonly Buffer[]): readonly boolean[] {
  const found = needles.map(() => false);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from = '', to = '', rights = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
      if (!rights.startsWith('rw')) continue;
      const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
      const piece = Buffer.alloc(4 * 2 ** 20 + 64);
      for (let at = start; at < end; at += 4 * 2 ** 20) {
        let length: number;
        try {
          length = readSync(memory, piece, 0, Math.min(piece.length, end - at), at);
        } catch {
          // Reserved and never touched: nothing is there to be read.
          continue;
        }
        for (const [which, needle] of needles.entries()) found[which] ||= piece.subarray(0, length).includes(needle);
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}
