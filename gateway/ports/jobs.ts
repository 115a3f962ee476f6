/** Jobs as people see them: what waits, what died, where it is carried; and scanning again what is held. Numbers and codes only. */

export const JOB_KINDS = ['release', 'destroy', 'notice', 'alert', 'rescan'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/**
 * `ready`: due, waiting for a worker or at one; `delayed`: tried, and again at `dueAt`; `waiting`: for something that no worker
 * has, such as the review key; `dead`: given up, until a person retries it; `moot`: there was nothing left to do.
 */
export const JOB_STATES = ['ready', 'delayed', 'waiting', 'dead', 'done', 'moot'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Codes of jobs that have not been tried, since what they need is not here. */
export const WAITS = {
  /** The review key is at no worker that took the job (HC 27). */
  reviewKey: 'review-key-absent',
  /** No worker runs the revision that the job asks for. */
  revision: 'revision-not-here',
} as const;

export interface JobRow {
  readonly n: number;
  readonly kind: JobKind;
  readonly state: JobState;
  /** The message it is about. */
  readonly incident: string | undefined;
  readonly route: string | undefined;
  /** The number of a notice or delivery; the revision of a rescan. */
  readonly ref: string | undefined;
  readonly why: string | undefined;
  readonly attempts: number;
  /** Of the last failure, or what it waits for. */
  readonly code: string | undefined;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly carriedAt: Date | undefined;
  readonly closedAt: Date | undefined;
}

export interface JobFilter {
  /** `open`: ready, delayed or waiting. */
  readonly state?: JobState | 'open' | undefined;
  readonly kind?: JobKind | undefined;
  readonly incident?: string | undefined;
  /** 1..200 */
  readonly limit: number;
  /** The `n` of the last row of the page before. */
  readonly after?: number | undefined;
}

export interface JobQueueCounts {
  readonly kind: JobKind;
  readonly ready: number;
  readonly delayed: number;
  readonly waiting: number;
  readonly dead: number;
  readonly oldestOpenAt: Date | undefined;
  readonly oldestDueAt: Date | undefined;
}

export interface RescanRun {
  readonly revision: string;
  readonly cause: 'revision' | 'asked';
  readonly actor: string;
  readonly at: Date;
  /** Messages it was ordered for. */
  readonly messages: number;
}

export type RetryResult =
  | { readonly kind: 'done'; readonly n: number }
  | { readonly kind: 'not-found' }
  /** It is not dead, or what it was for has gone another way. */
  | { readonly kind: 'wrong-state'; readonly state: JobState };

export interface JobsLedger {
  /** Newest first. */
  list(filter: JobFilter): Promise<{ readonly jobs: readonly JobRow[]; readonly next: number | undefined }>;
  /** One for each kind. */
  queues(): Promise<readonly JobQueueCounts[]>;
  /** A dead job is open again, in one transaction with its audit row. */
  retry(n: number, by: { readonly actor: string; readonly reason: string }): Promise<RetryResult>;
  /** Who holds the leases of the fleet's periodic tasks. */
  holders(): Promise<readonly { readonly name: string; readonly holder: string; readonly until: Date }[]>;
}

/** Where jobs are carried from the ledger to the workers. */
export interface CarrierView {
  /** `none`: no worker runs in this process. */
  readonly kind: 'postgres' | 'redis' | 'none';
  readonly reachable: boolean;
  /** Kinds that this process works on. */
  readonly here: readonly JobKind[];
  /** Whether this process has the review key. */
  readonly reviewKey: boolean;
}

export interface RescanOrder {
  /** One job for each held message, with the revision that runs here; answers how many. */
  order(by: { readonly actor: string; readonly reason: string }): Promise<{ readonly revision: string; readonly messages: number }>;
  last(): Promise<RescanRun | undefined>;
}
