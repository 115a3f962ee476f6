/** How long tests wait for what must come: one patience for all, for machines that are slow or shared. A wait in vain fails by the name of what it waited for. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Less than jest's own patience for a whole test (jest.config.js), so that a wait which fails is what is told of. */
export const PATIENCE_MS = 480_000;
const LOOK_EVERY_MS = 40;
/** Of what was seen last: enough to know it again. */
const TOLD = { depth: 4, maxArrayLength: 20, maxStringLength: 2_000 } as const;

/** Looks again and again until what it sees is what is wanted, and answers with that. */
export async function eventually<T>(what: string, look: () => Promise<T> | T, wanted: (seen: T) => boolean): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}; seen last: ${inspect(seen, TOLD)}`);
    await delay(LOOK_EVERY_MS);
  }
}

export async function until(what: string, met: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(what, met, (isMet) => isMet);
}
