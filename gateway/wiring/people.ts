/** Introduces accounts, sessions, grants and tokens to the API. */
import type { Gate } from '../ports.js';

export interface People {
  readonly gate: Gate;
}

export function openPeople(): People {
  return { gate: { setUpEnded: async () => false, bearer: async () => ({ kind: 'nobody' }), cookie: async () => ({ kind: 'nobody' }), csrf: () => '' } };
}
