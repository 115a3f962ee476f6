/** What the queue asks of the API, and how its answers are kept: a list stays as it was read until one asks for it anew. */
import { keepPreviousData, useQuery, useQueryClient, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import type { z } from 'zod';
import type { assigneesAnswer, groupsAnswer, queueAnswer, queueCountsAnswer, queueSummary } from '../../../../review/queue-schemas.js';
import type { savedFiltersAnswer } from '../../../../review/filters-schemas.js';
import { useNews } from '../../api/events.js';
import { get, type Query } from '../../api/client.js';
import { askedOf, type Filter, type View } from './filter.js';
import { freshSince, freshStore, noteFresh, noteMissed, type FreshCount } from './fresh.js';
import type { ListPage } from './list-memory.js';

export type Queued = z.output<typeof queueSummary>;
export type QueuePageAnswer = z.output<typeof queueAnswer>;
export type Groups = z.output<typeof groupsAnswer>;
export type Counts = z.output<typeof queueCountsAnswer>;
export type Assignees = z.output<typeof assigneesAnswer>;
export type SavedFilters = z.output<typeof savedFiltersAnswer>;

export const PAGE = 50;
/** As many alike messages as are shown below their heading; bulk decisions take all of them. */
export const GROUP_SHOWN = 100;

export const QUEUE_LIST = ['queue', 'list'] as const;
export const QUEUE_GROUPS = ['queue', 'groups'] as const;
export const QUEUE_COUNTS = ['queue', 'counts'] as const;
export const SAVED_FILTERS = ['queue', 'saved'] as const;
/** Rows do not jump while one reads them. */
const STILL = { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

function query(filter: Filter, rest: Query): Query {
  return { ...askedOf(filter), ...rest };
}

export function useList({ filter, order, grouped, after }: View): UseQueryResult<QueuePageAnswer> {
  const asked = query(filter, { order, limit: PAGE, after });
  return useQuery({ queryKey: [...QUEUE_LIST, asked], queryFn: ({ signal }) => get<QueuePageAnswer>('/messages', asked, signal), enabled: !grouped, placeholderData: keepPreviousData, ...STILL });
}

export function useGroups({ filter, grouped }: View): UseQueryResult<Groups> {
  const asked = query(filter, { limit: PAGE });
  return useQuery({ queryKey: [...QUEUE_GROUPS, asked], queryFn: ({ signal }) => get<Groups>('/messages/groups', asked, signal), enabled: grouped, placeholderData: keepPreviousData, ...STILL });
}

export function useGroupMembers(filter: Filter, group: string, open: boolean): UseQueryResult<QueuePageAnswer> {
  const asked = query({ ...filter, group }, { order: 'risk', limit: GROUP_SHOWN });
  return useQuery({ queryKey: [...QUEUE_LIST, asked], queryFn: ({ signal }) => get<QueuePageAnswer>('/messages', asked, signal), enabled: open, ...STILL });
}

export function useCounts(): UseQueryResult<Counts> {
  return useQuery({ queryKey: QUEUE_COUNTS, queryFn: ({ signal }) => get<Counts>('/messages/counts', undefined, signal) });
}

export function useSavedFilters(): UseQueryResult<SavedFilters> {
  return useQuery({ queryKey: SAVED_FILTERS, queryFn: ({ signal }) => get<SavedFilters>('/filters', undefined, signal) });
}

export function useAssignees(wanted: boolean): UseQueryResult<Assignees> {
  return useQuery({ queryKey: ['assignees'], queryFn: ({ signal }) => get<Assignees>('/assignees', undefined, signal), enabled: wanted });
}

/** For the message page, which goes on where this page of the list ends. */
export function followingPage({ filter, order }: View): (after: string) => Promise<ListPage> {
  return async (after) => {
    const { messages, next } = await get<QueuePageAnswer>('/messages', query(filter, { order, limit: PAGE, after }));
    return { ids: messages.map(({ id }) => id), next };
  };
}

/** A decision shows in the lists at once, at the place where the message stood; the lists count as read when they were read. */
export function noteState(client: QueryClient, id: string, state: Queued['state']): void {
  for (const { queryKey, state: kept } of client.getQueryCache().findAll({ queryKey: QUEUE_LIST })) {
    client.setQueryData<QueuePageAnswer>(
      queryKey,
      (was) => (was?.messages.some((message) => message.id === id) === true ? { ...was, messages: was.messages.map((message) => (message.id === id ? { ...message, state } : message)) } : was),
      { updatedAt: kept.dataUpdatedAt },
    );
  }
}

/** States change in their rows, and what is new is only counted. */
export function useQueueNews(): void {
  const client = useQueryClient();
  const heard = useCallback(
    (kind: string, data: unknown) => {
      if (kind === 'missed') noteMissed(Date.now());
      const { id, state, states, more } = Object(data) as { id?: unknown; state?: unknown; states?: unknown; more?: unknown };
      if (kind === 'message-changed' && typeof id === 'string' && typeof state === 'string') {
        noteState(client, id, state as Queued['state']);
        noteFresh(id, state, Date.now());
      }
      if (kind === 'held-changed' && typeof states === 'object') {
        if (more === true) noteMissed(Date.now());
        client.setQueryData(QUEUE_COUNTS, (was) => (was === undefined ? undefined : { ...was, ...(data as Counts) }));
      }
    },
    [client],
  );
  useNews(heard);
}

export function useFresh(readAt: number, known: ReadonlySet<string>): FreshCount {
  useSyncExternalStore(freshStore.subscribe, freshStore.version);
  return freshSince(readAt, known);
}
