import { describe, it, expect } from '@jest/globals';
import { metrics } from '../../../gateway/record/metrics.js';
import type { GaugeSources } from '../../../gateway/record/pulled-gauges.js';

const NOW = Date.UTC(2026, 10, 5);
const make = (sources: GaugeSources, sourceTimeoutMs = 1_000) =>
  metrics({ version: '0.1.0', routes: () => [], detectors: () => [], now: () => NOW, sources, sourceTimeoutMs });
const samples = async (made: ReturnType<typeof make>, name: string) =>
  (await made.text()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));

describe('gauges pulled at scrape time', () => {
  it('show the four states of held messages, each with all that belongs to it', async () => {
    const made = make({
      held: async () => ({
        states: {
          held: 4,
          sending: 1,
          releasing: 2,
          failed: 1,
          uncertain: 1,
          'needs-credentials': 1,
          released: 90,
          rejected: 9,
          expired: 9,
        },
        oldestHeldAt: new Date(NOW - 90_000),
      }),
    });
    expect(await samples(made, 'weir_held_messages')).toEqual([
      'weir_held_messages{state="held"} 4',
      'weir_held_messages{state="awaiting-second"} 0',
      'weir_held_messages{state="releasing"} 3',
      'weir_held_messages{state="failed"} 3',
    ]);
    expect(await samples(made, 'weir_held_oldest_age_seconds')).toEqual(['weir_held_oldest_age_seconds 90']);
  });

  it('show age 0 when nothing waits', async () => {
    const made = make({ held: async () => ({ states: {}, oldestHeldAt: undefined }) });
    expect(await samples(made, 'weir_held_oldest_age_seconds')).toEqual(['weir_held_oldest_age_seconds 0']);
  });

  it('show the spool, the vault, jobs and components', async () => {
    const made = make({
      spool: () => ({ memory: 10, disk: 20 }),
      vault: async () => ({ usedBytes: 1, freeBytes: 2, limitBytes: 3 }),
      jobs: async () => [{ queue: 'release', state: 'dead', count: 2 }],
      components: [{ component: 'database', check: async () => ({ ok: true, neededFor: 'hold', detail: '' }) }],
    });
    expect(await samples(made, 'weir_spool_bytes')).toEqual([
      'weir_spool_bytes{where="memory"} 10',
      'weir_spool_bytes{where="disk"} 20',
    ]);
    expect(await samples(made, 'weir_vault_(used|free|limit)_bytes')).toHaveLength(3);
    expect(await samples(made, 'weir_jobs')).toEqual(['weir_jobs{queue="release",state="dead"} 2']);
    expect(await samples(made, 'weir_component_up')).toEqual(['weir_component_up{component="database"} 1']);
  });

  it('are absent, not zero and not stale, when their source fails; the failure is counted', async () => {
    let broken = false;
    const made = make({
      held: async () => {
        if (broken) throw new Error('gone');
        return { states: { held: 4 }, oldestHeldAt: new Date(NOW) };
      },
      vault: async () => {
        throw new Error('gone');
      },
    });
    expect(await samples(made, 'weir_held_messages')).toHaveLength(4);
    broken = true;
    expect(await samples(made, 'weir_held_messages')).toEqual([]);
    expect(await samples(made, 'weir_held_oldest_age_seconds')).toEqual([]);
    expect(await samples(made, 'weir_vault_used_bytes')).toEqual([]);
    expect(await samples(made, 'weir_scrape_errors_total')).toEqual(
      expect.arrayContaining([
        'weir_scrape_errors_total{source="held"} 4',
        'weir_scrape_errors_total{source="vault"} 5',
      ]),
    );
  });

  it('show a component that cannot answer as down', async () => {
    const made = make({
      components: [
        {
          component: 'database',
          check: async () => {
            throw new Error('gone');
          },
        },
      ],
    });
    expect(await samples(made, 'weir_component_up')).toEqual(['weir_component_up{component="database"} 0']);
  });

  it('do not wait for a source that hangs, and do not ask it again while it owes an answer', async () => {
    let asked = 0;
    const made = make(
      {
        held: () => {
          asked += 1;
          return new Promise(() => undefined);
        },
        spool: () => ({ memory: 1, disk: 0 }),
      },
      5,
    );
    expect(await samples(made, 'weir_spool_bytes')).toHaveLength(2);
    await made.text();
    expect(asked).toBe(1);
    expect(await samples(made, 'weir_scrape_errors_total')).toEqual(['weir_scrape_errors_total{source="spool"} 0', 'weir_scrape_errors_total{source="held"} 3']);
  });

  it('are asked once for scrapes that come at the same time', async () => {
    let asked = 0;
    const made = make({
      held: async () => {
        asked += 1;
        return { states: {}, oldestHeldAt: undefined };
      },
    });
    await Promise.all([made.text(), made.text(), made.text()]);
    expect(asked).toBe(1);
  });

  it('that this process has no source for are absent', async () => {
    const made = make({});
    for (const name of ['weir_held_oldest_age_seconds', 'weir_vault_used_bytes', 'weir_component_up', 'weir_jobs']) {
      expect(await samples(made, name)).toEqual([]);
    }
  });

  it('that the fleet shares are shown by the process that speaks for it, and by no other', async () => {
    let speaks = true;
    const made = make({
      shared: () => speaks,
      held: async () => ({ states: { held: 4 }, oldestHeldAt: new Date(NOW) }),
      vault: async () => ({ usedBytes: 1, freeBytes: Infinity, limitBytes: 3 }),
      backup: async () => new Date(NOW - 5_000),
      nodes: async () => [{ revision: 'r1', count: 2 }, { revision: undefined, count: 1 }],
      spool: () => ({ memory: 10, disk: 20 }),
    });
    expect(await samples(made, 'weir_held_messages')).toHaveLength(4);
    expect(await samples(made, 'weir_vault_free_bytes')).toEqual([]);
    expect(await samples(made, 'weir_fleet_nodes')).toEqual(['weir_fleet_nodes{revision="r1"} 2', 'weir_fleet_nodes{revision="none"} 1']);
    expect(await samples(made, 'weir_backup_last_success_timestamp_seconds')).toEqual([`weir_backup_last_success_timestamp_seconds ${(NOW - 5_000) / 1_000}`]);
    speaks = false;
    for (const name of ['weir_held_messages', 'weir_vault_used_bytes', 'weir_fleet_nodes', 'weir_backup_last_success_timestamp_seconds']) expect(await samples(made, name)).toEqual([]);
    expect(await samples(made, 'weir_spool_bytes')).toHaveLength(2);
  });

  it('measure each decision once, whoever speaks, and nothing from before this process spoke', async () => {
    let now = NOW;
    let speaks = true;
    const asked: [number, number][] = [];
    const made = metrics({
      version: '0', routes: () => [], detectors: () => [], now: () => now,
      sources: {
        shared: () => speaks,
        reviewed: async (from, to) => {
          asked.push([from.getTime() - NOW, to.getTime() - NOW]);
          return [{ id: 'w1', step: 'decided' as const, outcome: 'reject', severity: 'high', seconds: 90 }];
        },
      },
    });
    await made.text();
    expect(asked).toEqual([]);
    now += 15_000;
    expect(await samples(made, 'weir_review_wait_seconds_sum')).toEqual(['weir_review_wait_seconds_sum{outcome="reject",severity="high"} 90']);
    speaks = false;
    await made.text();
    now += 15_000;
    speaks = true;
    await made.text();
    now += 15_000;
    await made.text();
    expect(asked).toEqual([[-5_000, 10_000], [25_000, 40_000]]);
    const open = (await made.expose('application/openmetrics-text')).text;
    expect(open).toMatch(/weir_review_wait_seconds_bucket\{le="300",outcome="reject",severity="high"\} 2 # \{exchange="w1"\} 90 \d/);
  });

  it('show connections, certificates, leases and the oldest job of a queue', async () => {
    const made = make({
      database: () => ({ total: 5, idle: 3, waiting: 1, max: 12 }),
      certificates: async () => [{ use: 'listener', name: 'data', endsAt: new Date(NOW) }],
      leases: () => [{ name: 'gauges', held: false }],
      jobs: async () => [{ queue: 'release', state: 'ready', count: 2, oldestAt: new Date(NOW - 7_000) }, { queue: 'release', state: 'dead', count: 1, oldestAt: new Date(0) }],
      spoolLimits: { memory: 1, disk: 2 },
    });
    expect(await samples(made, 'weir_database_connections')).toEqual(['used"} 2', 'idle"} 3', 'waiting"} 1'].map((rest) => `weir_database_connections{state="${rest}`));
    expect(await samples(made, 'weir_certificate_expiry_timestamp_seconds')).toEqual([`weir_certificate_expiry_timestamp_seconds{use="listener",name="data"} ${NOW / 1_000}`]);
    expect(await samples(made, 'weir_lease_held')).toEqual(['weir_lease_held{lease="gauges"} 0']);
    expect(await samples(made, 'weir_jobs_oldest_age_seconds')).toEqual(['weir_jobs_oldest_age_seconds{queue="release"} 7']);
    expect(await samples(made, 'weir_spool_limit_bytes')).toHaveLength(2);
  });
});
