import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { ExchangeId, Log, Outcome } from '../../../gateway/ports.js';
import { ACCESS_LOG_KEPT_MS, accessLog, type Segment } from '../../../gateway/record/access-log.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';

const silent: Log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

function outcome(n: number): Outcome {
  return {
    id: `w${String(n).padStart(26, 'A')}` as ExchangeId,
    channel: 'http', route: 'upload', direction: 'request', mode: 'stream', action: 'pass', rule: 'default', policy: 'p@1', monitored: [],
    bytes: 3, findingCounts: { 'cn.phone': 1 }, durationSeconds: 0.004, scanSeconds: 0.001, status: 200, error: undefined,
    receipt: { size: 3, scanned: 3, unscanned: 0, parts: [{ part: 'body', chain: ['text', 'utf-8'], scanned: 3, unscanned: 0 }], more: 0, detectors: 'd', policy: 'p@1' },
  };
}

async function opened(dir: string, clock = manualClock(), slot?: string) {
  const anchored: (Segment & { act: string })[] = [];
  const access = await accessLog({ dir, clock, log: silent, ...(slot === undefined ? {} : { slot }), anchor: async (act, segment) => void anchored.push({ act, ...segment }) });
  return { access, anchored, clock };
}

describe('the access log', () => {
  it('keeps a line for every exchange, in a compressed segment whose digest is anchored', async () => {
    const dir = tempFolder();
    const { access, anchored } = await opened(dir);
    for (let n = 0; n < 5; n++) access.recorder.exchange(outcome(n));
    await access.stop();
    const [name, ...more] = readdirSync(dir);
    expect(more).toEqual([]);
    const bytes = readFileSync(join(dir, String(name)));
    const lines = gunzipSync(bytes).toString().trimEnd().split('\n').map((line) => JSON.parse(line) as { id: string; parts: unknown });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject({ route: 'upload', action: 'pass', scanned: 3, unscanned: 0, parts: [['body', 'text/utf-8', 3, 0, null]] });
    expect(anchored).toEqual([{ act: 'access-log.closed', name, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }]);
  });

  it('closes a segment after an hour and goes on in a new one', async () => {
    const dir = tempFolder();
    const { access, anchored, clock } = await opened(dir);
    access.recorder.exchange(outcome(1));
    await access.tend();
    expect(anchored).toEqual([]);
    clock.advance(3_600_001);
    await access.tend();
    access.recorder.exchange(outcome(2));
    await access.stop();
    expect(anchored.map(({ act }) => act)).toEqual(['access-log.closed', 'access-log.closed']);
    expect(readdirSync(dir)).toHaveLength(2);
  });

  it('of several processes lies in one folder, each with segments of its own', async () => {
    const dir = tempFolder();
    const clock = manualClock(1_600_000_001_000);
    for (const slot of ['p1-1', 'p2-2', '3']) writeFileSync(join(dir, `access-1600000000000-${slot}.ndjson`), '{"at":"x"}\n');
    // The node's first process closes what all of an earlier run left open, before there are others; later it leaves theirs alone.
    const first = await opened(dir, clock);
    await first.access.tend();
    expect(first.anchored.map(({ name }) => name).toSorted()).toEqual(['access-1600000000000-3.ndjson.gz', 'access-1600000000000-p1-1.ndjson.gz', 'access-1600000000000-p2-2.ndjson.gz']);
    const [one, two] = [await opened(dir, clock, 'p1'), await opened(dir, clock, 'p2')];
    for (const { access } of [one, two]) access.recorder.exchange(outcome(1));
    for (const { access } of [one, two, first]) await access.tend();
    expect([first.anchored.length, one.anchored.length, two.anchored.length]).toEqual([3, 0, 0]);
    // Who follows a killed one closes what that left, and nobody else's; what is old enough is the first process's to remove.
    const follower = await opened(dir, clock, 'p1');
    clock.advance(ACCESS_LOG_KEPT_MS + 3_600_000);
    await follower.access.tend();
    expect(follower.anchored.map(({ act, name }) => `${act} ${/p\d/.exec(name)?.[0] ?? ''}`)).toEqual(['access-log.closed p1']);
    await two.access.stop();
    await first.access.tend();
    expect(first.anchored.filter(({ act }) => act === 'access-log.expired')).toHaveLength(5);
    for (const { access } of [one, first]) await access.stop();
  });

  it('closes what a killed process left open', async () => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'access-1700000000000-10000.ndjson'), '{"at":"x"}\n');
    const { access, anchored } = await opened(dir, manualClock(1_700_000_001_000));
    await access.tend();
    expect(readdirSync(dir)).toEqual(['access-1700000000000-10000.ndjson.gz']);
    expect(anchored).toHaveLength(1);
    await access.stop();
  });

  it('removes a segment only after 184 days, and says so', async () => {
    const dir = tempFolder();
    const { access, anchored, clock } = await opened(dir);
    access.recorder.exchange(outcome(1));
    await access.tend();
    clock.advance(3_600_001);
    await access.tend();
    clock.advance(ACCESS_LOG_KEPT_MS - 3_600_001);
    await access.tend();
    expect(readdirSync(dir)).toHaveLength(1);
    clock.advance(2);
    await access.tend();
    expect(readdirSync(dir)).toHaveLength(0);
    expect(anchored.map(({ act }) => act)).toEqual(['access-log.closed', 'access-log.expired']);
    await access.stop();
  });

  it('counts what it cannot keep up with instead of growing', async () => {
    const dir = tempFolder();
    const { access } = await opened(dir);
    for (let n = 0; n < 40_000; n++) access.recorder.exchange(outcome(n));
    await access.stop();
    const text = readdirSync(dir).map((name) => gunzipSync(readFileSync(join(dir, name))).toString()).join('');
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { skipped?: number });
    const skipped = lines.reduce((sum, line) => sum + (line.skipped ?? 0), 0);
    expect(lines.filter((line) => line.skipped === undefined).length + skipped).toBe(40_000);
    expect(skipped).toBeGreaterThan(0);
  });
});
