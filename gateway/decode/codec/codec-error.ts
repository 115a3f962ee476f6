/** Thrown inside a chain of decoders where bytes cannot be read on; never leaves it but as a problem. */
import type { CodingProblem, UnscannableReason } from '../../ports.js';

export class CodecError extends Error implements CodingProblem {
  override readonly name = 'CodecError';
  constructor(
    readonly reason: UnscannableReason,
    readonly detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}
