/** Quiet hours by the clock on a wall: a time zone's own, summer time included. */

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
/** A clock that is put forward or back moves the end once; a second look finds it. */
const LOOKS = 2;

export interface QuietHours {
  /** `HH:MM` */
  readonly from: string;
  /** Earlier than `from`: on the next day. */
  readonly to: string;
  readonly zone: string;
  /** The days on which `from` lies; all when left out. */
  readonly days?: readonly Weekday[] | undefined;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Minutes since midnight and weekday on the wall. */
function wall(format: Intl.DateTimeFormat, at: number): { readonly minutes: number; readonly day: number } {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')), day: DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as Weekday) };
}

/** Answers when the quiet hours end that `at` lies in, and undefined outside them. */
export function quietHours({ from, to, zone, days = DAYS }: QuietHours): (at: Date) => Date | undefined {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' });
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const on = (day: number): boolean => days.includes(DAYS[(day + DAYS.length) % DAYS.length] ?? 'mon');
  return (at) => {
    const { minutes, day } = wall(format, at.getTime());
    const isQuiet = start < end ? minutes >= start && minutes < end && on(day) : (minutes >= start && on(day)) || (minutes < end && on(day - 1));
    if (!isQuiet) return undefined;
    const minute = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
    let until = minute + ((end - minutes + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS;
    for (let look = 0; look < LOOKS; look++) {
      const off = (end - wall(format, until).minutes + DAY_MINUTES) % DAY_MINUTES;
      until += (off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off) * MINUTE_MS;
    }
    // Whatever a zone's history does: later than now, and looked at again then.
    return new Date(Math.max(until, minute + MINUTE_MS));
  };
}
