/** The request body as the sender of a connection pulls it: looked at before it is taken, so that a dead connection costs no byte. */
import { asWeirError } from '../../errors.js';

export interface BodySource {
  /** The next piece, or `undefined` at the end; the same one until it is taken. */
  peek(): Promise<Uint8Array | undefined>;
  take(): void;
  /** True once a piece was taken or the end was seen: from here on a second try would not send the same. */
  readonly touched: boolean;
  readonly ended: boolean;
  /** Tells the producer that nothing more will be pulled. */
  stop(): void;
}

export function bodySource(body: AsyncIterable<Uint8Array>): BodySource {
  const iterator = body[Symbol.asyncIterator]();
  let waiting: Promise<Uint8Array | undefined> | undefined;
  let taken = false;
  let ended = false;
  let stopped = false;

  const pull = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const result = await iterator.next().catch((thrown: unknown) => {
        throw asWeirError(thrown, 'internal');
      });
      if (result.done === true) {
        ended = true;
        return undefined;
      }
      // An empty piece would read as the end of a chunked body.
      if (result.value.length > 0) return result.value;
    }
  };

  return {
    peek: () => (waiting ??= pull()),
    take: () => {
      taken = true;
      waiting = undefined;
    },
    get touched() { return taken; },
    get ended() { return ended; },
    stop: () => {
      if (stopped || ended) return;
      stopped = true;
      // Whoever asked for the last piece hears of its failure; a producer's farewell has nobody left to tell.
      iterator.return?.().catch(() => undefined);
    },
  };
}
