/** Traffic carried by the node's one process. */
import type { Traffic } from './traffic.js';
import { dataPlane, type DataPlaneOptions } from './data-plane.js';

/** Shares everything with the rest of the process: what changes there is in force here, and counted there. */
export async function trafficHere(options: DataPlaneOptions): Promise<Traffic> {
  const plane = await dataPlane(options);
  return {
    listen: () => plane.listen(),
    mailPorts: () => plane.mailPorts(),
    apply: (settings, revision) => {
      plane.prepare({ settings, revision })();
      return Promise.resolve();
    },
    refreshRelief: () => Promise.resolve(),
    flush: () => Promise.resolve(),
    metrics: () => Promise.resolve([]),
    health: [],
    async drain() {
      await plane.drain();
      plane.close();
    },
  };
}
