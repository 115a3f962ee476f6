/** A process that opens files: what the pool starts, never started by hand. It has no path, no key on its command line, and ends with the process that started it. */
import type { RegistryOptions } from '../../detectors/registry.js';
import { rewrapped } from '../body/rewrap.js';
import { rewriter } from '../body/rewriter.js';
import { childHost } from '../decode/extract/child-host.js';
import type { ToChild } from '../decode/extract/child-protocol.js';
import { isOutOfMemory } from '../decode/extract/contract.js';
import { extractorFor } from '../decode/extract/registry.js';
import { namesIn } from '../decode/split/file-names.js';
import { leafOf, textInspectors } from '../engine.js';
import { causeCode } from '../errors.js';
import { lookMaker } from '../preview/look.js';

/** As a shell says it of a process that was ended for its memory. */
const OUT_OF_MEMORY = 137;

/** Both come to every process of a terminal or a service; the process above says what becomes of this one. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit(0));
// Nothing of what a library prints may reach a terminal or a log: it may quote content.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, (thrown: unknown) => process.exit(isOutOfMemory(thrown) ? OUT_OF_MEMORY : 1));

const take = childHost({
  send: (message) => void process.send?.(message, () => undefined),
  // Checked when the configuration was read, and given by the process that read it.
  build: ({ detectors, fingerprintKey }) => {
    const leaf = leafOf(detectors as RegistryOptions, fingerprintKey);
    const failed = (thrown: unknown): void => void process.send?.({ kind: 'threw', code: causeCode(thrown) }, () => undefined);
    return { leaf, rewriter, rewrapped, extractorFor, look: lookMaker(textInspectors(leaf, failed), namesIn) };
  },
  codeOf: causeCode,
});
process.on('message', (message) => take(message as ToChild));
