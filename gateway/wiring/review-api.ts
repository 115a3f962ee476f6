/** Everything the API can do, collected from the topics: each gives its operations, and this is the one list of them. */
import type { DecideOne } from '../ports.js';
import { auditOperations, type AuditPorts } from '../review/audit-operations.js';
import { bulkOperations } from '../review/bulk-operations.js';
import { commentsOperations } from '../review/comments-operations.js';
import { contentOperations } from '../review/content-operations.js';
import type { ContentPorts } from '../review/content-ports.js';
import { decisionOperations } from '../review/decision-operations.js';
import { eventsOperations } from '../review/events-operations.js';
import { filtersOperations } from '../review/filters-operations.js';
import type { Operation } from '../review/operation.js';
import { openingOperations } from '../review/opening-operations.js';
import { overviewOperations } from '../review/overview-operations.js';
import { queueOperations, withinScope } from '../review/queue-operations.js';
import { queuedView } from '../review/queued-view.js';
import { reviewOperations, type ReviewPorts } from '../review/operations.js';
import type { QueueApiPorts } from './queue.js';

/** A topic adds what its operations need. */
/** `standing`: what people decide beforehand, about no message in particular. */
export type ReviewApiPorts = { readonly standing?: readonly Operation[]; readonly people?: readonly Operation[] } & ReviewPorts & AuditPorts & QueueApiPorts & ContentPorts;

export function reviewApi(ports: ReviewApiPorts): readonly Operation[] {
  const operations = [
    // Their fixed names below /messages come before an id.
    ...queueOperations(ports),
    ...bulkOperations({ ...ports, decide: decideOne(ports) }),
    ...commentsOperations(ports),
    ...filtersOperations(ports),
    ...overviewOperations(ports),
    ...eventsOperations(ports),
    ...contentOperations({ ...ports, queued: queuedView(ports) }),
    ...openingOperations(ports),
    ...decisionOperations(ports),
    ...reviewOperations(ports),
    ...auditOperations(ports),
    ...(ports.standing ?? []),
    // Accounts and how to sign in with them.
    ...(ports.people ?? []),
  ];
  return withinScope(operations, ports);
}

/** A bulk decision is the same decision as one by itself. */
function decideOne({ ledger }: ReviewPorts): DecideOne {
  return (id, action, reason, { actor, accountId }) =>
    action === 'reject' ? ledger.reject(id, { reason, actor, accountId }) : ledger.release(id, { as: action === 'release' ? 'original' : 'masked', reason, actor, accountId });
}
