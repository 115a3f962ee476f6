/** A GiB through each mode: memory stays flat, and every byte arrives as it was but for the masks. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { ask, metric } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const MIB = 2 ** 20;
const SIZE = 2 ** 30;
/** For what is read three times: several times what a process may spool in memory. */
const LESS = 2 ** 28;
/** Over what the idle gateway has: the spool's share of memory, buffers under way, and what V8 lets grow before it collects. */
const GROWTH_MOST = 400 * MIB;

const phone = numberSource(1).phone();
/** Lines as reports have them, with amounts and references, and a mark in the middle. */
function block(mark: string): Buffer {
  const line = (i: number): string => `第${i % 97}行 部门周报：本周完成 ${i % 13} 项，金额 ${(i * 37) % 9_000}.50 元。 The quick brown fox, ref A-${i % 800}.\n`;
  const lines = Array.from({ length: 4_000 }, (_, i) => (i === 2_000 ? `联系电话 ${mark}，请查收。\n` : line(i)));
  const text = Buffer.from(lines.join(''));
  return Buffer.concat([text, Buffer.alloc(MIB - text.length - 1, '.'), Buffer.from('\n')]);
}
const marked = block(phone);
const clean = block('见附件');
const masked = block(`${phone.slice(0, 3)}****${phone.slice(-4)}`);

function digestOf(one: Buffer, size: number): string {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += MIB) hash.update(one);
  return hash.digest('hex');
}
async function* body(one: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += MIB) yield Promise.resolve(one);
}

let gateway: Gateway;
let upstream: RecordingUpstream;
let idle = 0;
function memory(name: 'VmHWM' | 'VmRSS'): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}
beforeAll(async () => {
  upstream = await recordingUpstream({ bodyKept: 0 });
  gateway = await startGateway({ config: { routes: [route('upload', upstream.url, { policy: 'mask' }), route('share', upstream.url, { policy: 'hold' })], policies } });
  await ask(`${gateway.dataUrl}/upload`, { body: 'warm' });
  idle = memory('VmRSS');
});
afterAll(() => upstream.close());

describe('a large text', () => {
  it.each([
    ['masked as it streams', '/upload', { 'content-type': 'text/plain; charset=utf-8' }, marked, masked, 'mask', 'stream', SIZE],
    ['held until it is known to be clean', '/share', { 'content-type': 'text/plain; charset=utf-8' }, clean, clean, 'pass', 'hold', SIZE],
    ['of no declared type, read to its end and then masked', '/upload', {}, marked, masked, 'mask', 'hold', LESS],
  ])('%s arrives whole, and memory stays flat', async (_name, path, fields, sent, wanted, action, mode, size) => {
    const before = await metric(gateway, 'weir_exchange_duration_seconds_count', { mode });
    const answer = await ask(`${gateway.dataUrl}${path}`, { method: 'PUT', fields: { ...fields, 'content-length': String(size) }, body: body(sent, size) });
    expect([answer.status, answer.fields['weir-action']]).toEqual([200, action]);
    const arrived = upstream.requests.at(-1);
    expect([arrived?.bytes, arrived?.sha256]).toEqual([size, digestOf(wanted, size)]);
    expect(await metric(gateway, 'weir_exchange_duration_seconds_count', { mode })).toBe(before + 1);
    expect(readdirSync(join(gateway.dataDir, 'spool'))).toEqual([]);
    expect(memory('VmHWM') - idle).toBeLessThan(GROWTH_MOST);
  });
});
