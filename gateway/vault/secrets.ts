/** Small secrets of the data folder, each made once and then kept: HMAC keys and the first administrator's token. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode, VaultError } from './vault-error.js';
import { vaultFiles } from './vault-files.js';

const KEY_BYTES = 32;
const KEY_NAME = /^[a-z][a-z0-9-]{0,31}$/;
/** 32 bytes as base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Writes the file whole, on disk and for its owner only, unless it exists; of two that try at once one wins. Answers with what the file holds. */
export async function createOnce(
  path: string,
  make: () => Promise<string | Uint8Array> | string | Uint8Array,
  mode = 0o600,
): Promise<{ readonly content: Buffer; readonly created: boolean }> {
  const existing = await readIfThere(path);
  if (existing !== undefined) return { content: existing, created: false };
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const content = Buffer.from(await make());
  let created: boolean;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link, not a rename: it fails when another process was first.
    created = await link(temporary, path).then(
      () => true,
      (thrown: unknown) => {
        if (systemCode(thrown) !== 'EEXIST') throw thrown;
        return false;
      },
    );
  } finally {
    await rm(temporary, { force: true });
  }
  await vaultFiles.syncFolder(folder);
  return { content: created ? content : await readFile(path), created };
}

export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** 32 random bytes in the keys folder, the same at every start; keys the HMACs that count and find without telling. */
export async function secretKey(keysDir: string, name: string): Promise<Buffer> {
  if (!KEY_NAME.test(name)) throw new TypeError('a key name is lower-case letters, digits and "-"');
  const { content } = await createOnce(join(keysDir, name), () => randomBytes(KEY_BYTES));
  if (content.length !== KEY_BYTES) throw new VaultError('SECRET_DAMAGED');
  return content;
}

/** The token in `<data>/admin-token`; `created` on the first start. */
export async function adminToken(
  dataDir: string,
): Promise<{ readonly token: string; readonly path: string; readonly created: boolean }> {
  const path = join(dataDir, 'admin-token');
  const { content, created } = await createOnce(path, () => `${randomBytes(KEY_BYTES).toString('base64url')}\n`);
  const token = content.toString('latin1').trim();
  if (!TOKEN.test(token)) throw new VaultError('SECRET_DAMAGED');
  return { token, path, created };
}
