/** What the gateway's bench sends, how Weir is set for it, and what its figures say. */
import { describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { configSchema } from '../../../config/schema.js';
import { bodyOf, type BodyId } from './bodies.js';
import { gatewayMarkdown, isReached, timesBase } from './figures.js';
import type { Sample } from './rounds.js';
import { configuration } from './weir.js';

const sampled = (cpuMs: number, others = 0): Sample => ({ done: 100, rate: 1000 / cpuMs, cpuMs, p50: 1, p99: 2, mib: 30, busy: 1, others });

describe('a body of the bench', () => {
  const SIZES: readonly (readonly [BodyId, number])[] = [['json1k', 1024], ['form64k', 65_536], ['text1m', 1_048_576], ['plain256k', 262_144], ['near256k', 262_144], ['json1m', 1_048_576]];
  it.each(SIZES)('%s is as long as its name says, and the same each time', (id, bytes) => {
    expect(bodyOf(id).bytes.length).toBe(bytes);
    expect(bodyOf(id).bytes.equals(bodyOf(id).bytes)).toBe(true);
  });
  it('holds no run of eleven digits, but for the near miss', () => {
    const runs = (id: BodyId): readonly string[] => bodyOf(id).bytes.toString().match(/\d{11,}/g) ?? [];
    expect([runs('json1k'), runs('form64k'), runs('text1m'), runs('parts1m'), runs('near256k').length]).toEqual([[], [], [], [], 1]);
  });
  it('of JSON is JSON, in clear and gzipped', () => {
    expect(Object.keys(JSON.parse(bodyOf('json1k').bytes.toString()) as object)).toContain('text');
    expect(gunzipSync(bodyOf('gzip1m').bytes).equals(bodyOf('json1m').bytes)).toBe(true);
  });
});

describe('the gateway that is measured', () => {
  const setting = { sinks: { plain: 1001, tls: 1002 }, pair: { cert: '/c.pem', key: '/c.key', ca: '/c.pem' } };
  it.each([{ name: 'plain', front: 'node' }, { name: 'tls', front: 'node', sides: 'both' }, { name: 'h2', front: 'fast', sides: 'front', h2: true }, { name: 'spilled', front: 'node', spoolMemory: '1MiB' }, { name: 'two', front: 'node', processes: 2 }] as const)('has a configuration that its own schema takes: $name', (shape) => {
    const config = configSchema.parse(parse(configuration(shape, { data: 1003, admin: 1004 }, setting)));
    expect(config.routes.map(({ id }) => id)).toEqual(['held', 'streamed']);
  });
});

describe('the figures', () => {
  it('compare each round with the same round of the other', () => {
    expect(timesBase([sampled(1), sampled(2), sampled(4)], [sampled(2), sampled(4), sampled(40)])).toBe(2);
    expect(timesBase([sampled(1)], [])).toBeNaN();
  });
  it('call an aim reached at its bound', () => {
    const aim = { row: '', what: '' };
    expect([isReached({ ...aim, value: 2, least: 2 }), isReached({ ...aim, value: 1.9, least: 2 }), isReached({ ...aim, value: 200, most: 200 }), isReached({ ...aim, value: 201, most: 200 }), isReached({ ...aim, value: 9 })]).toEqual([true, false, true, false, true]);
  });
  it('say which peers were missing, and that others were busy meanwhile', () => {
    const figures = { rows: [{ title: 'row', bases: ['a'], entries: [{ title: 'a', samples: [sampled(1, 0.6)] }], aims: [{ row: 'row', what: 'a', value: 3, least: 4 }] }], missing: ['nginx'], rounds: 1, cpu: 'a processor', driver: 'a driver' };
    const text = gatewayMarkdown(figures);
    expect(text).toContain('Not installed here, so not measured: nginx.');
    expect(text).toContain('Others used up to 0.60 of a core');
    expect(text).toContain('| row | a | 3.00 | ≥ 4 | SHORT |');
    expect(gatewayMarkdown({ ...figures, missing: [], rows: [{ ...figures.rows[0], title: 'row', bases: [], aims: [], entries: [{ title: 'a', samples: [sampled(1)] }] }] })).not.toMatch(/Not installed|Others/);
  });
});
