/** The shape of what everyone who is signed in may know of the gateway. */
import { z } from 'zod';

export const aboutAnswer = z.strictObject({
  version: z.string(),
  monitor: z.boolean().meta({ description: 'Nothing is stopped, only counted.' }),
  custody: z.enum(['local', 'supplied', 'absent']).meta({ description: 'Where the review key is: messages are opened and released only where it is.' }),
  data: z.strictObject({ port: z.number().int(), tls: z.boolean() }).meta({ description: 'The listener that traffic goes through.' }),
  demo: z.array(z.strictObject({ route: z.string(), path: z.string() })).meta({ description: 'Routes that end in this process; empty without `demo: true`.' }),
  bypassed: z.array(z.strictObject({ route: z.string(), endsAt: z.string().meta({ format: 'date-time' }) })).meta({ description: 'Routes that let everything pass now (break-glass).' }),
});
export type AboutAnswer = z.output<typeof aboutAnswer>;
