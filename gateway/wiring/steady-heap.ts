/** How V8 is to collect in a process that carries traffic: settings it reads while it runs. */
import { setFlagsFromString } from 'node:v8';

/**
 * How much more than what lives may be in memory before all of it is looked through, in percent of it. By itself V8 goes down to
 * a tenth after an idle time, and the bytes of bodies count: a few megabytes of them then called for another look at the whole
 * heap, which was still full of the same, every 150 ms, at twice the cost of each exchange. Enough for the 32 MiB of fresh buffers
 * after which V8 looks at the young ones by itself, whatever else is there.
 */
const GROWING_PERCENT = 100;

/**
 * What was alive in one look at the young generation is no sign of a long life here: it is what was under way at that moment. V8
 * took it for one, made such objects old from birth, and three kilobytes of each exchange waited for a look at the whole heap.
 */
const NO_BIRTH_AS_OLD = '--no-allocation-site-pretenuring';

/** Of this process, from here on. */
export function steadyHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  setFlagsFromString(NO_BIRTH_AS_OLD);
}
