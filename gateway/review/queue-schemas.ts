/** Shapes of the queue: what may be asked of it, how its rows look, its groups, and who may be given work. */
import { z } from 'zod';
import { GROUP_REASONS, HELD_STATES, QUEUE_ORDERS, SLA_STATES } from '../ports.js';
import { hasNumberShape } from './number-shape.js';
import { PAGE_MOST } from './page-most.js';
import { NUMBER_IN_TEXT, summaryAnswer } from './schemas.js';

const PAGE_USUAL = 50;
/** As many values as one filter may name: a person chooses from lists, and each makes the question to the ledger longer. */
const CHOICES_MOST = 20;
/** An address has 254 characters at most (RFC 5321). */
const ADDRESS_MOST = 254;
/** Words that are looked for: a line, not a document. */
const TEXT_MOST = 200;
const INCIDENT = /^[A-Za-z0-9_-]{1,64}$/;

const time = z.string().meta({ format: 'date-time' });
const count = z.number().int().min(0);
/** Stored or said back unsealed: names nobody by a number. */
const plain = (pattern: RegExp) => z.string().regex(pattern).refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT);

const severitySchema = z.enum(['info', 'low', 'medium', 'high', 'critical']);
export const gradeSchema = z.enum(['C1', 'C2', 'C3', 'general', 'important', 'core']);
const stateSchema = z.enum(HELD_STATES);
const routeSchema = plain(/^[a-z][a-z0-9-]{0,47}$/);
const detectorSchema = plain(/^[a-z][a-z0-9.-]{0,63}$/);
const channelSchema = z.enum(['http', 'smtp', 'icap']);
const address = z
  .string()
  .trim()
  .regex(/^[^\p{Cc}\s]+$/u)
  .max(ADDRESS_MOST)
  .meta({ description: 'A whole address, `@domain`, or the mark of a sender as the queue gives it. Compared through a keyed hash; never stored.' });
const destination = plain(/^[\x21-\x7e]{1,253}$/);
const assignee = plain(INCIDENT).meta({ description: 'The id of an account, `me`, or `nobody`.' });
/** An incident id may hold digits in a row; words may not, for what is searched is written down. */
const text = z.string().trim().min(1).max(TEXT_MOST).refine((words) => /^w[0-9A-HJKMNP-TV-Z]{26}$/.test(words) || !hasNumberShape(words), NUMBER_IN_TEXT)
  .meta({ description: 'An incident id, or words of subject, target, file name, sender or destination as they stand masked.' });
const group = z.string().regex(/^[a-z]{1,40}$/).meta({ description: 'The key of a group.' });
const order = z.enum(QUEUE_ORDERS);
const moment = z.iso.datetime({ offset: true });

/** One value, several joined by commas, or the key repeated. */
const many = <T extends z.ZodType<unknown, string>>(item: T) =>
  z.union([z.string(), z.array(z.string())])
    .transform((given) => [...new Set((typeof given === 'string' ? [given] : given).flatMap((one) => one.split(',')))])
    .pipe(z.array(item).min(1).max(CHOICES_MOST));
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(CHOICES_MOST);

const single = { sender: address.optional(), recipient: address.optional(), destination: destination.optional(), assignee: assignee.optional(), text: text.optional(), from: moment.optional(), to: moment.optional(), group: group.optional() };
const filterQuery = {
  state: many(stateSchema).optional(),
  route: many(routeSchema).optional(),
  channel: many(channelSchema).optional(),
  detector: many(detectorSchema).optional(),
  severity: many(severitySchema).optional(),
  grade: many(gradeSchema).optional(),
  ...single,
};

/** The same in a JSON body: bulk previews and saved filters. */
export const filterBody = z.strictObject({
  state: list(stateSchema).optional(),
  route: list(routeSchema).optional(),
  channel: list(channelSchema).optional(),
  detector: list(detectorSchema).optional(),
  severity: list(severitySchema).optional(),
  grade: list(gradeSchema).optional(),
  ...single,
});
export type AskedFilter = z.output<typeof filterBody>;

export const queueQuery = z.strictObject({
  ...filterQuery,
  order: order.default('newest'),
  limit: z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE_USUAL),
  after: z.string().regex(/^[\x21-\x7e]{1,200}$/).meta({ description: '`next` of the page before, with the same filter and order.' }).optional(),
});
export const groupsQuery = z.strictObject({ ...filterQuery, limit: z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE_USUAL) });

// ---------------------------------------------------------------- answers

export const personAnswer = z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() });
/** What the queue adds to a message. */
export const queueFields = {
  risk: z.strictObject({
    score: z.number().int().min(0).max(100),
    reasons: z.array(z.strictObject({ code: z.string(), points: z.number().int() })).meta({ description: 'What the score is made of, most first; words for the codes are in the documentation.' }),
  }),
  group: z.strictObject({ key: z.string(), size: count.meta({ description: 'Alike messages that wait, this one among them; counted up to 1,000.' }) }),
  grades: z.array(gradeSchema),
  detectors: z.array(z.string()),
  fileNames: z.array(z.string()).meta({ description: 'Masked.' }),
  department: z.string().optional(),
  senderMark: z.string().optional().meta({ description: 'A keyed hash of the sender: give it as `sender` to see all of theirs.' }),
  assignee: personAnswer.optional(),
  outside: z.array(count).meta({ description: 'Indexes of `recipients` that are not of `domains.own`.' }),
  comments: count,
  ageSeconds: count,
  sla: z.enum(SLA_STATES),
  slaDueAt: time.optional().meta({ description: 'By when it is to be decided; absent once it is.' }),
  legalHold: z.boolean(),
};
/** The same of one message, where it is shown by itself. */
export const queuedAnswer = z.strictObject(queueFields);
export const queueSummary = summaryAnswer.extend(queueFields);
export const queueAnswer = z.strictObject({
  messages: z.array(queueSummary),
  next: z.string().optional(),
});
export const queueCountsAnswer = z.strictObject({ states: z.partialRecord(stateSchema, count), mine: count, unassigned: count, late: count });
export const groupsAnswer = z.strictObject({
  groups: z.array(
    z.strictObject({
      key: z.string(),
      size: count,
      oldest: time,
      sample: queueSummary,
      why: z.enum(GROUP_REASONS).meta({ description: 'The same sender with the same findings; the same content; or the same sender and subject.' }),
    }),
  ),
});
export const assigneesAnswer = z.strictObject({ people: z.array(personAnswer) });
export const assignBody = z.strictObject({ accountId: z.string().regex(INCIDENT).nullable().meta({ description: 'Who is to decide it; `null` gives it back to everyone.' }) });
export const assignAnswer = z.strictObject({ id: z.string(), assignee: personAnswer.optional() });
