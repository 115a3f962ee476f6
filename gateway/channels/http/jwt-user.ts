/** Reads one claim of a token whose signature has been checked against the route's key; anything else about it is unknown. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../ports.js';

export interface JwtRule {
  readonly claim: string;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** The value of the claim, or undefined when the token does not verify. */
export type JwtReader = (token: string) => Promise<string | undefined>;

/** Allowed by kind of key, so that no token can have a public key taken for a shared secret. */
const SHARED = ['HS256', 'HS384', 'HS512'];
const PUBLIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** `key`: a JWK set or JWK (JSON), a PEM public key or certificate, or else the bytes of a shared secret. Throws when it is none of these. */
export function jwtReader(rule: JwtRule, key: string, clock: Clock): JwtReader {
  const { algorithms, verifier } = keyFor(key.trim());
  const options = {
    algorithms,
    ...(rule.issuer === undefined ? {} : { issuer: rule.issuer }),
    ...(rule.audience === undefined ? {} : { audience: rule.audience }),
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, verifier, { ...options, currentDate: new Date(clock.now()) });
      const value = payload[rule.claim];
      return typeof value === 'string' && value !== '' ? value : undefined;
    } catch {
      // A token that does not verify says nothing about its sender, and rules can match `unknown`.
      return undefined;
    }
  };
}

function keyFor(key: string): { readonly algorithms: string[]; readonly verifier: KeyObject | Uint8Array | JWTVerifyGetKey } {
  if (key.startsWith('{')) {
    const parsed = JSON.parse(key) as { readonly keys?: unknown };
    const set = (Array.isArray(parsed.keys) ? parsed : { keys: [parsed] }) as JSONWebKeySet;
    if (set.keys.some((one) => one.kty === 'oct')) throw new TypeError('a shared secret in a JWK set is not taken; give its bytes');
    return { algorithms: PUBLIC, verifier: createLocalJWKSet(set) };
  }
  if (key.startsWith('-----BEGIN')) return { algorithms: PUBLIC, verifier: createPublicKey(key) };
  return { algorithms: SHARED, verifier: new TextEncoder().encode(key) };
}
