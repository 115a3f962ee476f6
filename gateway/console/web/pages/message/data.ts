/** What the message page asks of the API. */
import { useInfiniteQuery, useQuery, type UseInfiniteQueryResult, type UseQueryResult, type InfiniteData } from '@tanstack/react-query';
import type { z } from 'zod';
import type { commentsAnswer } from '../../../../review/comments-schemas.js';
import type { CompareAnswer } from '../../../../review/compare-schemas.js';
import type { ContentAnswer } from '../../../../review/content-schemas.js';
import type { MailAnswer } from '../../../../review/mail-schemas.js';
import type { MessageAnswer } from '../../../../review/message-schemas.js';
import { get } from '../../api/client.js';

export type Message = MessageAnswer;
/** How it stands in the queue; unknown where the gateway does not say. */
export type Queued = NonNullable<Message['queue']>;
export type Comments = z.output<typeof commentsAnswer>;

export const messageKey = (id: string): readonly string[] => ['message', id];
/** Each look at a message is a row of the audit: none is made by coming back to the window. */
const CALM = { refetchOnWindowFocus: false, refetchOnReconnect: false } as const;
/** Content of a held message does not change. */
const FIXED = { staleTime: Number.POSITIVE_INFINITY, ...CALM } as const;
export function useMessage(id: string): UseQueryResult<Message> {
  return useQuery({ queryKey: [...messageKey(id), 'facts'], queryFn: ({ signal }) => get<Message>(`/messages/${encodeURIComponent(id)}`, undefined, signal), ...CALM });
}

/** `text`: what a receiver reads of HTML. */
export type ContentForm = 'source' | 'text';
export function useContent(id: string, part: string | undefined, enabled: boolean, as: ContentForm = 'source'): UseInfiniteQueryResult<InfiniteData<ContentAnswer>> {
  return useInfiniteQuery({
    queryKey: [...messageKey(id), 'content', part ?? '', as],
    queryFn: ({ pageParam, signal }) => get<ContentAnswer>(`/messages/${encodeURIComponent(id)}/content`, { part, as: as === 'text' ? as : undefined, offset: pageParam === 0 ? undefined : pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ view }: ContentAnswer) => ('more' in view ? view.more : undefined),
    enabled,
    ...FIXED,
  });
}

export type Mail = MailAnswer;
/** What came as a mail, wherever it came from. */
export const isMail = ({ mail, channel, mediaType }: Message): boolean => mail !== undefined || (channel === 'http' && mediaType === 'message/rfc822');
export function useMail(id: string, enabled: boolean): UseQueryResult<Mail> {
  return useQuery({ queryKey: [...messageKey(id), 'mail'], queryFn: ({ signal }) => get<Mail>(`/messages/${encodeURIComponent(id)}/mail`, undefined, signal), enabled, ...FIXED });
}

export function useCompare(id: string, part: string | undefined, enabled: boolean): UseQueryResult<CompareAnswer> {
  return useQuery({ queryKey: [...messageKey(id), 'compare', part ?? ''], queryFn: ({ signal }) => get<CompareAnswer>(`/messages/${encodeURIComponent(id)}/compare`, { part }, signal), enabled, ...FIXED });
}

export function useComments(id: string): UseQueryResult<Comments> {
  return useQuery({ queryKey: [...messageKey(id), 'comments'], queryFn: ({ signal }) => get<Comments>(`/messages/${encodeURIComponent(id)}/comments`, undefined, signal) });
}
