/** What the carrier needs of BullMQ, whichever store is below: one queue and one worker for each kind of job. */
import type { Job, Queue, Worker } from 'bullmq';
import type { JobKind } from '../gateway/ports.js';

/** The part of BullMQ's classes that both backends share. */
export interface Side {
  readonly kind: 'postgres' | 'redis';
  /** Rejects while the store is away. */
  queue(kind: JobKind): Promise<CarrierQueue>;
  /** Begins as soon as the store is there. What `begun` answers with is called for a worker that could not begin after all. */
  work(kind: JobKind, process: (job: Job, token?: string) => Promise<void>, options: WorkerSettings, begun: (worker: CarrierWorker) => () => void): void;
  reachable(): boolean;
  forgot(): Promise<boolean>;
  end(): Promise<void>;
}
export type CarrierQueue = Pick<Queue, 'add' | 'getJob' | 'getJobCounts' | 'close' | 'on' | 'waitUntilReady'>;
export type CarrierWorker = Pick<Worker, 'close' | 'on' | 'waitUntilReady'>;
export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly runRetryDelay: number;
}

/** Also the prefix of the keys in Redis: another program on the same server is not met. */
export const CARRIER_PREFIX = 'weir';
export const queueName = (kind: JobKind): string => `weir-${kind}`;
