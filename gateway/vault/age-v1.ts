/** Suite `age-v1`: the format of the age command (X25519, HKDF-SHA-256, ChaCha20-Poly1305), so that the stock program opens a held message. */
import {
  createCipheriv, createDecipheriv, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject,
} from 'node:crypto';
import { bech32 } from '@scure/base';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { ChunkCipher } from './chunk-stream.js';
import type { Identity, Suite } from './suite.js';
import { VaultError } from './vault-error.js';

// All of this is fixed by the age format (age-encryption.org/v1).
const TAG = 16;
const KEY_BYTES = 16;
const CIPHER = 'chacha20-poly1305';
const FIRST_LINE = 'age-encryption.org/v1\n';
const RECIPIENT = /^age1[a-z0-9]{58}$/;
/** The header is all there is: with more behind it, the stock command would read another file than we do. */
const WHOLE_HEADER = /^age-encryption\.org\/v1\n[\s\S]*\n--- [A-Za-z0-9+/]{43}\n$/;
/** `age1` and 52 characters of key. */
const BECH32_MOST = 90;

export const ageV1: Suite = {
  name: 'age-v1',
  keyBytes: KEY_BYTES,
  made: (header) => Buffer.from(header).toString('latin1', 0, FIRST_LINE.length) === FIRST_LINE,
  isRecipient: (text) => RECIPIENT.test(text),
  async wrap(fileKey, recipient) {
    const theirs = publicKeyOf(recipient);
    const own = generateKeyPairSync('x25519');
    const [ephemeral, static_] = [rawPublic(own.publicKey), rawPublic(theirs)];
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey: theirs });
    const key = hkdf(shared, Buffer.concat([ephemeral, static_]), 'age-encryption.org/v1/X25519');
    const cipher = createCipheriv(CIPHER, key, Buffer.alloc(12), { authTagLength: TAG });
    const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
    shared.fill(0);
    key.fill(0);
    const head = `${FIRST_LINE}-> X25519 ${unpadded(ephemeral)}\n${unpadded(body)}\n---`;
    const macKey = hkdf(fileKey, Buffer.alloc(32), 'header');
    const mac = createHmac('sha256', macKey).update(head).digest();
    macKey.fill(0);
    return Buffer.from(`${head} ${unpadded(mac)}\n`);
  },
  chunks(fileKey, nonce): ChunkCipher {
    const key = hkdf(fileKey, nonce, 'payload');
    return {
      tag: TAG,
      seal(index, last, plain) {
        const cipher = createCipheriv(CIPHER, key, chunkNonce(index, last), { authTagLength: TAG });
        return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      },
      open(index, last, sealed) {
        const end = sealed.length - TAG;
        const decipher = createDecipheriv(CIPHER, key, chunkNonce(index, last), { authTagLength: TAG });
        decipher.setAuthTag(sealed.subarray(end));
        return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
      },
      end: () => void key.fill(0),
    };
  },
  async generate() {
    const identity = await generateX25519Identity();
    return `# Weir's review key: opens held messages (age -d -i THIS_FILE)\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
  },
};

/** `secret` is a line AGE-SECRET-KEY-1…; throws when it is not a key. */
export async function ageIdentity(secret: string): Promise<Identity> {
  const recipient = await identityToRecipient(secret);
  return {
    suite: 'age-v1',
    recipient,
    async unwrap(header) {
      if (!WHOLE_HEADER.test(Buffer.from(header).toString('latin1'))) throw new VaultError('VAULT_DAMAGED');
      const decrypter = new Decrypter();
      decrypter.addIdentity(secret);
      try {
        return await decrypter.decryptHeader(header);
      } catch (thrown) {
        if (String((thrown as { readonly message?: unknown } | null)?.message).startsWith('no identity matched')) return undefined;
        throw new VaultError('VAULT_DAMAGED', { cause: thrown });
      }
    },
  };
}

/** RFC 5869 with SHA-256 and one block. The platform's own keeps a copy of the secret until it is collected as garbage: a gateway's memory would open what it sealed. */
function hkdf(secret: Uint8Array, salt: Uint8Array, info: string): Buffer {
  const extracted = createHmac('sha256', salt).update(secret).digest();
  const key = createHmac('sha256', extracted).update(info).update(Buffer.from([1])).digest();
  extracted.fill(0);
  return key;
}

/** Counts chunks and marks the last one. */
function chunkNonce(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 3);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function publicKeyOf(recipient: string): KeyObject {
  try {
    const { prefix, bytes } = bech32.decodeToBytes(recipient);
    if (prefix !== 'age' || bytes.length !== 32 || recipient.length > BECH32_MOST) throw new RangeError('not an X25519 recipient');
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(bytes).toString('base64url') } });
  } catch (thrown) {
    throw new VaultError('RECIPIENT_INVALID', { cause: thrown });
  }
}

function rawPublic(key: KeyObject): Buffer {
  const { x = '' } = key.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
