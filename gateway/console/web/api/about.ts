/** What everyone may know of the gateway. */
import { queryOptions } from '@tanstack/react-query';
import type { AboutAnswer } from '../../../review/about-schemas.js';
import { get } from './client.js';

/** A bypass that begins must be seen soon by everyone. */
const EVERY = 30_000;
export const aboutQuery = queryOptions({ queryKey: ['about'], queryFn: ({ signal }) => get<AboutAnswer>('/about', undefined, signal), refetchInterval: EVERY });
