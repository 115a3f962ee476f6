/** The conformance suite over the front in use. */
import { exchangeConformance } from './exchange-conformance.js';
import { testChannel } from './kit.js';

exchangeConformance('node:http', async () => {
  const { port, pipeline, channel } = await testChannel();
  return { port, seen: pipeline.seen, close: () => channel.drain(0) };
});
