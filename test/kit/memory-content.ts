/** The parts of the API about one message, over nothing: enough of each for tests of other topics. */
import type { ContentApiPorts } from '../../gateway/wiring/content.js';

export function memoryContent(up: () => void = () => undefined): ContentApiPorts {
  return {
    preview: undefined,
    facts: {
      async facts() {
        up();
        return { senderHistory: { held30d: 0, released30d: 0, rejected30d: 0 }, recipientFirstSeen: undefined, destinationFirstSeen: undefined };
      },
    },
    timeline: { timeline: async () => [] },
    openings: { open: async () => ({ kind: 'not-found' }), read: async () => undefined },
    exceptions: { propose: async () => ({ kind: 'not-found' }) },
    falsePositives: { marked: async () => [], repeated: async () => undefined, mark: async () => undefined },
    masksOnRelease: () => true,
  };
}
