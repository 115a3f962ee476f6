/** Shapes of comments: what reviewers tell each other about a message. */
import { z } from 'zod';
import { reasonText } from './schemas.js';

const comment = z.strictObject({ n: z.number().int(), at: z.string().meta({ format: 'date-time' }), actor: z.string(), author: z.string().optional(), text: z.string() });
export const commentBody = z.strictObject({ text: reasonText });
export const commentAnswer = comment;
export const commentsAnswer = z.strictObject({ comments: z.array(comment) });
