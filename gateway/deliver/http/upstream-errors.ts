/** What went wrong on the way to an upstream, told by code: the system's and the parser's words stay in `cause`. */
import { WeirError } from '../../errors.js';

/** Thrown at start for a route that could never be delivered; its message names the route and a code. */
export class UpstreamConfigError extends Error {
  override readonly name = 'UpstreamConfigError';
  constructor(readonly route: string, problem: string, options?: { readonly cause?: unknown }) {
    super(`Route "${route}": ${problem}`, options);
  }
}

export function codeOf(thrown: unknown): string {
  // Not `instanceof Error`: errors of Node itself are of another realm where modules run in a context of their own.
  const code: unknown = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Before the connection stands every failure means `unreachable`; afterwards the code tells. */
export function upstreamError(thrown: unknown, connected: boolean): WeirError {
  if (thrown instanceof WeirError) return thrown;
  const code = codeOf(thrown);
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_UNESCAPED_CHARACTERS' || code.startsWith('ERR_INVALID_HTTP')) {
    return new WeirError('bad-request', { cause: thrown });
  }
  if (code.startsWith('HPE_')) return new WeirError('upstream-invalid', { cause: thrown });
  if (!connected || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return new WeirError('upstream-unreachable', { cause: thrown });
  if (code === 'ETIMEDOUT') return new WeirError('upstream-timeout', { cause: thrown });
  return new WeirError('upstream-reset', { cause: thrown });
}

/** How a connection ends that its server has closed already when we start to write on it. */
export function isReset(thrown: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(thrown));
}
