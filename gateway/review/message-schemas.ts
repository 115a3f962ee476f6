/** One message as the API shows it: masked facts, findings, coverage, what was computed about it and what has happened to it. */
import { z } from 'zod';
import { escalation, firstApproval } from './decision-schemas.js';
import { envelopeAnswer } from './mail-schemas.js';
import { factsAnswer } from './facts-schemas.js';
import { queuedAnswer } from './queue-schemas.js';
import { messageAnswer as keptAnswer } from './schemas.js';
import { timelineAnswer } from './timeline-schemas.js';

export const messageAnswer = keptAnswer.extend({
  facts: factsAnswer,
  queue: queuedAnswer.optional().meta({ description: 'How it stands in the queue: risk, group, assignment, by when it is due.' }),
  mail: envelopeAnswer.optional().meta({ description: 'Where it came by mail: its envelope, and how each recipient fared.' }),
  timeline: timelineAnswer,
  firstApproval: firstApproval.optional().meta({ description: 'With `awaiting-second`: what waits for another person.' }),
  escalated: escalation.optional(),
  falsePositives: z.array(z.number().int().min(0)).meta({ description: 'Indexes of findings that somebody called false positives.' }),
  canBeOpened: z.boolean().meta({ description: 'The review key is here: content, comparison and originals can be asked for.' }),
});
export type MessageAnswer = z.output<typeof messageAnswer>;
