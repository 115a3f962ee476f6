/** Who is signed in, what they may do, and the CSRF word. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Right } from '../../../ports/people.js';
import type { SessionAnswer } from '../../../review/session-schemas.js';
import { get, setCsrf } from './client.js';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await get<SessionAnswer>('/session', undefined, signal);
    setCsrf(session.csrf);
    return session;
  },
  staleTime: 60_000,
});

export function useSession(): SessionAnswer | undefined {
  return useQuery(sessionQuery).data;
}

const NONE: ReadonlySet<Right> = new Set();
export function rightsOf(session: SessionAnswer | undefined): ReadonlySet<Right> {
  // Between password and TOTP nobody is signed in yet.
  return session?.signedIn === true && session.step === undefined ? new Set(session.rights) : NONE;
}

/** Whether the one who is signed in may do this; buttons for what one may not do are not drawn. */
export function useMay(right: Right): boolean {
  return rightsOf(useSession()).has(right);
}

/** After signing in or out everything known belongs to somebody else. (An invitation was for the one who just accepted it.) */
export function useRenewSession(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.query({ ...sessionQuery, staleTime: 0 });
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'invitation' });
  };
}
