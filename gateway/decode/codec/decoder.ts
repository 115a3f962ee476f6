/** A body's codings undone one after the other, counted against the limits; what goes wrong is a problem, never thrown. */
import type { BodyDecoder, CodingProblem } from '../../ports.js';
import { unframed } from './aws-chunked.js';
import { CodecError } from './codec-error.js';
import { inflate, unbrotli } from './deflate.js';
import { gunzip } from './gzip.js';
import { RATIO_FREE, type CodecLimits } from './limits.js';
import { chained, type Stage } from './stage.js';
import { unzstd } from './zstd.js';

export type CodingName = 'gzip' | 'deflate' | 'br' | 'zstd' | 'aws-chunked';

function stageOf(name: CodingName, texts: (bytes: Uint8Array) => void): Stage {
  switch (name) {
    case 'gzip': return gunzip(texts);
    case 'deflate': return inflate();
    case 'br': return unbrotli();
    case 'zstd': return unzstd();
    case 'aws-chunked': return unframed(texts);
  }
}

/** Distinct texts that are kept: a member's name repeats in the next one, and what differs in each of many is refused. */
const TEXTS_MOST = 64;

/** `names` in the order in which they were applied. */
export function bodyDecoder(names: readonly CodingName[], limits: CodecLimits): BodyDecoder {
  const texts = new Set<string>();
  const note = (bytes: Uint8Array): void => {
    texts.add(textOf(bytes));
    if (texts.size > TEXTS_MOST) throw new CodecError('malformed', 'texts-beside');
  };
  const [first, ...inner] = names.toReversed().map((name) => stageOf(name, note));
  if (first === undefined) throw new RangeError('no coding to undo');
  const stage = inner.reduce(chained, first);
  let problem: CodingProblem | undefined;
  let taken = 0;
  let given = 0;

  async function* read(pieces: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const piece of pieces) {
        given += piece.length;
        if (given > limits.bytes) throw new CodecError('too-large', 'decoded-size');
        if (given > Math.max(RATIO_FREE, taken * limits.ratio)) throw new CodecError('too-large', 'decoded-ratio');
        yield piece;
      }
    } catch (thrown) {
      problem = thrown instanceof CodecError ? { reason: thrown.reason, detail: thrown.detail } : { reason: 'failed', detail: 'decoder' };
      stage.close();
    }
  }
  return {
    async *write(bytes) {
      if (problem !== undefined || bytes.length === 0) return;
      taken += bytes.length;
      yield* read(stage.write(bytes));
    },
    async *end() {
      // A body without a byte is empty, whatever it says of its coding.
      if (problem === undefined && taken > 0) yield* read(stage.end());
    },
    get problem() {
      return problem;
    },
    get texts() {
      return [...texts];
    },
    close: () => stage.close(),
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
