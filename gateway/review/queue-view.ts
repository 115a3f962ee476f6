/** A row of the queue as the API shows it: the message, why it stands where it stands, and how long it may still wait. */
import type { z } from 'zod';
import type { Decider, QueuedMessage, SlaLimits, SlaState } from '../ports.js';
import type { IsOutside } from './mail-answers.js';
import { summaryView } from './message-view.js';
import { waits } from './queue-asked.js';
import type { gradeSchema, personAnswer, queueSummary } from './queue-schemas.js';
import { visibleLine } from '../visible-text.js';
import { riskNow } from './risk.js';

/** From this share of its time on, a message is due soon. */
const SOON = 0.75;

export interface ViewOptions {
  readonly now: number;
  readonly sla: SlaLimits;
  readonly isOutside: IsOutside;
  readonly person: (accountId: string) => z.output<typeof personAnswer>;
}

export function queueView(message: QueuedMessage, { now, sla, isOutside, person }: ViewOptions): z.output<typeof queueSummary> {
  const { queue, receivedAt, severity, state } = message;
  const waited = Math.max(0, now - receivedAt.getTime());
  const isWaiting = waits(state);
  return {
    ...summaryView(message),
    risk: riskNow({ risk: queue.risk, reasons: queue.riskReasons }, isWaiting ? waited : 0),
    group: { key: queue.groupKey, size: queue.groupSize },
    grades: queue.grades as z.output<typeof gradeSchema>[],
    detectors: [...queue.detectors],
    fileNames: queue.fileNames.map(visibleLine),
    department: queue.department,
    senderMark: queue.senderMark,
    assignee: queue.assignee === undefined ? undefined : person(queue.assignee),
    outside: message.recipients.flatMap((address, at) => (isOutside(address) === true ? [at] : [])),
    comments: queue.comments,
    ageSeconds: Math.floor(waited / 1000),
    sla: isWaiting ? slaState(waited, sla[severity]) : 'ok',
    slaDueAt: isWaiting ? new Date(receivedAt.getTime() + sla[severity]).toISOString() : undefined,
    legalHold: queue.legalHold,
  };
}

export function slaState(waited: number, limit: number): SlaState {
  return waited >= limit ? 'late' : waited >= limit * SOON ? 'soon' : 'ok';
}

/** Who an account is; one that may decide no longer is shown by its id. */
export function personOf(deciders: readonly Decider[]): ViewOptions['person'] {
  const known = new Map(deciders.map(({ id, name, displayName }) => [id, { id, name, displayName }]));
  return (id) => known.get(id) ?? { id, name: id, displayName: id };
}
