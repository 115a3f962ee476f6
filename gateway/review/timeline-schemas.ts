/** What has happened to a message, oldest first. */
import { z } from 'zod';

export const timelineEntry = z.strictObject({
  at: z.string().meta({ format: 'date-time' }),
  actor: z.string(),
  act: z.string().meta({ description: 'For example `message.held`, `message.release.first`, `message.comment`, `original.open`.' }),
  text: z.string().optional().meta({ description: 'The reason or comment somebody gave.' }),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional().meta({ description: 'Codes and counts.' }),
});
export const timelineAnswer = z.array(timelineEntry);
export type TimelineEntry = z.output<typeof timelineEntry>;
