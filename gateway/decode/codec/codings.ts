/** Reads a Content-Encoding and opens what it names. */
import type { Coding, Codings } from '../../ports.js';
import { bodyDecoder, type CodingName } from './decoder.js';
import { encoded, type Encoding } from './encoder.js';
import { CODEC_LIMITS, CODINGS_MOST, type CodecLimits } from './limits.js';

/** `x-gzip` is gzip by another name (RFC 9110 section 8.4.1.3). */
const NAMES: ReadonlyMap<string, CodingName> = new Map([['gzip', 'gzip'], ['x-gzip', 'gzip'], ['deflate', 'deflate'], ['br', 'br'], ['zstd', 'zstd'], ['aws-chunked', 'aws-chunked']]);

const isEncoding = (name: string): name is Encoding => name === 'gzip' || name === 'deflate' || name === 'br';

/** `undefined`: none, or one that nobody here reads. */
export function codingNames(contentEncoding: string | undefined): readonly CodingName[] | undefined {
  const declared = (contentEncoding ?? '').split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && name !== 'identity');
  if (declared.length === 0 || declared.length > CODINGS_MOST) return undefined;
  const names = declared.flatMap((name) => NAMES.get(name) ?? []);
  return names.length === declared.length ? names : undefined;
}

export function codings(limits: CodecLimits = CODEC_LIMITS): Codings {
  return {
    of: (contentEncoding) => {
      const names = codingNames(contentEncoding);
      return names === undefined ? undefined : codingOf(names, limits);
    },
  };
}

function codingOf(names: readonly CodingName[], limits: CodecLimits): Coding {
  return {
    names,
    decoder: () => bodyDecoder(names, limits),
    // Nothing here writes zstd, and nobody here can sign.
    leavesAs: (gzipTaken) => (names.includes('aws-chunked') ? undefined : names.every(isEncoding) ? names : gzipTaken ? ['gzip'] : []),
    encode: (as, plain) => encoded(as.filter(isEncoding), plain),
  };
}
