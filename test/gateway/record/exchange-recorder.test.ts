import { describe, it, expect } from '@jest/globals';
import { exchangeRecorder } from '../../../gateway/record/exchange-recorder.js';
import type { Log, LogFields, Outcome, Receipt } from '../../../gateway/ports.js';
import { outcomeOf } from './outcome-of.js';

function record(outcome: Outcome): {
  readonly lines: readonly (readonly [string, string, LogFields | undefined])[];
  readonly told: readonly string[];
} {
  const lines: (readonly [string, string, LogFields | undefined])[] = [];
  const told: string[] = [];
  const at = (level: string) => (event: string, fields?: LogFields) => void lines.push([level, event, fields]);
  const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
  exchangeRecorder({
    metrics: { exchange: () => told.push('metrics') },
    monitor: { exchange: () => told.push('monitor') },
    access: { exchange: () => told.push('access') },
    log,
  }).exchange(outcome);
  return { lines, told };
}
const level = (changes: Partial<Outcome>) => record(outcomeOf(changes)).lines[0]?.[0];

describe('exchangeRecorder', () => {
  it('tells metrics, the monitor report and the access log of every exchange', () => {
    expect(record(outcomeOf()).told).toEqual(['metrics', 'monitor', 'access']);
  });

  it('writes exactly one line an exchange', () => {
    expect(record(outcomeOf({ action: 'block', status: 403 })).lines).toHaveLength(1);
  });

  it('keeps clean passes at debug and shows everything else', () => {
    const receipt: Receipt = { size: 9, scanned: 4, unscanned: 5, parts: [], more: 0, detectors: 'd', policy: 'p' };
    expect(level({})).toBe('debug');
    expect(level({ action: 'mask' })).toBe('info');
    expect(level({ findingCounts: { 'cn.phone': 1 } })).toBe('info');
    expect(level({ monitored: [{ rule: 'ids', action: 'hold' }] })).toBe('info');
    expect(level({ receipt })).toBe('info');
    expect(level({ receipt: { ...receipt, scanned: 9, unscanned: 0, inside: { scanned: 30, unscanned: 0 } } })).toBe('debug');
    expect(level({ receipt: { ...receipt, scanned: 9, unscanned: 0, inside: { scanned: 30, unscanned: 1 } } })).toBe('info');
    expect(level({ error: 'upstream-timeout' })).toBe('info');
  });

  it('says ids, codes, counts and times', () => {
    const { lines } = record(
      outcomeOf({ action: 'mask', findingCounts: { 'cn.phone': 2 }, monitored: [{ rule: 'ids', action: 'hold' }] }),
    );
    expect(lines[0]?.[2]).toMatchObject({
      exchange: 'w01k9a8b7c6d5e4f3g2h1j0k9m8',
      channel: 'http',
      route: 'upload',
      mode: 'stream',
      action: 'mask',
      status: 200,
      bytes: 100,
      scannedBytes: 100,
      unscannedBytes: 0,
      durationMs: 20,
      scanMs: 1,
      'found.cn.phone': 2,
      monitoredRule: 'ids',
      monitoredAction: 'hold',
    });
  });
});
