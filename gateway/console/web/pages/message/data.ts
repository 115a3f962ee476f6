/** What the message page asks of the API. */
import { useInfiniteQuery, useQuery, type UseInfiniteQueryResult, type UseQueryResult, type InfiniteData } from '@tanstack/react-query';
import type { z } from 'zod';
import type { commentsAnswer } from '../../../../review/comments-schemas.js';
import type { CompareAnswer } from '../../../../review/compare-schemas.js';
import type { ContentAnswer } from '../../../../review/content-schemas.js';
import type { MessageAnswer } from '../../../../review/message-schemas.js';
import { get } from '../../api/client.js';
import type { Queued, QueuePageAnswer } from '../queue/data.js';

export type Message = MessageAnswer;
export type Comments = z.output<typeof commentsAnswer>;

export const messageKey = (id: string): readonly string[] => ['message', id];
/** Content of a held message does not change. */
const FIXED = { staleTime: Number.POSITIVE_INFINITY } as const;
export function useMessage(id: string): UseQueryResult<Message> {
  return useQuery({ queryKey: [...messageKey(id), 'facts'], queryFn: ({ signal }) => get<Message>(`/messages/${encodeURIComponent(id)}`, undefined, signal) });
}

/** Risk, assignment, time limit and legal hold are the queue's: its list finds a message by its id. */
export function useQueued(id: string): UseQueryResult<Queued | null> {
  return useQuery({
    queryKey: [...messageKey(id), 'queued'],
    queryFn: async ({ signal }) => (await get<QueuePageAnswer>('/messages', { text: id, limit: 1 }, signal)).messages.find((one) => one.id === id) ?? null,
  });
}

export function useContent(id: string, part: string | undefined, enabled: boolean): UseInfiniteQueryResult<InfiniteData<ContentAnswer>> {
  return useInfiniteQuery({
    queryKey: [...messageKey(id), 'content', part ?? ''],
    queryFn: ({ pageParam, signal }) => get<ContentAnswer>(`/messages/${encodeURIComponent(id)}/content`, { part, offset: pageParam === 0 ? undefined : pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ view }: ContentAnswer) => ('more' in view ? view.more : undefined),
    enabled,
    ...FIXED,
  });
}

export function useCompare(id: string, part: string | undefined, enabled: boolean): UseQueryResult<CompareAnswer> {
  return useQuery({ queryKey: [...messageKey(id), 'compare', part ?? ''], queryFn: ({ signal }) => get<CompareAnswer>(`/messages/${encodeURIComponent(id)}/compare`, { part }, signal), enabled, ...FIXED });
}

export function useComments(id: string): UseQueryResult<Comments> {
  return useQuery({ queryKey: [...messageKey(id), 'comments'], queryFn: ({ signal }) => get<Comments>(`/messages/${encodeURIComponent(id)}/comments`, undefined, signal) });
}
