/** The review key and who has it (HC 27): every message's own key is wrapped for its public half, and opened with its private one. */
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SuiteName } from '../ports.js';
import { externalKeys } from './external-keys.js';
import type { KeyCommand } from './key-command.js';
import { readReviewKeys } from './review-key.js';
import { createOnce, readIfThere } from './secrets.js';
import type { Identity, Suite } from './suite.js';
import { isHeader, suiteNamed, suiteOf } from './suites.js';
import { VaultError } from './vault-error.js';

/** A message's key: `header` may lie open, `fileKey` must not outlive the sealing. */
export interface WrappedKey {
  readonly suite: Suite;
  readonly recipient: string;
  readonly fileKey: Uint8Array;
  /** What lies in `<id>.key`. */
  readonly header: Uint8Array;
}

/** Where keys are used, wherever they are kept: files here, or an external command behind the same calls. */
export interface KeyProvider {
  /** The public key messages are sealed for now. */
  current(): Promise<string>;
  /** False where messages can be sealed but not read. */
  readonly canOpen: boolean;
  /** A fresh key for one message, or the given one wrapped anew. */
  wrap(fileKey?: { readonly suite: Suite; readonly bytes: Uint8Array }): Promise<WrappedKey>;
  /** The key inside a header; VaultError KEY_ABSENT or KEY_WRONG when that cannot be. */
  unwrap(header: Uint8Array): Promise<{ readonly suite: Suite; readonly fileKey: Uint8Array; readonly recipient: string }>;
}

export interface KeysOptions {
  readonly keysDir: string;
  readonly custody: 'local' | 'supplied' | 'absent';
  /** For new keys; a key that is there has to be of this suite. */
  readonly suite?: SuiteName | undefined;
  /** Keeps the keys in our place, when `vault.keyCommand` names one. */
  readonly command?: KeyCommand | undefined;
  /** False where the folder is not ours to write. */
  readonly writePublic?: boolean;
  /** WEIR_REVIEW_KEY_FILE or WEIR_REVIEW_KEY, with WEIR_REVIEW_KEY_PASSPHRASE_FILE or WEIR_REVIEW_KEY_PASSPHRASE; outrank custody `local`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface OpenedKeys {
  readonly keys: KeyProvider;
  /** What the log says at each start. */
  readonly notes: readonly string[];
}

const LOCAL_NOTE =
  'The review key lies on this machine (review.key in the keys folder), so whoever can read that folder can read held messages. To keep it elsewhere, move the file and set vault.custody to "supplied" or "absent".';
const EXPOSED_NOTE = 'The review key file can be read by other users of this machine; make its mode 0600.';

export async function openKeys(options: KeysOptions): Promise<OpenedKeys> {
  const { keysDir, custody, suite: wanted } = options;
  if (options.command !== undefined) {
    const keys = await externalKeys(options.command, options.writePublic === false ? undefined : join(keysDir, 'review.pub'), custody !== 'absent');
    return { keys, notes: [] };
  }
  const paths = keyPaths(keysDir);
  const known = await knownRecipient(paths.public);
  if (known !== undefined && wanted !== undefined && suiteOf(known).name !== wanted) throw new VaultError('SUITE_MISMATCH');
  if (custody === 'absent') {
    if (known === undefined) throw new VaultError('RECIPIENT_MISSING');
    return { keys: provider(known, paths.public, undefined), notes: [] };
  }
  const source = await sourceOf(options, known !== undefined);
  const identities = await source.read();
  const recipient = known ?? identities[0]?.recipient;
  if (recipient === undefined || !identities.some((identity) => identity.recipient === recipient)) throw new VaultError('RECIPIENT_MISMATCH');
  if (wanted !== undefined && suiteOf(recipient).name !== wanted) throw new VaultError('SUITE_MISMATCH');
  if (known === undefined) await createOnce(paths.public, () => `${recipient}\n`, 0o644);
  const notes = [...(source.local ? [LOCAL_NOTE] : []), ...(source.path === undefined ? [] : await exposure(source.path))];
  return { keys: provider(recipient, paths.public, { identities, read: source.read }), notes };
}

