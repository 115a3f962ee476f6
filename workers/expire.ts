/** Warns at 50 % and 90 % of a message's retention, then ends it by a recorded decision (HC 29); ends bypasses and first approvals too. */
import type { ExpiryLedger } from '../gateway/ledger/expiry-ledger.js';

/** Answers how many messages expired. The 90 % mark goes first, so that a late run warns once and not twice. */
export async function expireRun(ledger: ExpiryLedger, bypasses?: { expire(): Promise<number> }, lapse?: () => Promise<number>): Promise<number> {
  await bypasses?.expire();
  // Before retention: what waits for nobody any more is held, and ends as held messages do.
  while (((await lapse?.()) ?? 0) > 0);
  let expired = 0;
  for (let count = await ledger.expire(); count > 0; count = await ledger.expire()) expired += count;
  for (const percent of [90, 50] as const) while ((await ledger.warn(percent)) > 0);
  return expired;
}
