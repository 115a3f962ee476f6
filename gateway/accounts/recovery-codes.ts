/** Codes for the day the phone is lost: each works once, only hashes are kept. */
import { createHash, randomBytes } from 'node:crypto';

const CODES = 10;
/** 80 bits: beyond guessing, also by whoever has the hashes. */
const LETTERS = 16;
/** Without letters that are taken for one another (Crockford's base 32). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export function newRecoveryCodes(): { readonly codes: readonly string[]; readonly hashes: readonly string[] } {
  const codes = Array.from({ length: CODES }, () => {
    const letters = Array.from(randomBytes(LETTERS), (byte) => ALPHABET[byte & 31] ?? '0');
    return letters.join('').replace(/(.{4})(?=.)/g, '$1-');
  });
  return { codes, hashes: codes.map(recoveryHash) };
}

export function recoveryHash(code: string): string {
  const letters = code.toLowerCase().replace(/[^a-z0-9]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return createHash('sha256').update(letters).digest('hex');
}
