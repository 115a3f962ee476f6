/** The review key and who has it (HC 27): every message's own key is wrapped for its public half, and opened with its private one. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { createOnce, readIfThere } from './secrets.js';
import { VaultError } from './vault-error.js';

/** A message's key: `header` may lie open, `fileKey` must not outlive the sealing. */
export interface WrappedKey {
  readonly fileKey: Uint8Array;
  /** A complete age header; with a nonce and a payload behind it, an age file. */
  readonly header: Uint8Array;
}

/** Where keys are used, wherever they are kept: files now, an external command or module behind the same calls. */
export interface KeyProvider {
  /** The public key messages are sealed for. */
  readonly recipient: string;
  /** False where messages can be sealed but not read. */
  readonly canOpen: boolean;
  /** A fresh key for one message. */
  wrap(): Promise<WrappedKey>;
  /** The key inside a header; VaultError KEY_ABSENT or KEY_WRONG when that cannot be. */
  unwrap(header: Uint8Array): Promise<Uint8Array>;
}

export interface KeysOptions {
  /** `$WEIR_DATA`; keys lie in its folder `keys`. */
  readonly dataDir: string;
  readonly custody: 'local' | 'supplied' | 'absent';
  /** `$WEIR_REVIEW_KEY_FILE`: an age identity file, as `age-keygen` writes it. Outranks custody `local`. */
  readonly reviewKeyFile?: string | undefined;
}

export interface OpenedKeys {
  readonly keys: KeyProvider;
  /** What the log says at each start. */
  readonly notes: readonly string[];
}

const LOCAL_NOTE =
  'The review key lies on this machine (keys/review.key), so whoever has the data folder can read held messages. To keep it elsewhere, move the file and set vault.custody to "supplied" or "absent".';
const IDENTITY = /^AGE-SECRET-KEY-1[A-Z0-9]+$/m;
const RECIPIENT = /^age1[a-z0-9]+$/m;
/** An empty payload: a nonce and one tag. */
const EMPTY_PAYLOAD = 32;

export async function openKeys({ dataDir, custody, reviewKeyFile }: KeysOptions): Promise<OpenedKeys> {
  const publicPath = join(dataDir, 'keys', 'review.pub');
  const known = RECIPIENT.exec((await readIfThere(publicPath))?.toString('latin1') ?? '')?.[0];
  if (custody === 'absent') {
    if (known === undefined) throw new VaultError('RECIPIENT_MISSING');
    return { keys: provider(known, undefined), notes: [] };
  }
  const supplied = reviewKeyFile !== undefined && reviewKeyFile !== '';
  if (custody === 'supplied' && !supplied) throw new VaultError('KEY_FILE_MISSING');
  const path = supplied ? reviewKeyFile : join(dataDir, 'keys', 'review.key');
  const identity = supplied ? await suppliedIdentity(path) : await localIdentity(path, known !== undefined);
  const recipient = await identityToRecipient(identity).catch((thrown: unknown) => {
    throw new VaultError('KEY_FILE_INVALID', { cause: thrown });
  });
  if (known !== undefined && known !== recipient) throw new VaultError('RECIPIENT_MISMATCH');
  if (known === undefined) await createOnce(publicPath, () => `${recipient}\n`, 0o644);
  return { keys: provider(recipient, identity), notes: [...(supplied ? [] : [LOCAL_NOTE]), ...(await exposure(path))] };
}

async function suppliedIdentity(path: string): Promise<string> {
  const content = await readFile(path, 'latin1').catch((thrown: unknown) => {
    throw new VaultError('KEY_FILE_UNREADABLE', { cause: thrown });
  });
  return identityIn(content);
}

async function localIdentity(path: string, sealedBefore: boolean): Promise<string> {
  const { content } = await createOnce(path, async () => {
    // A new key would leave everything sealed for the old one unreadable, without a word.
    if (sealedBefore) throw new VaultError('KEY_LOST');
    const identity = await generateX25519Identity();
    return `# Weir's review key: opens held messages (age -d -i THIS_FILE)\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
  });
  return identityIn(content.toString('latin1'));
}

function identityIn(content: string): string {
  const identity = IDENTITY.exec(content.replaceAll('\r', ''))?.[0];
  if (identity === undefined) throw new VaultError('KEY_FILE_INVALID');
  return identity;
}

async function exposure(path: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const { mode } = await stat(path);
  return (mode & 0o077) === 0
    ? []
    : ['The review key file can be read by other users of this machine; make its mode 0600.'];
}

function provider(recipient: string, identity: string | undefined): KeyProvider {
  return {
    recipient,
    canOpen: identity !== undefined,
    async wrap() {
      let fileKey: Uint8Array | undefined;
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      // Adds no stanza; it is how the library lets us learn the key, so that the payload can be sealed by OpenSSL.
      encrypter.addRecipient({
        wrapFileKey: (key) => {
          fileKey = Uint8Array.from(key);
          return [];
        },
      });
      const empty = await encrypter.encrypt('');
      if (fileKey === undefined) throw new VaultError('KEY_WRONG');
      return { fileKey, header: empty.subarray(0, empty.length - EMPTY_PAYLOAD) };
    },
    async unwrap(header) {
      if (identity === undefined) throw new VaultError('KEY_ABSENT');
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      try {
        return await decrypter.decryptHeader(header);
      } catch (thrown) {
        const wrong = String((thrown as { readonly message?: unknown } | null)?.message).startsWith(
          'no identity matched',
        );
        throw new VaultError(wrong ? 'KEY_WRONG' : 'VAULT_DAMAGED', { cause: thrown });
      }
    },
  };
}
