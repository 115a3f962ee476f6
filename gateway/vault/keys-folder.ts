/** The folder that holds a Weir's keys: `keys` in the data folder, made at the first start, or one that a whole fleet shares and nobody writes. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { SuiteName } from '../ports.js';
import { writeKeyFile, newKey } from './key-file.js';
import { keyPaths, knownRecipient, type KeysOptions } from './keys.js';
import { createOnce, readIfThere, secretKey } from './secrets.js';
import { checkpointSigner } from './signing.js';
import { suiteOf } from './suites.js';
import { systemCode, VaultError } from './vault-error.js';

export interface KeysFolder {
  readonly dir: string;
  /** Named by WEIR_KEYS: it has to be complete, and nothing is made in it. */
  readonly given: boolean;
}

export function keysFolder(env: Readonly<Record<string, string | undefined>>, dataDir: string): KeysFolder {
  const named = env['WEIR_KEYS'];
  return named === undefined || named === '' ? { dir: join(dataDir, 'keys'), given: false } : { dir: named, given: true };
}

/** Of a whole fleet; the embedded database's password is not among them, it belongs to one data folder. */
const OF_A_FLEET = ['review.key', 'review.pub', 'audit.key', 'audit.pub', 'fingerprint', 'accounts'] as const;
type KeyName = (typeof OF_A_FLEET)[number];
const MODE: Readonly<Record<KeyName, number>> = { 'review.key': 0o600, 'review.pub': 0o644, 'audit.key': 0o600, 'audit.pub': 0o644, fingerprint: 0o600, accounts: 0o600 };

/** Throws KEYS_INCOMPLETE with the names of what this process would need. */
export async function requireKeys(folder: KeysFolder, { custody, command, env = {} }: Pick<KeysOptions, 'custody' | 'command' | 'env'>): Promise<void> {
  if (!folder.given) return;
  const supplied = custody !== 'local' || [env['WEIR_REVIEW_KEY_FILE'], env['WEIR_REVIEW_KEY']].some((value) => value !== undefined && value !== '');
  const needed: readonly KeyName[] = command !== undefined ? ['accounts'] : OF_A_FLEET.filter((name) => name !== 'review.key' || !supplied);
  const missing: string[] = [];
  for (const name of needed) if (!(await isReadable(join(folder.dir, name)))) missing.push(name);
  if (missing.length > 0) throw new VaultError('KEYS_INCOMPLETE', { detail: `${missing.join(', ')} (${folder.dir})` });
}

/** Turns the system's refusal to make a key into a sentence that says what to do. */
export async function makingKeys<T>(folder: KeysFolder, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (['EROFS', 'EACCES', 'EPERM'].includes(systemCode(thrown) ?? '')) throw new VaultError('KEYS_READ_ONLY', { cause: thrown, detail: folder.dir });
    throw thrown;
  }
}

/** The whole set in a new folder: that of an installation (`from`, its keys folder), and new ones for what it does not have. Answers with the names it made anew. */
export async function initKeys(out: string, options: { readonly from?: string | undefined; readonly suite?: SuiteName | undefined }): Promise<readonly string[]> {
  const there: string[] = [];
  for (const name of OF_A_FLEET) if ((await readIfThere(join(out, name))) !== undefined) there.push(name);
  if (there.length > 0) throw new VaultError('KEYS_THERE', { detail: there.join(', ') });
  const copied = new Set<string>();
  for (const name of OF_A_FLEET) {
    const content = options.from === undefined ? undefined : await readIfThere(join(options.from, name));
    if (content === undefined) continue;
    await createOnce(join(out, name), () => content, MODE[name]);
    copied.add(name);
  }
  const paths = keyPaths(out);
  // Where the private half is kept elsewhere, another one would belong to no public half.
  if (!copied.has('review.pub')) {
    if (copied.has('review.key')) throw new VaultError('RECIPIENT_MISSING');
    const made = await newKey(options.suite ?? 'age-v1', undefined);
    await createOnce(paths.private, () => made.text);
    await writeKeyFile(paths.public, `${made.recipient}\n`, MODE['review.pub'], false);
  }
  const recipient = (await knownRecipient(paths.public)) ?? '';
  await checkpointSigner(out, suiteOf(recipient).name);
  await secretKey(out, 'fingerprint');
  await secretKey(out, 'accounts');
  return OF_A_FLEET.filter((name) => !copied.has(name) && (name !== 'review.key' || !copied.has('review.pub')));
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
