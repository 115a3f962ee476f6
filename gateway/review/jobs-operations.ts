/** Jobs in the API: what waits and what died, another try for what died, and scanning again what is held. */
import type { CarrierView, JobRow, JobsLedger, RescanOrder } from '../ports.js';
import { away } from './away.js';
import { jobParams, jobReason, jobRetryAnswer, jobsAnswer, jobsQuery, queuesAnswer, rescanAnswer, type QueuesAnswer } from './jobs-schemas.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface JobsPorts {
  readonly jobs: JobsLedger;
  readonly rescan: RescanOrder;
  readonly carrier: () => CarrierView;
  /** A job was just made or opened again. */
  readonly onJob: () => void;
}

export function jobsOperations({ jobs, rescan, carrier, onJob }: JobsPorts): readonly Operation[] {
  return [
    operation({
      id: 'listJobs', method: 'get', right: 'jobs.read', path: '/jobs',
      summary: 'Jobs, newest first: what waits, what failed and when it is tried again, what was given up.',
      params: noParams, query: jobsQuery, body: noBody, status: 200, answer: jobsAnswer, problems: ['ledger-unavailable'],
      async run({ query }) {
        const page = await away(() => jobs.list(query));
        return { jobs: page.jobs.map(jobView), next: page.next };
      },
    }),
    operation({
      id: 'jobQueues', method: 'get', right: 'jobs.read', path: '/jobs/queues',
      summary: 'How many jobs of each kind wait and since when, where they are carried, and who works on them.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: queuesAnswer, problems: ['ledger-unavailable'],
      run: () => away(() => queuesView({ jobs, rescan, carrier })),
    }),
    operation({
      id: 'rescanMessages', method: 'post', right: 'jobs.retry', path: '/jobs/rescan',
      summary: 'Scan everything that is held again, with the policy and detectors that run now. Nothing is released or destroyed by it.',
      params: noParams, query: noQuery, body: jobReason, status: 202, answer: rescanAnswer, problems: ['ledger-unavailable'],
      async run({ body, caller }) {
        const ordered = await away(() => rescan.order({ actor: caller.actor, reason: body.reason }));
        onJob();
        return ordered;
      },
    }),
    operation({
      id: 'retryJob', method: 'post', right: 'jobs.retry', path: '/jobs/{n}/retry',
      summary: 'Try a dead job again. What was decided about its message stays as it is.',
      params: jobParams, query: noQuery, body: jobReason, status: 202, answer: jobRetryAnswer, problems: ['not-found', 'job-state', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        const result = await away(() => jobs.retry(params.n, { actor: caller.actor, reason: body.reason }));
        if (result.kind === 'not-found') throw new ApiProblem('not-found');
        if (result.kind === 'wrong-state') throw new ApiProblem('job-state', { job: result.state });
        onJob();
        return { n: result.n, state: 'ready' as const };
      },
    }),
  ];
}

function jobView(job: JobRow): (typeof jobsAnswer)['_output']['jobs'][number] {
  const { createdAt, dueAt, carriedAt, closedAt, ...rest } = job;
  return { ...rest, createdAt: createdAt.toISOString(), dueAt: dueAt.toISOString(), carriedAt: carriedAt?.toISOString(), closedAt: closedAt?.toISOString() };
}

async function queuesView({ jobs, rescan, carrier }: Omit<JobsPorts, 'onJob'>): Promise<QueuesAnswer> {
  const [queues, leases, last] = await Promise.all([jobs.queues(), jobs.holders(), rescan.last()]);
  const view = carrier();
  return {
    carrier: { ...view, here: [...view.here] },
    queues: queues.map(({ oldestOpenAt, oldestDueAt, ...counts }) => ({ ...counts, oldestOpenAt: oldestOpenAt?.toISOString(), oldestDueAt: oldestDueAt?.toISOString() })),
    leases: leases.map(({ name, holder, until }) => ({ name, holder, until: until.toISOString() })),
    lastRescan: last === undefined ? undefined : { ...last, at: last.at.toISOString() },
  };
}
