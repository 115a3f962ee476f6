/** Makes, rotates and copies review key files; what is behind a passphrase stays behind it. */
import { createPrivateKey, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import type { SuiteName } from '../ports.js';
import { needsPassphrase, readReviewKeys } from './review-key.js';
import { suiteNamed } from './suites.js';
import { systemCode, VaultError } from './vault-error.js';
import { vaultFiles } from './vault-files.js';

/** A new key as the text of its file, with its public half. */
export async function newKey(suite: SuiteName, passphrase: string | undefined): Promise<{ readonly text: string; readonly recipient: string }> {
  const text = await suiteNamed(suite).generate();
  const [identity] = await readReviewKeys(Buffer.from(text), undefined);
  if (identity === undefined) throw new VaultError('KEY_FILE_INVALID');
  return { text: passphrase === undefined ? text : await behind(text, passphrase), recipient: identity.recipient };
}

/** The file's text with a new key in front of those it has. */
export async function withNewKey(path: string, suite: SuiteName, passphrase: string | undefined): Promise<{ readonly text: string; readonly recipient: string }> {
  const content = await readFile(path).catch((thrown: unknown) => {
    throw new VaultError('KEY_FILE_UNREADABLE', { cause: thrown });
  });
  // Reads it first: a file that does not open must not be written over.
  await readReviewKeys(content, passphrase);
  const protectedBefore = needsPassphrase(content.toString('latin1'));
  const { text, recipient } = await newKey(suite, undefined);
  const all = `${text}\n${await bare(content, passphrase)}`;
  return { text: protectedBefore && passphrase !== undefined ? await behind(all, passphrase) : all, recipient };
}

/** A copy for the safe: readable only with the passphrase, or by whoever has the private half of an age recipient. */
export async function escrowCopy(content: Uint8Array, own: string | undefined, to: { readonly passphrase: string } | { readonly recipient: string }): Promise<string> {
  await readReviewKeys(content, own);
  const encrypter = new Encrypter();
  if ('passphrase' in to) encrypter.setPassphrase(to.passphrase);
  else encrypter.addRecipient(to.recipient);
  return armor.encode(await encrypter.encrypt(await bare(Buffer.from(content), own)));
}

/** Never half a key file: the old one is there until the new one is whole on the disk. */
export async function writeKeyFile(path: string, text: string, mode: number, replace: boolean): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(replace ? temporary : path, 'wx', mode).catch((thrown: unknown) => {
    throw systemCode(thrown) === 'EEXIST' ? new VaultError('KEY_FILE_EXISTS', { cause: thrown }) : thrown;
  });
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  if (replace) {
    try {
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }
  await vaultFiles.syncFolder(dirname(path));
}

async function bare(content: Buffer, passphrase: string | undefined): Promise<string> {
  const text = content.toString('latin1');
  if (!needsPassphrase(text)) return text;
  if (passphrase === undefined) throw new VaultError('KEY_PASSPHRASE_MISSING');
  if (text.includes('PRIVATE KEY-----')) {
    return text.replace(/-----BEGIN ENCRYPTED PRIVATE KEY-----[^-]+-----END ENCRYPTED PRIVATE KEY-----/g, (pem) =>
      String(createPrivateKey({ key: pem, passphrase }).export({ type: 'pkcs8', format: 'pem' })).trimEnd(),
    );
  }
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return await decrypter.decrypt(text.startsWith('-----') ? armor.decode(text) : content, 'text');
}

/** One form for every suite: an age file behind a passphrase, which the stock command opens too. */
async function behind(text: string, passphrase: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return armor.encode(await encrypter.encrypt(text));
}
