/** Spans and sizes in a few letters. */
import { describe, expect, it } from '@jest/globals';
import { duration, size } from '../../../../../../gateway/console/web/pages/queue/duration.js';
import { forgetFresh, freshSince, noteFresh, noteMissed } from '../../../../../../gateway/console/web/pages/queue/fresh.js';

describe('how long something waits', () => {
  it('is told in the largest unit, with the next one while that matters', () => {
    expect([0, 42, 600, 7500, 11_000, 93_600, 900_000].map((seconds) => duration(seconds, 'en'))).toEqual(['0 s', '42 s', '10 min', '2 h 5 min', '3 h', '1 d 2 h', '10 d']);
    expect(duration(7500, 'zh')).toBe('2 小时 5 分钟');
  });
  it('has sizes as file managers show them', () => {
    expect([0, 1023, 1536, 20_480, 3 * 1024 ** 3].map(size)).toEqual(['0 B', '1023 B', '1.5 KiB', '20.0 KiB', '3.0 GiB']);
  });
});

describe('what has come since a list was read', () => {
  it('is counted until it is decided or read, and messages of the list are not', () => {
    forgetFresh();
    noteFresh('a', 'held', 100);
    noteFresh('b', 'held', 200);
    noteFresh('c', 'held', 200);
    noteFresh('c', 'releasing', 210);
    expect(freshSince(50, new Set())).toEqual({ count: 2, more: false });
    expect(freshSince(50, new Set(['b']))).toEqual({ count: 1, more: false });
    expect(freshSince(150, new Set())).toEqual({ count: 1, more: false });
    noteMissed(300);
    expect(freshSince(250, new Set())).toEqual({ count: 0, more: true });
  });
});
