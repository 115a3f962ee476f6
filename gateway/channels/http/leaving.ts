/** Tells whoever works for a client that it has left. */
import type { Leaving } from '../../ports.js';

export class Gone implements Leaving {
  aborted = false;
  #acts: (() => void)[] = [];

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const act of this.#acts.splice(0)) act();
  }

  addEventListener(_kind: 'abort', act: () => void): void {
    if (!this.#acts.includes(act)) this.#acts.push(act);
  }

  removeEventListener(_kind: 'abort', act: () => void): void {
    const at = this.#acts.indexOf(act);
    if (at >= 0) this.#acts.splice(at, 1);
  }
}
