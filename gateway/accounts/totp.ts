/** The second factor: six digits that change every 30 seconds (RFC 6238), as every authenticator app makes them. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** 160 bits, the length of the HMAC behind it. */
const SECRET_BYTES = 20;
const PERIOD_S = 30;
/** A phone's clock may be off by one step either way. */
const WINDOW = 1;

export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** For typing in by hand, and for the picture. */
export function totpLabels(secret: Buffer, account: string, issuer: string): { readonly secret: string; readonly uri: string } {
  const totp = generator(secret, account, issuer);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The step whose code this is; undefined when it is none of now, just before or just after, or one that was used (a step is used once). */
export function totpStep(secret: Buffer, code: string, now: number, lastUsed: number): number | undefined {
  const digits = code.replace(/[\s-]/g, '');
  if (!/^\d{6}$/.test(digits)) return undefined;
  const drift = generator(secret, '', '').validate({ token: digits, timestamp: now, window: WINDOW });
  if (drift === null) return undefined;
  const step = Math.floor(now / 1000 / PERIOD_S) + drift;
  return step > lastUsed ? step : undefined;
}

function generator(secret: Buffer, label: string, issuer: string): TOTP {
  return new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: PERIOD_S, secret: new Secret({ buffer: Uint8Array.from(secret).buffer }) });
}
