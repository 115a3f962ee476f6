/** Tables that the nodes of a fleet share state in, as kysely sees them; migration 0009 makes them. */
import type { ColumnType, Generated } from 'kysely';
import type { Action } from '../ports.js';

type At = ColumnType<Date, Date, Date>;

export interface NodesTable {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  readonly roles: string[];
  readonly processes: Generated<number>;
  /** Absent where no policy runs: a worker alone. */
  readonly revision: string | null;
  readonly revision_since: ColumnType<Date | null, Date | null | undefined, Date | null>;
  readonly started_at: At;
  readonly last_seen: At;
}

export interface MonitorCountsTable {
  /** UTC, YYYY-MM-DD. */
  readonly day: string;
  readonly route: string;
  readonly rule: string;
  readonly action: Action;
  readonly exchanges: number;
}

export interface MonitorImportsTable {
  readonly digest: string;
  readonly at: At;
}

export interface FailedAttemptsTable {
  readonly network: string;
  readonly failures: number;
  readonly until: At;
}

export interface FleetStateTables {
  readonly nodes: NodesTable;
  readonly monitor_counts: MonitorCountsTable;
  readonly monitor_imports: MonitorImportsTable;
  readonly failed_attempts: FailedAttemptsTable;
}
