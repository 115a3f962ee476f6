/** One coding undone, piece by piece; stages stand one behind the other. */
import { CodecError } from './codec-error.js';

export interface Stage {
  /** Throws CodecError where the bytes cannot be what they claim to be. */
  write(bytes: Uint8Array): AsyncGenerator<Uint8Array, void>;
  /** Throws CodecError where more had to come. */
  end(): AsyncGenerator<Uint8Array, void>;
  close(): void;
}

/** What `outer` yields is what `inner` reads. */
export function chained(outer: Stage, inner: Stage): Stage {
  return {
    async *write(bytes) {
      for await (const piece of outer.write(bytes)) yield* inner.write(piece);
    },
    async *end() {
      for await (const piece of outer.end()) yield* inner.write(piece);
      yield* inner.end();
    },
    close() {
      outer.close();
      inner.close();
    },
  };
}

export const malformed = (detail: string, cause?: unknown): CodecError => new CodecError('malformed', detail, cause === undefined ? {} : { cause });

/** What a stage has left at its end where all was handed on before. */
export const NOTHING_LEFT: readonly Uint8Array[] = [];
