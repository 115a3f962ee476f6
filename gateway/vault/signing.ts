/** Vouches for audit checkpoints from outside the database: a signing key in the keys folder, or an external command (HC 28, 31). */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { SuiteName } from '../ports.js';
import type { KeyCommand } from './key-command.js';
import { createOnce, readIfThere } from './secrets.js';
import { VaultError } from './vault-error.js';

export interface Signature {
  /** First 16 hexadecimal digits of the SHA-256 of the public key's DER; `external` where only the command knows the key. */
  readonly key: string;
  /** base64 */
  readonly value: string;
}
export interface Signer {
  sign(text: string): Promise<Signature>;
}

/** 1.2.156.10197.1.301: keys on it sign as GB/T 32918.2 with SM3. */
const SM2_OID = Buffer.from('06082a811ccf5501822d', 'hex');
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

export function signingPaths(keysDir: string): { readonly private: string; readonly public: string } {
  return { private: join(keysDir, 'audit.key'), public: join(keysDir, 'audit.pub') };
}

/** Makes the key on first use; SM2 for suite gm-1, else Ed25519. With a command no key is made, and audit.pub is the operator's to put there. */
export async function checkpointSigner(keysDir: string, suite: SuiteName, command?: KeyCommand): Promise<Signer> {
  const paths = signingPaths(keysDir);
  if (command !== undefined) {
    const known = publicKeys((await readIfThere(paths.public))?.toString('latin1') ?? '')[0];
    return { sign: async (text) => ({ key: known === undefined ? 'external' : keyName(known), value: (await command.ask('sign', Buffer.from(text))).toString('base64') }) };
  }
  const { content } = await createOnce(paths.private, () => {
    const { privateKey } = suite === 'gm-1' ? generateKeyPairSync('ec', { namedCurve: 'SM2' }) : generateKeyPairSync('ed25519');
    return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  });
  const key = parsed(() => createPrivateKey(content.toString('latin1')));
  const open = parsed(() => createPublicKey(key));
  await createOnce(paths.public, () => String(open.export({ type: 'spki', format: 'pem' })), 0o644);
  return { sign: async (text) => ({ key: keyName(open), value: sign(digestOf(open), Buffer.from(text), key).toString('base64') }) };
}

export type SignatureCheck = (text: string, signature: Signature) => 'good' | 'bad' | 'unknown-key';

/** `pem` may hold several public keys, so that checkpoints from before a key was replaced can still be checked. */
export function signatureCheck(pem: string): SignatureCheck {
  const known = new Map(publicKeys(pem).map((key) => [keyName(key), key]));
  return (text, { key, value }) => {
    const open = known.get(key);
    if (open === undefined) return 'unknown-key';
    return verify(digestOf(open), Buffer.from(text), open, Buffer.from(value, 'base64')) ? 'good' : 'bad';
  };
}

function publicKeys(pem: string): readonly KeyObject[] {
  return [...pem.replaceAll('\r', '').matchAll(PEM)].map(([one]) => parsed(() => createPublicKey(one)));
}

function keyName(key: KeyObject): string {
  return createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 16);
}

function digestOf(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448') return undefined;
  return key.export({ type: 'spki', format: 'der' }).includes(SM2_OID) ? 'sm3' : 'sha256';
}

function parsed(parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch (thrown) {
    throw new VaultError('SECRET_DAMAGED', { cause: thrown });
  }
}
