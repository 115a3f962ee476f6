import { describe, expect, it } from '@jest/globals';
import { ATTEMPTS_MOST, failedAttempts, WINDOW_MS } from '../../../gateway/review/failed-attempts.js';
import { manualClock } from '../../kit/clock.js';

describe('failed attempts', () => {
  it('one address is told to wait, others are not', () => {
    const clock = manualClock();
    const attempts = failedAttempts(clock);
    const noted = Array.from({ length: ATTEMPTS_MOST }, () => attempts.note('192.0.2.1'));
    expect(noted.filter(Boolean)).toEqual([true]);
    expect(attempts.wait('192.0.2.1')).toBe(WINDOW_MS / 1000);
    expect(attempts.wait('::ffff:192.0.2.1')).toBe(WINDOW_MS / 1000);
    expect(attempts.wait('192.0.2.2')).toBe(0);
    clock.advance(WINDOW_MS);
    expect(attempts.wait('192.0.2.1')).toBe(0);
  });

  it('one IPv6 network counts as one address', () => {
    const attempts = failedAttempts(manualClock());
    for (let n = 0; n < ATTEMPTS_MOST; n++) attempts.note(`2001:db8:1:2::${n}`);
    expect(attempts.wait('2001:db8:1:2:ffff:0:0:9')).toBeGreaterThan(0);
    expect(attempts.wait('2001:db8:1:3::1')).toBe(0);
    expect(attempts.wait('::1')).toBe(0);
  });

  it('a flood of addresses makes the oldest forgotten', () => {
    const attempts = failedAttempts(manualClock());
    for (let n = 0; n < ATTEMPTS_MOST; n++) attempts.note('192.0.2.1');
    for (let n = 0; n < 10_000; n++) attempts.note(`10.0.${n >> 8}.${n & 255}`);
    expect(attempts.wait('192.0.2.1')).toBe(0);
  });
});
