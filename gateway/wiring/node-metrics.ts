/** A node's metrics as one: its own process's, and those of the processes that carry its traffic. */
import { exposed, mergedFamilies, type Exposition } from '../record/exposition.js';
import type { Metrics } from '../record/metrics.js';
import type { Traffic } from './traffic.js';

export function nodeMetrics(own: Pick<Metrics, 'json'>, traffic: Pick<Traffic, 'metrics'>): (accept: string | undefined) => Promise<Exposition> {
  return async (accept) => {
    const [mine, others] = await Promise.all([own.json(), traffic.metrics()]);
    return exposed(others.length === 0 ? mine : mergedFamilies([mine, ...others]), accept);
  };
}
