/** Everything the API can do, collected from the topics: each gives its operations, and this is the one list of them. */
import { auditOperations, type AuditPorts } from '../review/audit-operations.js';
import type { Operation } from '../review/operation.js';
import { reviewOperations, type ReviewPorts } from '../review/operations.js';

/** A topic adds what its operations need. */
export type ReviewApiPorts = ReviewPorts & AuditPorts;

export function reviewApi(ports: ReviewApiPorts): readonly Operation[] {
  return [...reviewOperations(ports), ...auditOperations(ports)];
}
