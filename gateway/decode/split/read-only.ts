/** What is read but may not be changed: signed parts, and second readings of bytes that another reader writes. */
import type { PartSink } from '../../ports.js';

const ignore = (): void => undefined;

export function readOnly(sink: PartSink): PartSink {
  return {
    masks: () => false,
    edit: ignore,
    found: (finding) => {
      sink.found({ ...finding, maskable: false });
    },
    child: (range) => {
      sink.child({ ...range, replaceable: false });
    },
  };
}
