/** The keys of a backup: sealing for the review key's public half, opening with its private one, and copies kept apart. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/schema.js';
import { BackupFailed } from '../backup/backup-failed.js';
import type { Sealed } from '../backup/make-backup.js';
import type { CheckSignature, Manifest, Sign } from '../backup/manifest.js';
import type { ObjectStore } from '../ports.js';
import { NONCE, streamOpener, streamSealer } from '../vault/chunk-stream.js';
import { keyCommand, type KeyCommand } from '../vault/key-command.js';
import { keyPaths, openKeys, type KeyProvider, type WrappedKey } from '../vault/keys.js';
import { createOnce, readIfThere } from '../vault/secrets.js';
import { checkpointSigner, signatureCheck, signingPaths } from '../vault/signing.js';
import { suiteOf } from '../vault/suites.js';
import { CommandFailed } from './outcome.js';
import { fill } from './words.js';
import type { backupWords } from './words-backup.js';

/** Of a whole installation; the embedded database's password belongs to one data folder and is made anew. */
const FILES = ['review.key', 'review.pub', 'audit.key', 'audit.pub', 'fingerprint', 'accounts'] as const;
const PUBLIC = new Set(['review.pub', 'audit.pub']);
/** Chunks fetched with one read. */
const READ_AHEAD = 16;

type Env = NodeJS.ProcessEnv;

function commandOf(config: Pick<Config, 'vault'>, env: Env): KeyCommand | undefined {
  return config.vault.keyCommand === undefined ? undefined : keyCommand(config.vault.keyCommand, env);
}

/** Seals for the given public key, else for the review key; needs no private half. */
export async function sealer(keysDir: string, config: Pick<Config, 'vault'>, env: Env, recipient: string | undefined): Promise<(text: AsyncIterable<Uint8Array>) => Promise<Sealed>> {
  const provider = recipient === undefined ? (await openKeys({ keysDir, custody: 'absent', command: commandOf(config, env), writePublic: false, env: {} })).keys : undefined;
  return async (text) => {
    const wrapped = provider === undefined ? await wrapFor(recipient ?? '') : await provider.wrap();
    return { suite: wrapped.suite.name, recipient: wrapped.recipient, headerBytes: wrapped.header.length, bytes: sealedBytes(wrapped, text) };
  };
}

async function wrapFor(recipient: string): Promise<WrappedKey> {
  const suite = suiteOf(recipient);
  const fileKey = randomBytes(suite.keyBytes);
  return { suite, recipient, fileKey, header: await suite.wrap(fileKey, recipient) };
}

/** Header and payload in one: in suite age-v1 a file that the stock command opens. */
async function* sealedBytes({ suite, fileKey, header }: WrappedKey, text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const nonce = randomBytes(NONCE);
  const sealing = streamSealer(suite.chunks(fileKey, nonce));
  fileKey.fill(0);
  yield header;
  yield nonce;
  for await (const piece of text) yield* sealing.push(piece);
  yield sealing.end();
}

/** Undefined where the review key is not. */
export async function opener(target: Pick<ObjectStore, 'read'>, keysDir: string, config: Pick<Config, 'vault'>, env: Env, keyFile: string | undefined): Promise<((manifest: Manifest) => Promise<AsyncIterable<Uint8Array>>) | undefined> {
  const command = commandOf(config, env);
  const file = keyFile ?? (existsSync(keyPaths(keysDir).private) ? keyPaths(keysDir).private : env['WEIR_REVIEW_KEY_FILE']);
  const supplied = [file, env['WEIR_REVIEW_KEY']].some((one) => one !== undefined && one !== '');
  if (command === undefined && !supplied) return undefined;
  const { keys } = await openKeys({ keysDir, custody: 'supplied', command, writePublic: false, env: { ...env, WEIR_REVIEW_KEY_FILE: file } });
  return (manifest) => openedText(target, keys, manifest);
}

async function openedText(target: Pick<ObjectStore, 'read'>, keys: KeyProvider, { ledger: { name, bytes, headerBytes } }: Manifest): Promise<AsyncIterable<Uint8Array>> {
  if (bytes < headerBytes + NONCE) throw new BackupFailed('damaged-ledger', name);
  const { suite, fileKey } = await keys.unwrap(await target.read(name, 0, headerBytes));
  try {
    const start = headerBytes + NONCE;
    const payload = await streamOpener(
      suite.chunks(fileKey, await target.read(name, headerBytes, NONCE)),
      bytes - start,
      async (position, length) => Buffer.from(await target.read(name, start + position, length)),
      READ_AHEAD,
    );
    return payload.range(0, payload.size);
  } finally {
    fileKey.fill(0);
  }
}

export async function signer(keysDir: string, config: Pick<Config, 'vault'>, env: Env): Promise<Sign> {
  const known = await readIfThere(keyPaths(keysDir).public);
  const suite = config.vault.suite ?? (known === undefined ? 'age-v1' : suiteOf(known.toString('latin1').split('\n')[0]?.trim() ?? '').name);
  const signing = await checkpointSigner(keysDir, suite, commandOf(config, env));
  return (text) => signing.sign(text);
}

/** By audit.pub, which may hold older keys too; undefined when there is none. */
export async function checker(keysDir: string): Promise<CheckSignature | undefined> {
  const pem = await readIfThere(signingPaths(keysDir).public);
  return pem === undefined ? undefined : signatureCheck(pem.toString('latin1'));
}

/** Copies the keys; one that has changed since keeps its older copy beside it, since older backups may need it. */
export async function keepKeys(keysDir: string, to: string, snapshot: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of FILES) {
    const content = await readIfThere(join(keysDir, name));
    if (content === undefined) continue;
    const path = join(to, name);
    const before = await readIfThere(path);
    if (before?.equals(content) === true) continue;
    if (before !== undefined) await rename(path, `${path}.before-${snapshot}`);
    await createOnce(path, () => content, PUBLIC.has(name) ? 0o644 : 0o600);
  }
}

/** Throws when a key is there already and is another one. */
export async function requireFree(from: string, keysDir: string, words: ReturnType<typeof backupWords>): Promise<void> {
  if (resolve(from) === resolve(keysDir)) return;
  for (const name of FILES) {
    const [wanted, there] = [await readIfThere(join(from, name)), await readIfThere(join(keysDir, name))];
    if (wanted !== undefined && there !== undefined && !there.equals(wanted)) throw new CommandFailed(fill(words.keysDiffer, { path: keysDir, name, from }));
  }
}

export async function placeKeys(from: string, keysDir: string): Promise<void> {
  if (resolve(from) === resolve(keysDir)) return;
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  for (const name of FILES) {
    const content = await readIfThere(join(from, name));
    if (content === undefined) continue;
    const { created } = await createOnce(join(keysDir, name), () => content, PUBLIC.has(name) ? 0o644 : 0o600);
    if (created) await chmod(join(keysDir, name), PUBLIC.has(name) ? 0o644 : 0o600);
  }
}
