/** The operations on jobs, over the ledger and the workers of this process. */
import { jobsLedger } from '../ledger/jobs-ledger.js';
import type { Clock } from '../ports.js';
import { jobsOperations, type JobsPorts } from '../review/jobs-operations.js';
import type { Operation } from '../review/operation.js';
import type { Storage } from './storage.js';

export function jobsApi({ storage, clock, ...rest }: { readonly storage: Pick<Storage, 'database' | 'writer'>; readonly clock: Clock } & Omit<JobsPorts, 'jobs'>): readonly Operation[] {
  return jobsOperations({ jobs: jobsLedger({ database: storage.database, audit: storage.writer, clock }), ...rest });
}
