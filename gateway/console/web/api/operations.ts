/** Questions about the machinery: jobs, alerts, nodes. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { deliveriesAnswer, DeliveryAnswer, SinksAnswer } from '../../../review/alerts-schemas.js';
import type { jobAnswer, jobsAnswer, QueuesAnswer } from '../../../review/jobs-schemas.js';
import type { nodesAnswer } from '../../../review/nodes-operations.js';
import { get } from './client.js';

export type JobAnswer = z.output<typeof jobAnswer>;
export type JobShown = 'dead' | 'open' | 'done';
export type NodesAnswer = z.output<typeof nodesAnswer>;
export type DeliveryShown = DeliveryAnswer['state'];
type JobsAnswer = z.output<typeof jobsAnswer>;
type DeliveriesAnswer = z.output<typeof deliveriesAnswer>;

/** Jobs move by themselves: the page looks again this often. */
const LOOK_MS = 5_000;

export const queuesQuery = queryOptions({ queryKey: ['jobs', 'queues'], queryFn: ({ signal }) => get<QueuesAnswer>('/jobs/queues', undefined, signal), refetchInterval: LOOK_MS });
export const jobsQuery = (state: JobShown) =>
  infiniteQueryOptions({
    queryKey: ['jobs', state],
    queryFn: ({ signal, pageParam }) => get<JobsAnswer>('/jobs', { state, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: LOOK_MS,
  });
export const sinksQuery = queryOptions({ queryKey: ['alerts', 'sinks'], queryFn: ({ signal }) => get<SinksAnswer>('/alerts/sinks', undefined, signal), refetchInterval: LOOK_MS });
export const deliveriesQuery = (state: DeliveryShown) =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'deliveries', state],
    queryFn: ({ signal, pageParam }) => get<DeliveriesAnswer>('/alerts/deliveries', { state, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: LOOK_MS,
  });
export const nodesQuery = queryOptions({ queryKey: ['nodes'], queryFn: ({ signal }) => get<NodesAnswer>('/nodes', undefined, signal), refetchInterval: LOOK_MS });
