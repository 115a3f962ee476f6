import { spawn } from 'node:child_process';
import { describe, it, expect } from '@jest/globals';
import { metrics } from '../../../gateway/record/metrics.js';
import { outcomeOf } from './outcome-of.js';

/** Runs the real promtool (Debian package `prometheus`); its words are what a failing test shows. */
async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn('promtool', args, { cwd: 'config/prometheus', stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, said };
}

describe('what Prometheus gets', () => {
  it('promtool check rules accepts the rules', async () => {
    expect(await promtool(['check', 'rules', 'weir.rules.yml'])).toMatchObject({
      code: 0,
      said: expect.stringContaining('SUCCESS'),
    });
  });

  it('promtool test rules passes every rule test', async () => {
    expect(await promtool(['test', 'rules', 'weir.rules.test.yml', 'weir.rules.days.test.yml'])).toMatchObject({
      code: 0,
      said: expect.stringContaining('SUCCESS'),
    });
  });

  it('promtool check metrics has nothing to say about a full scrape', async () => {
    const made = metrics({
      version: '0.1.0',
      routes: () => ['upload'],
      detectors: () => ['cn.phone'],
      sources: {
        held: async () => ({ states: { held: 1, failed: 2 }, oldestHeldAt: new Date() }),
        spool: () => ({ memory: 1, disk: 2 }),
        vault: async () => ({ usedBytes: 1, freeBytes: 2, limitBytes: 3 }),
        jobs: async () => [{ queue: 'release', state: 'dead', count: 1 }],
        reviewed: async () => [],
        backup: async () => new Date(),
        nodes: async () => [{ revision: 'r1', count: 1 }],
        spoolLimits: { memory: 1, disk: 2 },
        bypasses: () => [{ route: 'upload' }],
        database: () => ({ total: 1, idle: 1, waiting: 0, max: 12 }),
        certificates: async () => [{ use: 'listener', name: 'data', endsAt: new Date() }],
        leases: () => [{ name: 'gauges', held: true }],
        components: [{ component: 'database', check: async () => ({ ok: true, neededFor: 'hold', detail: '' }) }],
      },
    });
    made.recorder.exchange(
      outcomeOf({ action: 'mask', findingCounts: { 'cn.phone': 1 }, monitored: [{ rule: 'ids', action: 'hold' }] }),
    );
    made.recorder.exchange(outcomeOf({ error: 'upstream-timeout' }));
    made.countError('http', 'upload', 'upstream-timeout');
    made.policyReloaded(true, 'r1');
    made.work.exchangeBegan('http')();
    made.work.upstream('upload', 0.1, undefined);
    made.work.upstream('upload', 0.1, 'upstream-timeout');
    made.work.sealed(0.1, 10);
    made.work.job('release', 'done', 1);
    made.work.alert('ops', 'sent', 0.1);
    made.work.signIn('password', 'failed');
    made.work.preview('content', true, 0.1);
    made.work.reviewed([{ id: 'w1', step: 'decided', outcome: 'reject', severity: 'high', seconds: 9 }, { id: 'w1', step: 'delivered', outcome: 'release-masked', severity: 'high', seconds: 9 }]);
    const body = await made.text();
    expect(await promtool(['check', 'metrics'], body)).toEqual({ code: 0, said: '' });
  });
});
