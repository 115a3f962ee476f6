/** How long tests wait for what must come: one patience for all, for machines that are slow or shared. A wait in vain fails by the name of what it waited for. */
import { setTimeout as delay } from 'node:timers/promises';

/** Less than jest's own patience for a whole test (jest.config.js), so that a wait which fails is what is told of. */
export const PATIENCE_MS = 480_000;
const LOOK_EVERY_MS = 20;

export async function until(what: string, met: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await met()); ) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
