/** Reads a review key as people supply it: age identities or SM2 keys in PEM, bare or behind a passphrase; the newest first, older ones behind it. */
import { createPrivateKey } from 'node:crypto';
import { armor, Decrypter } from 'age-encryption';
import { ageIdentity } from './age-v1.js';
import { smIdentity } from './gm-1.js';
import type { Identity } from './suite.js';
import { VaultError } from './vault-error.js';

const AGE_SECRET = /^AGE-SECRET-KEY-1[A-Z0-9]+$/gm;
const PEM = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----[^-]+-----END (?:ENCRYPTED )?PRIVATE KEY-----/g;
const AGE_FILE = 'age-encryption.org/v1\n';
const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----';
/** A review key is a few lines; a file far larger is something else, and not worth deriving a key for. */
export const KEY_FILE_MOST = 64 * 1024;

/** Throws KEY_FILE_INVALID, KEY_PASSPHRASE_MISSING or KEY_PASSPHRASE_WRONG. */
export async function readReviewKeys(content: Uint8Array, passphrase: string | undefined): Promise<readonly Identity[]> {
  if (content.length > KEY_FILE_MOST) throw new VaultError('KEY_FILE_INVALID');
  const text = (await opened(Buffer.from(content), passphrase)).toString('latin1').replaceAll('\r', '');
  const identities: Identity[] = [];
  try {
    for (const [secret] of text.matchAll(AGE_SECRET)) identities.push(await ageIdentity(secret));
    for (const [pem] of text.matchAll(PEM)) identities.push(smIdentity(createPrivateKey({ key: pem, ...(needsPassphrase(pem) ? { passphrase: given(passphrase) } : {}) })));
  } catch (thrown) {
    if (thrown instanceof VaultError) throw thrown;
    throw new VaultError(text.includes('ENCRYPTED') ? 'KEY_PASSPHRASE_WRONG' : 'KEY_FILE_INVALID', { cause: thrown });
  }
  if (identities.length === 0) throw new VaultError('KEY_FILE_INVALID');
  return identities;
}

/** Whether the key lies behind a passphrase. */
export function needsPassphrase(text: string): boolean {
  return text.startsWith(AGE_FILE) || text.includes(ARMORED) || text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----');
}

/** age seals a whole file behind a passphrase; PEM does so key by key. */
async function opened(content: Buffer, passphrase: string | undefined): Promise<Buffer> {
  const text = content.toString('latin1');
  if (!text.startsWith(AGE_FILE) && !text.includes(ARMORED)) return content;
  const decrypter = new Decrypter();
  decrypter.addPassphrase(given(passphrase));
  try {
    return Buffer.from(await decrypter.decrypt(text.includes(ARMORED) ? armor.decode(text) : content));
  } catch (thrown) {
    throw new VaultError('KEY_PASSPHRASE_WRONG', { cause: thrown });
  }
}

function given(passphrase: string | undefined): string {
  if (passphrase === undefined || passphrase === '') throw new VaultError('KEY_PASSPHRASE_MISSING');
  return passphrase;
}
