/** Says of a node that it is about to go, before it does: whoever balances load asks /readyz and sends nothing more. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from '../ports.js';

export interface Stopping {
  readonly health: Health;
  /** Resolves when those who ask have had their time to hear of it. */
  announce(): Promise<void>;
}

export function stopping(delayMs: number): Stopping {
  let going = false;
  return {
    health: { component: 'traffic', check: () => Promise.resolve({ ok: !going, neededFor: 'all', detail: going ? 'stopping' : 'taken' }) },
    async announce() {
      going = true;
      if (delayMs > 0) await delay(delayMs);
    },
  };
}
