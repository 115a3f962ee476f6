/** How long an opened original stays on show. */

/** As long as the gateway keeps an opening (gateway/review/opening-schemas.ts). */
const OPENING_MS = 5 * 60_000;
/** Answers take a moment to arrive. */
const SLACK_MS = 5_000;

/** When to hide what was opened, by this machine's clock; one that is set wrongly neither hides it at once nor keeps it longer. */
export function endOf(expiresAt: string, now: number): number {
  const left = new Date(expiresAt).getTime() - now;
  return now + (left > 0 && left <= OPENING_MS + SLACK_MS ? Math.min(left, OPENING_MS) : OPENING_MS);
}

export function secondsLeft(end: number, now: number): number {
  return Math.max(0, Math.ceil((end - now) / 1000));
}

/** `4:59` */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
