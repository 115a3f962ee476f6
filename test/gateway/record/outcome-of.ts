/** An outcome with every field set, for the tests of what records it. */
import type { ExchangeId, Outcome } from '../../../gateway/ports.js';

export function outcomeOf(changes: Partial<Outcome> = {}): Outcome {
  return {
    id: 'w01k9a8b7c6d5e4f3g2h1j0k9m8' as ExchangeId,
    channel: 'http',
    route: 'upload',
    direction: 'request',
    mode: 'stream',
    action: 'pass',
    rule: 'default',
    policy: 'default@1',
    monitored: [],
    bytes: 100,
    receipt: { size: 100, scanned: 100, unscanned: 0, parts: [], more: 0, detectors: 'd1', policy: 'default@1' },
    findingCounts: {},
    durationSeconds: 0.02,
    scanSeconds: 0.001,
    status: 200,
    error: undefined,
    ...changes,
  };
}
