import { describe, it, expect } from '@jest/globals';
import { metrics, type MetricsOptions } from '../../../gateway/record/metrics.js';
import { outcomeOf } from './outcome-of.js';

const NOW = Date.UTC(2026, 10, 5);
const make = (changes: Partial<MetricsOptions> = {}) =>
  metrics({
    version: '0.1.0',
    routes: () => ['upload', 'mail'],
    detectors: () => ['cn.phone', 'bank-card'],
    now: () => NOW,
    ...changes,
  });
const lines = async (made: ReturnType<typeof make>, name: string) =>
  (await made.text()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));

describe('metrics', () => {
  it('registers every name that the design fixes', () => {
    expect(make().names()).toEqual(
      expect.arrayContaining([
        'weir_exchanges_total',
        'weir_findings_total',
        'weir_scanned_bytes_total',
        'weir_unscanned_bytes_total',
        'weir_exchange_errors_total',
        'weir_monitored_total',
        'weir_exchange_duration_seconds',
        'weir_scan_duration_seconds',
        'weir_held_messages',
        'weir_held_oldest_age_seconds',
        'weir_jobs',
        'weir_build_info',
        'weir_policy_last_reload_success',
        'weir_policy_last_reload_success_timestamp_seconds',
      ]),
    );
  });

  it('leaves out the defaults that call a gauge a total', () => {
    expect(
      make()
        .names()
        .filter((name) => /^nodejs_active_.*_total$/.test(name)),
    ).toEqual([]);
  });

  it('counts a verdict, its findings and its bytes', async () => {
    const made = make();
    made.recorder.exchange(outcomeOf({ action: 'mask', findingCounts: { 'cn.phone': 3, 'bank-card': 1 } }));
    expect(await lines(made, 'weir_exchanges_total')).toEqual([
      'weir_exchanges_total{channel="http",route="upload",action="mask"} 1',
    ]);
    expect(await lines(made, 'weir_findings_total')).toEqual([
      'weir_findings_total{detector="cn.phone",action="mask"} 3',
      'weir_findings_total{detector="bank-card",action="mask"} 1',
    ]);
    expect(await lines(made, 'weir_scanned_bytes_total')).toEqual(['weir_scanned_bytes_total{channel="http"} 100']);
    expect(await lines(made, 'weir_exchange_duration_seconds_count')).toEqual([
      'weir_exchange_duration_seconds_count{channel="http",mode="stream"} 1',
    ]);
  });

  it('counts a failed exchange once, where its channel tells of it, and not as a verdict', async () => {
    const made = make();
    made.recorder.exchange(outcomeOf({ action: 'hold', error: 'hold-unavailable', status: 503 }));
    made.countError('http', 'upload', 'hold-unavailable');
    expect(await lines(made, 'weir_exchanges_total')).toEqual([]);
    expect(await lines(made, 'weir_exchange_errors_total')).toEqual([
      'weir_exchange_errors_total{channel="http",route="upload",reason="hold-unavailable"} 1',
    ]);
  });

  it('keeps label values to what configuration and code name', async () => {
    const made = make();
    made.recorder.exchange(outcomeOf({ route: 'gone', findingCounts: { 'made.up': 1 } }));
    made.countError('http', undefined, 'no-route');
    made.countError('http', 'attacker-chosen', 'constructor');
    expect(await lines(made, 'weir_exchanges_total')).toEqual([
      'weir_exchanges_total{channel="http",route="none",action="pass"} 1',
    ]);
    expect(await lines(made, 'weir_findings_total')).toEqual(['weir_findings_total{detector="other",action="pass"} 1']);
    expect(await lines(made, 'weir_exchange_errors_total')).toEqual([
      'weir_exchange_errors_total{channel="http",route="none",reason="no-route"} 1',
      'weir_exchange_errors_total{channel="http",route="none",reason="internal"} 1',
    ]);
  });

  it('accounts for every byte: scanned plus unscanned is the size, folded parts included', async () => {
    const made = make();
    const part = (reason: 'encrypted' | 'no-text' | 'too-deep', unscanned: number) => ({
      part: 'body',
      chain: [],
      scanned: 0,
      unscanned,
      reason,
    });
    made.recorder.exchange(
      outcomeOf({
        bytes: 1_000,
        receipt: {
          size: 1_000,
          scanned: 400,
          unscanned: 600,
          parts: [part('encrypted', 350), part('no-text', 50), { ...part('too-deep', 7), inside: 'body/1.zip' }],
          more: 9,
          inside: { scanned: 90, unscanned: 27 },
          detectors: 'd',
          policy: 'p',
        },
      }),
    );
    made.recorder.exchange(outcomeOf({ bytes: 70, receipt: undefined, error: 'scan-failed' }));
    made.countUnscanned(5);
    const counted = Object.fromEntries(
      (await lines(made, 'weir_unscanned_bytes_total')).map((line) => [
        /reason="([^"]+)"/.exec(line)?.[1],
        Number(line.split(' ')[1]),
      ]),
    );
    expect(counted).toMatchObject({
      encrypted: 350,
      'no-text': 50,
      'too-deep': 7,
      other: 220,
      failed: 70,
      'route-unscanned': 5,
      timeout: 0,
    });
    expect(await lines(made, 'weir_scanned_bytes_total')).toEqual(['weir_scanned_bytes_total{channel="http"} 490']);
  });

  it('counts a monitored exchange once, as the strictest thing that would have happened', async () => {
    const made = make();
    made.recorder.exchange(
      outcomeOf({
        monitored: [
          { rule: 'ids', action: 'block' },
          { rule: 'phones', action: 'mask' },
        ],
      }),
    );
    expect(await lines(made, 'weir_monitored_total')).toEqual([
      'weir_monitored_total{route="upload",action="block"} 1',
    ]);
  });

  it('says nothing of a reload until there was one, then when the last good one was', async () => {
    const made = make();
    expect(await lines(made, 'weir_policy_last_reload_success')).toEqual([]);
    made.policyReloaded(true);
    made.policyReloaded(false);
    expect(await lines(made, 'weir_policy_last_reload_success')).toEqual(['weir_policy_last_reload_success 0']);
    expect(await lines(made, 'weir_policy_last_reload_success_timestamp_seconds')).toEqual([
      `weir_policy_last_reload_success_timestamp_seconds ${NOW / 1000}`,
    ]);
  });

  it('counts what the log withheld and what it lost', async () => {
    const made = make();
    made.logWithheld();
    made.logLost();
    expect(await lines(made, 'weir_log_withheld_total')).toEqual(['weir_log_withheld_total 1']);
    expect(await lines(made, 'weir_log_lost_total')).toEqual(['weir_log_lost_total 1']);
  });
});
