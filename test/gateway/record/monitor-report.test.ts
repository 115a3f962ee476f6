import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, expect } from '@jest/globals';
import { DAYS_KEPT, FLUSH_EVERY_MS, monitorReport, takeInMonitorFile, type KeptMonitorReport } from '../../../gateway/record/monitor-report.js';
import type { Action, Log, MonitorCounts, MonitorRow } from '../../../gateway/ports.js';
import { outcomeOf } from './outcome-of.js';

const DAY = 86_400_000;
let at = Date.UTC(2026, 10, 5, 23, 59);
let events: string[] = [];
let isAway = false;
let counts = memoryCounts();
const note = (event: string) => void events.push(event);
const log: Log = { error: note, warn: note, info: note, debug: note };
const opened = (): KeptMonitorReport => monitorReport({ counts, log, now: () => at, every: () => () => undefined });
const would = (rule: string, action: Action, route = 'mail') => outcomeOf({ route, monitored: [{ rule, action }] });

/** The ledger's side in memory; what it does with rows is proven on PostgreSQL. */
function memoryCounts(): MonitorCounts & { readonly taken: Set<string> } {
  const rows = new Map<string, MonitorRow>();
  const begun: string[] = [];
  const taken = new Set<string>();
  const here = (): void => {
    if (isAway) throw new Error('away');
  };
  const add = (more: readonly MonitorRow[]): void => {
    for (const row of more) {
      const key = JSON.stringify([row.day, row.route, row.rule, row.action]);
      rows.set(key, { ...row, exchanges: row.exchanges + (rows.get(key)?.exchanges ?? 0) });
    }
  };
  return {
    taken,
    add: async (more) => {
      await Promise.resolve();
      here();
      add(more);
    },
    takeIn: async (digest, since, more) => {
      await Promise.resolve();
      if (taken.has(digest)) return;
      taken.add(digest);
      begun.push(since);
      add(more);
    },
    begin: async (day) => void (await Promise.resolve(), here(), begun.push(day)),
    report: (from) => Promise.resolve({ since: begun.toSorted()[0], rows: [...rows.values()].filter(({ day }) => day >= from), folded: 0 }),
    forget: () => Promise.resolve(),
  };
}

beforeEach(() => {
  at = Date.UTC(2026, 10, 5, 23, 59);
  events = [];
  isAway = false;
  counts = memoryCounts();
});

describe('the monitor report', () => {
  it('counts by day, route, rule and action, each rule of an exchange once', async () => {
    const kept = opened();
    kept.recorder.exchange(outcomeOf({ route: 'mail', monitored: [{ rule: 'ids', action: 'block' }, { rule: 'phones', action: 'mask' }] }));
    kept.recorder.exchange(would('ids', 'block'));
    expect((await kept.report()).rows).toHaveLength(2);
    at += 120_000;
    kept.recorder.exchange(would('ids', 'block', 'share'));
    expect(await kept.report()).toEqual({
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
    const kept = opened();
    kept.recorder.exchange(outcomeOf());
    expect((await kept.report()).rows).toEqual([]);
  });

  it('is the sum of all processes that count, whichever is asked', async () => {
    const [one, other] = [opened(), opened()];
    one.recorder.exchange(would('ids', 'hold'));
    other.recorder.exchange(would('ids', 'hold'));
    await one.flush();
    expect((await other.report()).rows).toEqual([{ day: '2026-11-05', route: 'mail', rule: 'ids', action: 'hold', exchanges: 2 }]);
  });

  it('asks the other processes of its node for what they have before it answers', async () => {
    const child = opened();
    const primary = monitorReport({ counts, log, now: () => at, every: () => () => undefined, others: () => child.flush() });
    child.recorder.exchange(would('ids', 'hold'));
    expect((await primary.report()).rows).toHaveLength(1);
  });

  it('shows no days that are too old, and says since when it counts', async () => {
    const kept = opened();
    kept.recorder.exchange(would('ids', 'hold'));
    await kept.flush();
    at += DAYS_KEPT * DAY;
    kept.recorder.exchange(would('ids', 'hold'));
    const report = await kept.report();
    expect([report.rows.length, report.since]).toEqual([1, '2026-11-06']);
  });

  it('keeps counts while the ledger is away and adds them when it is back', async () => {
    const kept = opened();
    isAway = true;
    kept.recorder.exchange(would('ids', 'hold'));
    await kept.flush();
    expect(events).toEqual(['monitor-report.waiting']);
    kept.recorder.exchange(would('ids', 'hold'));
    isAway = false;
    expect((await kept.report()).rows).toMatchObject([{ exchanges: 2 }]);
  });

  it('flushes by itself until it is stopped, and once more then', async () => {
    let tick: () => void = () => undefined;
    let period = 0;
    let stopped = false;
    const kept = monitorReport({
      counts, log, now: () => at,
      every: (milliseconds, act) => {
        period = milliseconds;
        tick = act;
        return () => (stopped = true);
      },
    });
    kept.recorder.exchange(would('ids', 'hold'));
    tick();
    kept.recorder.exchange(would('ids', 'hold'));
    await kept.stop();
    expect({ period, stopped, rows: (await opened().report()).rows.map(({ exchanges }) => exchanges) }).toEqual({ period: FLUSH_EVERY_MS, stopped: true, rows: [2] });
  });
});

describe('a file of counts from an earlier Weir', () => {
  let folder = '';
  const file = (): string => join(folder, 'monitor-report.json');
  const takeIn = (): Promise<void> => takeInMonitorFile({ file: file(), counts, log, now: () => at });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-monitor-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is taken in once, also when the node dies before it is put aside', async () => {
    const text = JSON.stringify({ version: 1, since: '2026-11-01', folded: 0, rows: [{ day: '2026-11-02', route: 'mail', rule: 'ids', action: 'hold', exchanges: 7 }] });
    await writeFile(file(), text);
    await takeIn();
    expect(await readdir(folder)).toEqual(['monitor-report.json.taken-in']);
    await writeFile(file(), text);
    await takeIn();
    expect(await opened().report()).toMatchObject({ since: '2026-11-01', rows: [{ exchanges: 7 }] });
  });

  it.each([
    ['cut short', '{"version":1,"since"'],
    ['of another shape', '{"version":1,"since":"2026-11-05","folded":0,"rows":[{"day":"x"}]}'],
  ])('that is %s is set aside, and that is said', async (_what, text) => {
    await writeFile(file(), text);
    await takeIn();
    expect(await readFile(`${file()}.unreadable`, 'utf8')).toBe(text);
    expect(events).toEqual(['monitor-report.set-aside']);
  });
});
