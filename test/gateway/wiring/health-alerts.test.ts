/** When a part of the node fails, people are told once; and once when it is back. */
import { describe, expect, it } from '@jest/globals';
import type { AlertEvent } from '../../../gateway/ports.js';
import { vaultHealth } from '../../../gateway/wiring/health.js';
import { healthAlerts } from '../../../gateway/wiring/health-alerts.js';
import { manualClock } from '../../kit/clock.js';

const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

describe('an alert about a component', () => {
  it('comes after two failures in a row, once, and once when it is ready again', async () => {
    const raised: AlertEvent[] = [];
    const answer = { ok: true };
    const watch = healthAlerts({
      health: [{ component: 'vault', check: () => Promise.resolve({ ok: answer.ok, neededFor: 'hold', detail: '' }) }, { component: 'broken', check: () => Promise.reject(new Error('x')) }],
      alerts: { raise: (event) => void raised.push(event) }, clock: manualClock(), log: quiet, everyMs: 1_000_000,
    });
    const codes = async (ok: boolean): Promise<(string | undefined)[]> => {
      answer.ok = ok;
      await watch.look();
      return raised.splice(0).map(({ code }) => code);
    };
    expect(await codes(false)).toEqual([]);
    expect(await codes(true)).toEqual(['broken-down']);
    expect(await codes(false)).toEqual([]);
    expect(await codes(false)).toEqual(['vault-down']);
    expect(await codes(false)).toEqual([]);
    expect(await codes(true)).toEqual(['vault-up']);
    watch.stop();
  });
});

describe('a vault that cannot be read', () => {
  it('is not ready, and its error’s code alone is said', async () => {
    const list = async function* () {
      await Promise.reject(Object.assign(new Error('/secret/path'), { code: 'EACCES' }));
      yield* [];
    };
    const health = vaultHealth({ space: () => Promise.resolve({ usedBytes: 0, freeBytes: 1, limitBytes: 1 }), list });
    expect(await health.check()).toEqual({ ok: false, neededFor: 'hold', detail: 'EACCES' });
  });
});
