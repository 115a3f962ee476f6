/** What the page on jobs asks and gets. No value and no address is in it: kinds, codes, numbers and incident ids. */
import { z } from 'zod';
import { JOB_KINDS, JOB_STATES } from '../ports.js';
import { PAGE_MOST } from './page-most.js';
import { reasonText } from './schemas.js';

const PAGE_USUAL = 50;
const time = z.string().meta({ format: 'date-time' });
const count = z.number().int().min(0);
const kind = z.enum(JOB_KINDS);
const state = z.enum(JOB_STATES).meta({
  description: 'ready: waiting for a worker, or at one. delayed: tried, again at dueAt. waiting: for something no worker has (see code). dead: given up until somebody retries it. done. moot: nothing was left to do.',
});
const number = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

export const jobParams = z.strictObject({ n: number.meta({ description: 'The number of the job.' }) });
export const jobsQuery = z.strictObject({
  state: z.enum([...JOB_STATES, 'open']).optional().meta({ description: 'open: ready, delayed or waiting.' }),
  kind: kind.optional(),
  incident: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE_USUAL),
  after: number.optional().meta({ description: '`next` of the page before.' }),
});

export const jobAnswer = z.strictObject({
  n: count,
  kind,
  state,
  incident: z.string().optional(),
  route: z.string().optional(),
  ref: z.string().optional().meta({ description: 'The number of a notice or an alert delivery; the revision of a rescan.' }),
  why: z.string().optional(),
  attempts: count,
  code: z.string().optional().meta({ description: 'Of the last failure, or what it waits for: review-key-absent, revision-not-here.' }),
  createdAt: time,
  dueAt: time,
  carriedAt: time.optional(),
  closedAt: time.optional(),
});
export const jobsAnswer = z.strictObject({ jobs: z.array(jobAnswer), next: count.optional() });

export const queuesAnswer = z.strictObject({
  carrier: z.strictObject({
    kind: z.enum(['postgres', 'redis', 'none']).meta({ description: 'none: no worker runs in this process.' }),
    reachable: z.boolean(),
    here: z.array(kind).meta({ description: 'Kinds that the process which answers works on.' }),
    reviewKey: z.boolean().meta({ description: 'Whether it has the review key: releases and rescans need it.' }),
  }),
  queues: z.array(z.strictObject({ kind, ready: count, delayed: count, waiting: count, dead: count, oldestOpenAt: time.optional(), oldestDueAt: time.optional() })),
  leases: z.array(z.strictObject({ name: z.string(), holder: z.string(), until: time })).meta({ description: 'Which process does what one of a fleet does for all.' }),
  lastRescan: z.strictObject({ revision: z.string(), cause: z.enum(['revision', 'asked']), actor: z.string(), at: time, messages: count }).optional(),
});
export type QueuesAnswer = z.output<typeof queuesAnswer>;

export const jobReason = z.strictObject({ reason: reasonText });
export const jobRetryAnswer = z.strictObject({ n: count, state: z.literal('ready') });
export const rescanAnswer = z.strictObject({ revision: z.string(), messages: count });
