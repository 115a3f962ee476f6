/** Which jobs a gateway works on itself, and how many at a time: the key `workers`. */
import { z } from 'zod';
import { JOB_KINDS } from '../gateway/ports.js';

/** More at a time only open more connections; a machine that can do more runs another worker. */
const MOST = 64;
const atOnce = z.number().int().min(1).max(MOST);

export const workersSchema = z.strictObject({
  /** `false`: workers of their own do everything (`weir worker`). A list: only these queues. */
  here: z.union([z.boolean(), z.array(z.enum(JOB_KINDS)).min(1)]).default(true),
  /** Jobs of a kind at a time, in each process that works on them. */
  concurrency: z.strictObject({ release: atOnce.optional(), destroy: atOnce.optional(), notice: atOnce.optional(), alert: atOnce.optional(), rescan: atOnce.optional() }).prefault({}),
});
