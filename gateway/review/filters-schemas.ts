/** Shapes of saved filters: one's own, and those that others share. */
import { z } from 'zod';
import { QUEUE_ORDERS } from '../ports.js';
import { hasNumberShape } from './number-shape.js';
import { filterBody } from './queue-schemas.js';
import { CONTROL_CHARACTER, NUMBER_IN_TEXT } from './schemas.js';

const NAME_MOST = 60;

const name = z.string().trim().min(1).max(NAME_MOST).refine((text) => !/\p{Cc}/u.test(text), CONTROL_CHARACTER).refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT);
const order = z.enum(QUEUE_ORDERS);

export const filterParams = z.strictObject({ id: z.string().regex(/^[0-9]{1,15}$/) });
export const deleteFilterBody = z.strictObject({}).optional();
export const saveFilterBody = z.strictObject({ name, filter: filterBody, order: order.optional(), shared: z.boolean().default(false) });
export const savedFilterAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  filter: filterBody.meta({ description: 'Addresses stand in it as marks.' }),
  labels: z.strictObject({ sender: z.string().optional(), recipient: z.string().optional() }).meta({ description: 'Addresses of the filter, masked, to be shown in place of their marks.' }),
  order: order.optional(),
  shared: z.boolean(),
  mine: z.boolean(),
  createdAt: z.string().meta({ format: 'date-time' }),
});
export const savedFiltersAnswer = z.strictObject({ filters: z.array(savedFilterAnswer) });
export const deletedAnswer = z.strictObject({ id: z.string() });
