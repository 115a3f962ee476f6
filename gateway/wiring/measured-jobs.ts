/** Handlers of jobs that are counted and timed by kind. */
import type { JobHandler } from '../../workers/job.js';
import type { JobKind } from '../ports.js';
import type { WorkMetrics } from '../record/work-metrics.js';

type Handlers = Readonly<Partial<Record<JobKind, JobHandler>>>;

/** The same handlers; without metrics they are left as they are. */
export function measuredJobs(handlers: Handlers, work: Pick<WorkMetrics, 'job'> | undefined, stopwatch = (): number => performance.now()): Handlers {
  if (work === undefined) return handlers;
  const measured = (kind: string, handle: JobHandler): JobHandler => async (job) => {
    const began = stopwatch();
    const seconds = (): number => (stopwatch() - began) / 1_000;
    try {
      const result = await handle(job);
      work.job(kind, result.kind, seconds());
      return result;
    } catch (thrown) {
      work.job(kind, 'failed', seconds());
      throw thrown;
    }
  };
  return Object.fromEntries(Object.entries(handlers).map(([kind, handle]) => [kind, measured(kind, handle)]));
}
