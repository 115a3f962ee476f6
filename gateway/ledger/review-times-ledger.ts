/** How long held messages waited for people, and released ones for their arrival: read in stretches of time, for the metrics of the fleet. */
import type { LedgerDatabase } from './database.js';

export interface ReviewTimeRow {
  readonly id: string;
  readonly step: 'decided' | 'delivered';
  readonly outcome: 'release-original' | 'release-masked' | 'reject' | 'expire';
  readonly severity: string;
  readonly seconds: number;
}

export interface ReviewTimesLedger {
  /** After `from`, up to and including `to`. */
  between(from: Date, to: Date): Promise<readonly ReviewTimeRow[]>;
}

/** A scrape's worth of decisions, also after the largest bulk decision; what is beyond it is not measured. */
const ROWS_MOST = 20_000;
/** The index goes by decision: releases that took longer to arrive are not measured. */
const DELIVERY_WITHIN_MS = 7 * 24 * 3_600_000;

export function reviewTimesLedger({ database }: { readonly database: LedgerDatabase }): ReviewTimesLedger {
  return {
    between: (from, to) =>
      database.read(async (db) => {
        const fields = ['id', 'severity', 'received_at', 'decision_kind', 'decision_as', 'decision_at', 'delivery_at'] as const;
        const decided = await db.selectFrom('messages').select(fields).where('decision_at', '>', from).where('decision_at', '<=', to).limit(ROWS_MOST).execute();
        const delivered = await db.selectFrom('messages').select(fields).where('state', '=', 'released').where('decision_at', '>', new Date(from.getTime() - DELIVERY_WITHIN_MS))
          .where('delivery_at', '>', from).where('delivery_at', '<=', to).limit(ROWS_MOST).execute();
        const row = (one: (typeof decided)[number], step: ReviewTimeRow['step'], began: Date, ended: Date): ReviewTimeRow => ({
          id: one.id, step, severity: one.severity,
          outcome: one.decision_kind === 'release' || one.decision_kind === null ? (one.decision_as === 'masked' ? 'release-masked' : 'release-original') : one.decision_kind,
          seconds: (ended.getTime() - began.getTime()) / 1_000,
        });
        return [
          ...decided.flatMap((one) => (one.decision_at === null ? [] : [row(one, 'decided', one.received_at, one.decision_at)])),
          ...delivered.flatMap((one) => (one.decision_at === null || one.delivery_at === null ? [] : [row(one, 'delivered', one.decision_at, one.delivery_at)])),
        ];
      }),
  };
}