export function keyPaths(keysDir: string): { readonly private: string; readonly public: string } {
  return { private: join(keysDir, 'review.key'), public: join(keysDir, 'review.pub') };
}

/** The key in review.pub, if it is there. */
export async function knownRecipient(path: string): Promise<string | undefined> {
  const line = (await readIfThere(path))?.toString('latin1').split('\n')[0]?.trim();
  if (line === undefined || line === '') return undefined;
  suiteOf(line);
  return line;
}

interface Source {
  readonly local: boolean;
  readonly path: string | undefined;
  readonly read: () => Promise<readonly Identity[]>;
}

async function sourceOf({ keysDir, custody, suite, env = {} }: KeysOptions, sealedBefore: boolean): Promise<Source> {
  const text = set(env['WEIR_REVIEW_KEY']);
  const file = set(env['WEIR_REVIEW_KEY_FILE']);
  if (file !== undefined) return { local: false, path: file, read: async () => readReviewKeys(await suppliedFile(file), await passphraseIn(env)) };
  if (text !== undefined) return { local: false, path: undefined, read: async () => readReviewKeys(Buffer.from(text), await passphraseIn(env)) };
  if (custody === 'supplied') throw new VaultError('KEY_FILE_MISSING');
  const path = keyPaths(keysDir).private;
  await createOnce(path, async () => {
    // A new key would leave everything sealed for the old one unreadable, without a word.
    if (sealedBefore) throw new VaultError('KEY_LOST');
    return await suiteNamed(suite ?? 'age-v1').generate();
  });
  return { local: true, path, read: async () => readReviewKeys(await suppliedFile(path), await passphraseIn(env)) };
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

async function suppliedFile(path: string): Promise<Buffer> {
  return await readFile(path).catch((thrown: unknown) => {
    throw new VaultError('KEY_FILE_UNREADABLE', { cause: thrown });
  });
}

export async function passphraseIn(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const file = set(env['WEIR_REVIEW_KEY_PASSPHRASE_FILE']);
  if (file === undefined) return set(env['WEIR_REVIEW_KEY_PASSPHRASE']);
  return (await suppliedFile(file)).toString('utf8').replace(/\r?\n$/, '');
}

async function exposure(path: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const { mode } = await stat(path);
  return (mode & 0o077) === 0 ? [] : [EXPOSED_NOTE];
}

/** Follows a rotation without a restart: the public half is looked at again for each message, the private one when a header is not for us. */
function provider(first: string, publicPath: string, opener: { identities: readonly Identity[]; readonly read: () => Promise<readonly Identity[]> } | undefined): KeyProvider {
  let recipient = first;
  const current = async (): Promise<string> => (recipient = (await knownRecipient(publicPath)) ?? recipient);
  const opened = async (header: Uint8Array, identities: readonly Identity[]): Promise<{ suite: Suite; fileKey: Uint8Array; recipient: string } | undefined> => {
    for (const identity of identities) {
      const suite = suiteNamed(identity.suite);
      const fileKey = suite.made(header) ? await identity.unwrap(header) : undefined;
      if (fileKey !== undefined) return { suite, fileKey, recipient: identity.recipient };
    }
    return undefined;
  };
  return {
    current,
    canOpen: opener !== undefined,
    async wrap(given) {
      const to = await current();
      const suite = suiteOf(to);
      // The cipher of a body that is sealed already stays what it is.
      if (given !== undefined && given.suite.name !== suite.name) throw new VaultError('SUITE_MISMATCH');
      const fileKey = given === undefined ? randomBytes(suite.keyBytes) : Uint8Array.from(given.bytes);
      return { suite, recipient: to, fileKey, header: await suite.wrap(fileKey, to) };
    },
    async unwrap(header) {
      if (opener === undefined) throw new VaultError('KEY_ABSENT');
      const found = await opened(header, opener.identities);
      if (found !== undefined) return found;
      opener.identities = await opener.read();
      const later = await opened(header, opener.identities);
      if (later !== undefined) return later;
      // Cut short, it may no longer tell whose it is.
      if (!isHeader(header)) throw new VaultError('VAULT_DAMAGED');
      throw new VaultError('KEY_WRONG');
    },
  };
}
