/** The conformance suite over every front of HTTP/1.1. */
import { exchangeConformance } from './exchange-conformance.js';
import { testChannel } from './kit.js';

for (const front of ['node', 'fast'] as const) {
  exchangeConformance(front, async () => {
    const { port, pipeline, channel } = await testChannel({ front });
    return { port, seen: pipeline.seen, close: () => channel.drain(0) };
  });
}
