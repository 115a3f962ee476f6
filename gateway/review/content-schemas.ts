/** What the API says of a message's content: its parts, and one page of one of them with everything found in it behind its mask. */
import { z } from 'zod';
import { UNSCANNABLE_REASONS } from '../ports.js';

/** Why somebody could be fooled by a name or a text; what stands behind a code is made visible in the text itself. */
export const CAUTIONS = ['control', 'direction', 'invisible', 'mixed-script', 'two-extensions'] as const;

const count = z.number().int().min(0);
/** Ten digits: further than any body reaches, and shorter than any number that Weir guards, for the audit keeps which page was seen. */
const OFFSET_MOST = 9_999_999_999;

/** As receipts name parts: `head`, `body`, `body/2.txt`, `body/2/header`. */
export const partPath = z.string().regex(/^[\x21-\x7e]{1,1000}$/);
/** A plain text, or one behind its mask; `finding` is an index into the message's `findings` when it is one of those. */
export const segment = z.strictObject({ text: z.string(), finding: count.optional(), masked: z.literal(true).optional() });
export const contentPart = z.strictObject({
  path: z.string(),
  name: z.string().optional().meta({ description: 'Name of the file or member, masked; characters nobody sees are written out.' }),
  mediaType: z.string().optional(),
  size: count.meta({ description: 'Bytes of the part itself, after what is wrapped around it.' }),
  unscanned: count.meta({ description: 'Of them, those that nobody could read.' }),
  chain: z.array(z.string()).meta({ description: 'What was undone to read it, outermost first.' }),
  depth: count.meta({ description: 'Steps below the body.' }),
  inline: z.literal(true).optional().meta({ description: 'Shown within a text, such as a picture. Never loaded here.' }),
  holds: z.literal(true).optional().meta({ description: 'It has no text of its own: other parts lie in it.' }),
  readable: z.boolean(),
  why: z.enum([...UNSCANNABLE_REASONS, 'not-listed']).optional().meta({ description: 'Why it cannot be shown.' }),
  cautions: z.array(z.enum(CAUTIONS)),
});
const page = { more: count.optional().meta({ description: '`offset` of the next page.' }), cautions: z.array(z.enum(CAUTIONS)) };
export const contentView = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['text', 'json']), segments: z.array(segment), ...page }),
  z.strictObject({ kind: z.enum(['form', 'table']), rows: z.array(z.array(z.array(segment))).meta({ description: 'Rows of cells of segments.' }), ...page }),
  z.strictObject({ kind: z.literal('mail').meta({ description: 'Several parts: ask for one of them.' }) }),
  z.strictObject({ kind: z.literal('binary'), why: z.enum([...UNSCANNABLE_REASONS, 'not-listed']) }),
]);
export const contentQuery = z.strictObject({
  part: partPath.optional().meta({ description: '`path` of a part; without it the only one, or the list of them.' }),
  as: z.enum(['source', 'text']).default('source').meta({ description: 'Of HTML: `text` gives what a receiver reads of it, tags undone, nothing fetched.' }),
  offset: z.coerce.number().int().min(0).max(OFFSET_MOST).default(0).meta({ description: '`more` of the page before.' }),
});
export const contentAnswer = z.strictObject({
  parts: z.array(contentPart),
  moreParts: count.meta({ description: 'Parts beyond the listed ones.' }),
  part: z.string().optional(),
  offset: count,
  view: contentView,
});

export type Segment = z.output<typeof segment>;
export type ContentPart = z.output<typeof contentPart>;
export type ContentView = z.output<typeof contentView>;
export type ContentAnswer = z.output<typeof contentAnswer>;
export type Caution = (typeof CAUTIONS)[number];
