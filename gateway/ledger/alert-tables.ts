/** Tables of alerts as kysely sees them; migration 0010 makes them. */
import type { ColumnType, Generated } from 'kysely';

type Json<T> = ColumnType<T, string, string>;
type At = ColumnType<Date, Date, Date>;
type MaybeAt = ColumnType<Date | null, Date | null | undefined, Date | null>;
export type Lane = 'usual' | 'urgent';

export interface AlertGroupsTable {
  readonly rule: string;
  readonly sink: string;
  /** `urgent` does not wait for the end of quiet hours. */
  readonly lane: Lane;
  readonly body: Json<unknown>;
  readonly total: number;
  readonly opened_at: At;
  readonly waited_quiet: Generated<boolean>;
}

/** Events of rules that count before they tell. */
export interface AlertCountingTable {
  readonly rule: string;
  readonly event: number;
  readonly at: At;
  readonly times: number;
  readonly entered_at: At;
}

export interface AlertDeliveriesTable {
  readonly n: Generated<number>;
  readonly rule: string;
  readonly sink: string;
  readonly lane: Lane;
  readonly kind: 'events' | 'test';
  readonly digest: Generated<boolean>;
  readonly body: Json<unknown>;
  readonly previews: Json<unknown>;
  readonly severity: string;
  readonly total: number;
  readonly from_at: At;
  readonly to_at: At;
  readonly created_at: At;
  readonly state: Generated<'open' | 'sent' | 'dead'>;
  readonly attempts: Generated<number>;
  readonly last_error: string | null;
  readonly sent_at: MaybeAt;
  readonly job: number | null;
}

export interface AlertSinksTable {
  readonly id: string;
  readonly paused_until: MaybeAt;
  readonly failing_since: MaybeAt;
  /** When others were told that it fails: once per outage. */
  readonly told_at: MaybeAt;
  readonly last_sent_at: MaybeAt;
  readonly last_error: ColumnType<string | null, string | null | undefined, string | null>;
}

/** The last minute's messages: what a fleet's budget is counted from. */
export interface AlertSendsTable {
  readonly n: Generated<number>;
  readonly sink: string;
  readonly at: At;
}

export interface AlertTables {
  readonly alert_groups: AlertGroupsTable;
  readonly alert_counting: AlertCountingTable;
  readonly alert_deliveries: AlertDeliveriesTable;
  readonly alert_sinks: AlertSinksTable;
  readonly alert_sends: AlertSendsTable;
}
