/** Quiet hours by the clock on the wall. */
import { describe, expect, it } from '@jest/globals';
import { quietHours } from '../../../gateway/alerting/quiet.js';

const until = (hours: Parameters<typeof quietHours>[0], at: string): string | undefined => quietHours(hours)(new Date(at))?.toISOString();
const NIGHT = { from: '22:00', to: '08:00', zone: 'Asia/Shanghai' } as const;

describe('quiet hours', () => {
  it('go over midnight, by the time of their zone', () => {
    expect(until(NIGHT, '2026-01-05T13:59:59Z')).toBeUndefined();
    expect(until(NIGHT, '2026-01-05T14:00:00Z')).toBe('2026-01-06T00:00:00.000Z');
    expect(until(NIGHT, '2026-01-05T23:59:59Z')).toBe('2026-01-06T00:00:00.000Z');
    expect(until(NIGHT, '2026-01-06T00:00:00Z')).toBeUndefined();
  });

  it('lie within a day as well', () => {
    const lunch = { from: '12:00', to: '14:00', zone: 'Asia/Shanghai' };
    expect(until(lunch, '2026-01-05T05:30:00Z')).toBe('2026-01-05T06:00:00.000Z');
    expect(until(lunch, '2026-01-05T06:00:00Z')).toBeUndefined();
  });

  it('belong to the day on which they begin', () => {
    const weekdays = { ...NIGHT, days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const };
    // Friday night lasts into Saturday morning; Saturday night is not quiet, nor is Monday morning.
    expect(until(weekdays, '2026-01-09T22:00:00Z')).toBe('2026-01-10T00:00:00.000Z');
    expect(until(weekdays, '2026-01-10T15:00:00Z')).toBeUndefined();
    expect(until(weekdays, '2026-01-11T22:00:00Z')).toBeUndefined();
  });

  it('end by the wall clock where the clocks change meanwhile', () => {
    const berlin = { from: '22:00', to: '08:00', zone: 'Europe/Berlin' };
    expect(until(berlin, '2026-03-28T22:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(until(berlin, '2026-10-24T21:00:00Z')).toBe('2026-10-25T07:00:00.000Z');
  });

  it('end later than now, whatever the minute', () => {
    const quiet = quietHours({ from: '02:00', to: '02:30', zone: 'Europe/Berlin' });
    for (let minute = 0; minute < 24 * 60; minute += 7) {
      const at = new Date(Date.UTC(2026, 2, 29, 0, minute, 59, 999));
      const end = quiet(at);
      expect(end === undefined || end.getTime() > at.getTime()).toBe(true);
    }
  });
});
