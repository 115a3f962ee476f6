/** Questions about the policy, its exceptions, break-glass and settings. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { BypassesAnswer, ExceptionAnswer, ExceptionsAnswer } from '../../../review/exceptions-schemas.js';
import type { PolicyAnswer, RevisionAnswer, RevisionsAnswer, SettingsAnswer } from '../../../review/policy-schemas.js';
import type { monitorReportAnswer } from '../../../review/schemas.js';
import { get } from './client.js';

export type MonitorReportAnswer = z.output<typeof monitorReportAnswer>;
export type ExceptionState = ExceptionAnswer['state'];

export const policyQuery = queryOptions({ queryKey: ['policy'], queryFn: ({ signal }) => get<PolicyAnswer>('/policy', undefined, signal) });
export const revisionsQuery = queryOptions({ queryKey: ['policy', 'revisions'], queryFn: ({ signal }) => get<RevisionsAnswer>('/policy/revisions', undefined, signal) });
export const revisionQuery = (revision: string) =>
  queryOptions({ queryKey: ['policy', 'revisions', revision], queryFn: ({ signal }) => get<RevisionAnswer>(`/policy/revisions/${revision}`, undefined, signal), staleTime: Infinity, enabled: revision !== '' });
export const monitorReportQuery = queryOptions({ queryKey: ['monitor-report'], queryFn: ({ signal }) => get<MonitorReportAnswer>('/monitor-report', undefined, signal) });
export const exceptionsQuery = (state: ExceptionState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['exceptions', state],
    queryFn: ({ signal, pageParam }) => get<ExceptionsAnswer>('/exceptions', { state, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
export const bypassesQuery = queryOptions({ queryKey: ['bypasses'], queryFn: ({ signal }) => get<BypassesAnswer>('/bypasses', undefined, signal) });
export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: ({ signal }) => get<SettingsAnswer>('/settings', undefined, signal) });
