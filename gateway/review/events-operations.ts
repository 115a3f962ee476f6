/** The stream of changes that a console listens to. */
import type { MarkAddress } from '../address-mark.js';
import type { Caller, Session } from '../ports.js';
import type { EventsHub } from './events-hub.js';
import { operation, streamAnswer, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { scopeMarks } from './queue-asked.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface EventsPorts {
  readonly hub: EventsHub;
  readonly mark: MarkAddress;
  /** Whether this caller is still signed in and may still look at messages. */
  readonly stillMay: (caller: Caller, session: Session | undefined) => Promise<boolean>;
}

const EVENT_STREAM = 'text/event-stream';

export function eventsOperations({ hub, mark, stillMay }: EventsPorts): readonly Operation[] {
  return [
    operation({
      id: 'events',
      method: 'get',
      right: 'messages.read',
      path: '/events',
      summary: 'Server-sent events: `message-changed {id, state}` and `held-changed {states, mine, unassigned, late}`, within the caller’s scope. Ends on sign-out.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: streamAnswer,
      media: EVENT_STREAM,
      problems: ['too-many-streams'],
      run({ caller, visit }) {
        const body = hub.open({
          owner: caller.accountId ?? caller.actor,
          scope: scopeMarks(caller.scope, mark),
          accountId: caller.accountId,
          stillMay: () => stillMay(caller, visit.session),
        });
        if (body === undefined) throw new ApiProblem('too-many-streams');
        return Promise.resolve({ type: EVENT_STREAM, body });
      },
    }),
  ];
}
