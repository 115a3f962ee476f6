/** No bytes, where some are asked for. */
import type { Spool } from '../../ports.js';

export const nothing = (): AsyncIterable<Uint8Array> => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) });
export const NO_BYTES: Pick<Spool, 'size' | 'stream'> = { size: 0, stream: nothing };
