/** Random secrets for cookies, links and tokens: shown or sent once, kept as a hash. */
import { createHash, createHmac, randomBytes } from 'node:crypto';

const BYTES = 32;
/** So that scanners of source code know one when it is committed by mistake. */
export const API_TOKEN_PREFIX = 'weir_';

export function newSecret(prefix = ''): { readonly secret: string; readonly hash: string } {
  const secret = prefix + randomBytes(BYTES).toString('base64url');
  return { secret, hash: secretHash(secret) };
}

/** 256 random bits need no slow hash. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Made of the session's own secret: nothing to store, and gone with it. */
export function csrfOf(sessionSecret: string): string {
  return createHmac('sha256', sessionSecret).update('weir csrf').digest('base64url');
}
