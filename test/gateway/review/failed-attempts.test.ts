import { describe, expect, it } from '@jest/globals';
import type { SharedAttempts } from '../../../gateway/ports.js';
import { ATTEMPTS_MOST, failedAttempts, WINDOW_MS } from '../../../gateway/review/failed-attempts.js';
import { manualClock } from '../../kit/clock.js';

describe('failed attempts', () => {
  it('one address is told to wait, others are not', async () => {
    const clock = manualClock();
    const attempts = failedAttempts(clock);
    const noted = await Promise.all(Array.from({ length: ATTEMPTS_MOST }, () => attempts.note('192.0.2.1')));
    expect(noted.filter(Boolean)).toEqual([true]);
    expect(await attempts.wait('192.0.2.1')).toBe(WINDOW_MS / 1000);
    expect(await attempts.wait('::ffff:192.0.2.1')).toBe(WINDOW_MS / 1000);
    expect(await attempts.wait('192.0.2.2')).toBe(0);
    clock.advance(WINDOW_MS);
    expect(await attempts.wait('192.0.2.1')).toBe(0);
  });

  it('one IPv6 network counts as one address', async () => {
    const attempts = failedAttempts(manualClock());
    for (let n = 0; n < ATTEMPTS_MOST; n++) await attempts.note(`2001:db8:1:2::${n}`);
    expect(await attempts.wait('2001:db8:1:2:ffff:0:0:9')).toBeGreaterThan(0);
    expect(await attempts.wait('2001:db8:1:3::1')).toBe(0);
    expect(await attempts.wait('::1')).toBe(0);
  });

  it('a flood of addresses makes the oldest forgotten', async () => {
    const attempts = failedAttempts(manualClock());
    for (let n = 0; n < ATTEMPTS_MOST; n++) await attempts.note('192.0.2.1');
    for (let n = 0; n < 10_000; n++) await attempts.note(`10.0.${n >> 8}.${n & 255}`);
    expect(await attempts.wait('192.0.2.1')).toBe(0);
  });

  it('what another node counted counts here, and what is counted here counts there', async () => {
    const counted = new Map<string, number>();
    const shared: SharedAttempts = {
      failures: (network) => Promise.resolve({ failures: counted.get(network) ?? 0, seconds: 42 }),
      note: (network) => {
        counted.set(network, (counted.get(network) ?? 0) + 1);
        return Promise.resolve(counted.get(network));
      },
    };
    const [one, other] = [failedAttempts(manualClock(), shared), failedAttempts(manualClock(), shared)];
    for (let n = 0; n < ATTEMPTS_MOST / 2; n++) expect([await one.note('192.0.2.1'), await other.note('192.0.2.1')]).toEqual([false, n === ATTEMPTS_MOST / 2 - 1]);
    expect([await one.wait('192.0.2.1'), await other.wait('192.0.2.1'), await one.wait('192.0.2.2')]).toEqual([42, 42, 0]);
  });

  it('while the ledger is away each process goes on counting for itself', async () => {
    const away = (): Promise<never> => Promise.reject(new Error('away'));
    const attempts = failedAttempts(manualClock(), { failures: away, note: away });
    for (let n = 0; n < ATTEMPTS_MOST; n++) await attempts.note('192.0.2.1');
    expect(await attempts.wait('192.0.2.1')).toBe(WINDOW_MS / 1000);
    expect(await attempts.wait('192.0.2.2')).toBe(0);
  });
});
