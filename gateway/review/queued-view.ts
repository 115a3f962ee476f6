/** What the queue knows of one message: its risk, its group, who has it, by when it is due. */
import type { z } from 'zod';
import type { Caller } from '../ports.js';
import { away } from './away.js';
import { scopeMarks } from './queue-asked.js';
import type { QueuePorts } from './queue-operations.js';
import type { queuedAnswer } from './queue-schemas.js';
import { personOf, queueView } from './queue-view.js';

export type QueuedView = (id: string, caller: Caller) => Promise<z.output<typeof queuedAnswer> | undefined>;

export function queuedView({ queue, deciders, clock, mark, sla, isOutside }: Pick<QueuePorts, 'queue' | 'deciders' | 'clock' | 'mark' | 'sla' | 'isOutside'>): QueuedView {
  return (id, caller) =>
    away(async () => {
      const { messages } = await queue.page({ filter: { id, terms: [] }, scope: scopeMarks(caller.scope, mark), order: 'newest', limit: 1 });
      const [message] = messages;
      if (message === undefined) return undefined;
      const row = queueView(message, { now: clock.now(), sla: sla(), isOutside, person: personOf(await deciders.list()) });
      const { risk, group, grades, detectors, fileNames, department, senderMark, assignee, outside, comments, ageSeconds, sla: standing, slaDueAt, legalHold } = row;
      return { risk, group, grades, detectors, fileNames, department, senderMark, assignee, outside, comments, ageSeconds, sla: standing, slaDueAt, legalHold };
    });
}
