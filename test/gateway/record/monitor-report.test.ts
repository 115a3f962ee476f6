import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, expect } from '@jest/globals';
import { DAYS_KEPT, ROWS_PER_DAY, monitorReport } from '../../../gateway/record/monitor-report.js';
import type { Action, Log } from '../../../gateway/ports.js';
import { outcomeOf } from './outcome-of.js';

const DAY = 86_400_000;
let folder = '';
let at = Date.UTC(2026, 10, 5, 23, 59);
let events: string[] = [];
const note = (event: string) => void events.push(event);
const log: Log = { error: note, warn: note, info: note, debug: note };
const opened = (file = join(folder, 'monitor-report.json')) =>
  monitorReport({ file, log, now: () => at, every: () => () => undefined });
const would = (rule: string, action: Action, route = 'mail') => outcomeOf({ route, monitored: [{ rule, action }] });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-monitor-'));
  at = Date.UTC(2026, 10, 5, 23, 59);
  events = [];
});
afterEach(() => rm(folder, { recursive: true }));

describe('monitorReport', () => {
  it('counts by day, route, rule and action, each rule of an exchange once', async () => {
    const kept = await opened();
    kept.recorder.exchange(
      outcomeOf({
        route: 'mail',
        monitored: [
          { rule: 'ids', action: 'block' },
          { rule: 'phones', action: 'mask' },
        ],
      }),
    );
    kept.recorder.exchange(would('ids', 'block'));
    at += 120_000;
    kept.recorder.exchange(would('ids', 'block', 'share'));
    expect(kept.report()).toEqual({
      since: '2026-11-05',
      rows: [
        { day: '2026-11-05', route: 'mail', rule: 'ids', action: 'block', exchanges: 2 },
        { day: '2026-11-05', route: 'mail', rule: 'phones', action: 'mask', exchanges: 1 },
        { day: '2026-11-06', route: 'share', rule: 'ids', action: 'block', exchanges: 1 },
      ],
      folded: 0,
    });
  });

  it('ignores exchanges that nothing monitored', async () => {
    const kept = await opened();
    kept.recorder.exchange(outcomeOf());
    expect(kept.report().rows).toEqual([]);
  });

  it('goes on counting after a restart', async () => {
    const first = await opened();
    first.recorder.exchange(would('ids', 'hold'));
    await first.stop();
    const second = await opened();
    second.recorder.exchange(would('ids', 'hold'));
    expect(second.report().rows).toEqual([
      { day: '2026-11-05', route: 'mail', rule: 'ids', action: 'hold', exchanges: 2 },
    ]);
  });

  it('writes whole files only, for its owner only, and nothing when nothing is new', async () => {
    const kept = await opened();
    await kept.save();
    expect(await readdir(folder)).toEqual([]);
    kept.recorder.exchange(would('ids', 'hold'));
    await kept.stop();
    expect(await readdir(folder)).toEqual(['monitor-report.json']);
    expect((await stat(join(folder, 'monitor-report.json'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['cut short', '{"version":1,"since"'],
    ['of another shape', '{"version":1,"since":"2026-11-05","folded":0,"rows":[{"day":"x"}]}'],
  ])('sets a file aside that is %s, and says so', async (_what, text) => {
    await writeFile(join(folder, 'monitor-report.json'), text);
    expect((await opened()).report().rows).toEqual([]);
    expect(await readFile(join(folder, 'monitor-report.json.unreadable'), 'utf8')).toBe(text);
    expect(events).toContain('monitor-report.set-aside');
  });

  it('forgets days that are too old, and says since when it counts', async () => {
    const kept = await opened();
    kept.recorder.exchange(would('ids', 'hold'));
    at += DAYS_KEPT * DAY;
    kept.recorder.exchange(would('ids', 'hold'));
    expect(kept.report().rows).toHaveLength(1);
    expect(kept.report().since).toBe('2026-11-06');
  });

  it('stays bounded: rows beyond the limit are folded into one number', async () => {
    const kept = await opened();
    for (let n = 0; n < ROWS_PER_DAY + 5; n += 1) kept.recorder.exchange(would(`r${n}`, 'hold'));
    kept.recorder.exchange(would('r0', 'hold'));
    expect(kept.report().rows).toHaveLength(ROWS_PER_DAY);
    expect(kept.report().folded).toBe(5);
    expect(kept.report().rows[0]?.exchanges).toBe(2);
  });

  it('keeps counts that could not be written and writes them later', async () => {
    const kept = await opened(join(folder, 'later', 'monitor-report.json'));
    await writeFile(join(folder, 'later'), '');
    kept.recorder.exchange(would('ids', 'hold'));
    await kept.save();
    expect(events).toContain('monitor-report.save-failed');
    await rm(join(folder, 'later'));
    await kept.save();
    expect(await readdir(join(folder, 'later'))).toEqual(['monitor-report.json']);
  });

  it('saves every minute until it is stopped', async () => {
    let tick: () => void = () => undefined;
    let period = 0;
    let stopped = false;
    const kept = await monitorReport({
      file: join(folder, 'monitor-report.json'),
      log,
      now: () => at,
      every: (milliseconds, act) => {
        period = milliseconds;
        tick = act;
        return () => (stopped = true);
      },
    });
    kept.recorder.exchange(would('ids', 'hold'));
    tick();
    await kept.stop();
    expect({ period, stopped, files: await readdir(folder) }).toEqual({
      period: 60_000,
      stopped: true,
      files: ['monitor-report.json'],
    });
  });
});
