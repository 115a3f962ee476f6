/** Questions about accounts, grants and tokens. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { AccessReviewAnswer, accountsAnswer, grantsAnswer, tokensAnswer } from '../../../review/accounts-schemas.js';
import { get } from './client.js';

type Accounts = z.output<typeof accountsAnswer>;
type Grants = z.output<typeof grantsAnswer>;
type Tokens = z.output<typeof tokensAnswer>;

export const accountsQuery = queryOptions({ queryKey: ['accounts'], queryFn: ({ signal }) => get<Accounts>('/accounts', undefined, signal) });
export const grantsQuery = queryOptions({ queryKey: ['grants'], queryFn: ({ signal }) => get<Grants>('/grants', undefined, signal) });
export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => get<Tokens>('/tokens', undefined, signal) });
export const accessReviewQuery = queryOptions({ queryKey: ['access-review'], queryFn: ({ signal }) => get<AccessReviewAnswer>('/access-review', undefined, signal) });
