/**
 * Suite `gm-1`: the Chinese national algorithms. SM4-CTR (GB/T 32907) with HMAC-SM3 (GB/T 32905, GB/T 15852.2), the message's key
 * wrapped by ephemeral SM2 key agreement and the KDF of GB/T 32918.4, 5.4.3. Built from published algorithms, not a certified module.
 */
import { createCipheriv, createECDH, createHmac, generateKeyPairSync, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { ChunkCipher } from './chunk-stream.js';
import type { Identity, Suite } from './suite.js';
import { VaultError } from './vault-error.js';

const KEY_BYTES = 32;
const SM4_KEY = 16;
const MAC_BYTES = 32;
const CURVE = 'SM2';
const FIRST_LINE = 'weir-gm-1\n';
const RECIPIENT = /^weir-sm2-[A-Za-z0-9_-]{87}$/;
/** Kept by an external module, which alone knows what the name stands for. */
export const EXTERNAL = /^weir-external-[A-Za-z0-9_-]{1,172}$/;
const PREFIX = 'weir-sm2-';
/** 1.2.156.10197.1.301 (GM/T 0006). */
const SM2_OID = Buffer.from('06082a811ccf5501822d', 'hex');
const VERSION_AND_SCALAR = Buffer.from('0201010420', 'hex');
const HEADER = /^weir-gm-1\n-> SM2 ([A-Za-z0-9_-]{87}) ([A-Za-z0-9_-]{87})\n([A-Za-z0-9_-]{86})\n--- ([A-Za-z0-9_-]{43})\n$/;

export const gm1: Suite = {
  name: 'gm-1',
  keyBytes: KEY_BYTES,
  made: (header) => Buffer.from(header).toString('latin1', 0, FIRST_LINE.length) === FIRST_LINE,
  isRecipient: (text) => RECIPIENT.test(text) || EXTERNAL.test(text),
  async wrap(fileKey, recipient) {
    const theirs = pointOf(recipient);
    const own = createECDH(CURVE);
    const ephemeral = own.generateKeys();
    let shared: Buffer;
    try {
      shared = own.computeSecret(theirs);
    } catch (thrown) {
      throw new VaultError('RECIPIENT_INVALID', { cause: thrown });
    }
    const wrapping = box(shared, ephemeral, theirs);
    const body = wrapping.seal(fileKey);
    wrapping.end();
    return Buffer.from(closeHeader(`${FIRST_LINE}-> SM2 ${text64(ephemeral)} ${text64(theirs)}\n${text64(body)}\n---`, fileKey));
  },
  chunks(fileKey, nonce): ChunkCipher {
    const keys = kdf([fileKey, nonce, Buffer.from('payload')], SM4_KEY + MAC_BYTES);
    const [cipherKey, macKey] = [keys.subarray(0, SM4_KEY), keys.subarray(SM4_KEY)];
    const tagOf = (index: number, last: boolean, sealed: Uint8Array): Buffer => createHmac('sm3', macKey).update(place(index, last)).update(sealed).digest();
    const turn = (index: number, bytes: Uint8Array): Buffer => sm4(cipherKey, counter(index), bytes);
    return {
      tag: MAC_BYTES,
      seal(index, last, plain) {
        const sealed = turn(index, plain);
        return Buffer.concat([sealed, tagOf(index, last, sealed)]);
      },
      open(index, last, sealed) {
        const end = sealed.length - MAC_BYTES;
        const content = sealed.subarray(0, end);
        if (!timingSafeEqual(tagOf(index, last, content), sealed.subarray(end))) throw new VaultError('VAULT_DAMAGED');
        return turn(index, content);
      },
      end: () => void keys.fill(0),
    };
  },
  async generate() {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
    return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  },
};

/** Throws when the key is not one on the SM2 curve. */
export function smIdentity(key: KeyObject): Identity {
  const own = createECDH(CURVE);
  own.setPrivateKey(scalarOf(key));
  const point = own.getPublicKey();
  const recipient = PREFIX + text64(point);
  return {
    suite: 'gm-1',
    recipient,
    async unwrap(header) {
      const text = Buffer.from(header).toString('latin1');
      const [, ephemeral, named, body] = HEADER.exec(text) ?? [];
      if (ephemeral === undefined || named === undefined || body === undefined) throw new VaultError('VAULT_DAMAGED');
      if (PREFIX + named !== recipient) return undefined;
      try {
        const sender = Buffer.from(ephemeral, 'base64url');
        const wrapping = box(own.computeSecret(sender), sender, point);
        const fileKey = wrapping.open(Buffer.from(body, 'base64url'));
        wrapping.end();
        const head = text.slice(0, text.lastIndexOf(' '));
        if (!timingSafeEqual(Buffer.from(closeHeader(head, fileKey)), Buffer.from(text))) throw new VaultError('VAULT_DAMAGED');
        return fileKey;
      } catch (thrown) {
        throw thrown instanceof VaultError ? thrown : new VaultError('VAULT_DAMAGED', { cause: thrown });
      }
    },
  };
}

/** The header with its own MAC behind it, under a key that only the message's key gives. */
export function closeHeader(head: string, fileKey: Uint8Array): string {
  const key = kdf([fileKey, Buffer.from('header')], MAC_BYTES);
  const mac = createHmac('sm3', key).update(head).digest();
  key.fill(0);
  return `${head} ${text64(mac)}\n`;
}

/** Encrypt-then-MAC under keys from one key agreement; each agreement is used once, so the counter may start at zero. */
function box(shared: Buffer, ephemeral: Uint8Array, recipient: Uint8Array): { seal(key: Uint8Array): Buffer; open(sealed: Uint8Array): Buffer; end(): void } {
  const keys = kdf([shared, ephemeral, recipient, Buffer.from('wrap')], SM4_KEY + MAC_BYTES);
  shared.fill(0);
  const turn = (bytes: Uint8Array): Buffer => sm4(keys.subarray(0, SM4_KEY), Buffer.alloc(16), bytes);
  const mac = (bytes: Uint8Array): Buffer => createHmac('sm3', keys.subarray(SM4_KEY)).update(bytes).digest();
  return {
    seal(key) {
      const sealed = turn(key);
      return Buffer.concat([sealed, mac(sealed)]);
    },
    open(sealed) {
      const content = sealed.subarray(0, KEY_BYTES);
      if (!timingSafeEqual(mac(content), sealed.subarray(KEY_BYTES))) throw new VaultError('VAULT_DAMAGED');
      return turn(content);
    },
    end: () => void keys.fill(0),
  };
}

/** In counter mode, sealing and opening are the same. `final` adds nothing, but makes the platform forget the key at once. */
function sm4(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Buffer {
  const cipher = createCipheriv('sm4-ctr', key, iv);
  const turned = cipher.update(bytes);
  cipher.final();
  return turned;
}

/** GB/T 32918.4, 5.4.3: SM3 over the secret and a counter, as often as bytes are needed. */
function kdf(parts: readonly Uint8Array[], length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let ct = 1; blocks.length * MAC_BYTES < length; ct++) {
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(ct);
    // In one call: a hash object keeps its result until it is collected as garbage, and this result is a key.
    const input = Buffer.concat([...parts, counted]);
    blocks.push(hash('sm3', input, 'buffer'));
    input.fill(0);
  }
  const key = Buffer.concat(blocks);
  for (const block of blocks) block.fill(0);
  return key.subarray(0, length);
}

/** A chunk has 4,096 blocks at most: the lower half of the counter never reaches the upper one. */
function counter(index: number): Buffer {
  const start = Buffer.alloc(16);
  start.writeBigUInt64BE(BigInt(index));
  return start;
}
function place(index: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(BigInt(index));
  bytes[8] = last ? 1 : 0;
  return bytes;
}

function pointOf(recipient: string): Buffer {
  const point = Buffer.from(recipient.slice(PREFIX.length), 'base64url');
  if (!RECIPIENT.test(recipient) || point.length !== 65 || point[0] !== 4) throw new VaultError('RECIPIENT_INVALID');
  return point;
}

/** The platform gives a parsed SM2 key as PKCS #8 only. In it, SEC 1's ECPrivateKey begins with version 1 and the scalar, always of 32 bytes. */
function scalarOf(key: KeyObject): Buffer {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const at = der.indexOf(VERSION_AND_SCALAR);
  const scalar = der.subarray(at + VERSION_AND_SCALAR.length, at + VERSION_AND_SCALAR.length + 32);
  if (at < 0 || scalar.length < 32 || !der.includes(SM2_OID)) throw new VaultError('KEY_FILE_INVALID');
  return scalar;
}

function text64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
