/** Opens what the file vault sealed, where the review key is: every byte handed out has been authenticated, and memory stays flat. */
import { open, type FileHandle } from 'node:fs/promises';
import type { OpenedMessage, SealedHead, VaultReader } from '../ports.js';
import { NONCE, streamOpener, type StreamOpener } from './chunk-stream.js';
import { messagePaths, SEALED_HEAD_LIMIT } from './file-vault.js';
import type { KeyProvider } from './keys.js';
import { readIfThere } from './secrets.js';
import { systemCode, VaultError } from './vault-error.js';

const NEWLINE = 0x0a;
export interface FileVaultReaderOptions {
  readonly dir: string;
  readonly keys: Pick<KeyProvider, 'unwrap'>;
}

/** Beyond the port's promise, body() and edits() may be read in any order and more than once: the format allows reading from the middle. */
export function fileVaultReader({ dir, keys }: FileVaultReaderOptions): VaultReader {
  return {
    async open(id): Promise<OpenedMessage> {
      const path = messagePaths(dir, id);
      const header = await readIfThere(path.key);
      if (header === undefined) throw new VaultError('VAULT_MISSING');
      const { suite, fileKey } = await keys.unwrap(header);
      const file = await open(path.body, 'r').catch((thrown: unknown) => {
        throw systemCode(thrown) === 'ENOENT' ? new VaultError('VAULT_DAMAGED', { cause: thrown }) : thrown;
      });
      try {
        const payload = await streamOpener(
          suite.chunks(fileKey, await readAt(file, 0, NONCE)),
          (await file.stat()).size - NONCE,
          async (position, length) => readAt(file, NONCE + position, length),
        );
        const { head, bodyStart } = await readHead(payload, id);
        return message(file, payload, head, bodyStart);
      } catch (thrown) {
        await file.close();
        throw thrown;
      } finally {
        fileKey.fill(0);
      }
    },
  };
}

function message(file: FileHandle, payload: StreamOpener, head: SealedHead, bodyStart: number): OpenedMessage {
  let closed = false;
  function check(): void {
    if (closed) throw new VaultError('VAULT_CLOSED');
  }
  async function* part(start: number, length: number): AsyncGenerator<Uint8Array> {
    check();
    for await (const piece of payload.range(start, start + length)) {
      yield piece;
      check();
    }
  }
  return {
    head,
    body: () => part(bodyStart, head.bodyLength),
    edits: () => part(bodyStart + head.bodyLength, head.editsLength),
    async close() {
      if (closed) return;
      closed = true;
      await file.close();
    },
  };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (length < 0) throw new VaultError('VAULT_DAMAGED');
  const bytes = Buffer.allocUnsafe(length);
  for (let got = 0; got < length;) {
    const { bytesRead } = await file.read(bytes, got, length - got, position + got);
    if (bytesRead === 0) throw new VaultError('VAULT_DAMAGED');
    got += bytesRead;
  }
  return bytes;
}

async function readHead(
  payload: StreamOpener,
  id: string,
): Promise<{ readonly head: SealedHead; readonly bodyStart: number }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of payload.range(0, Math.min(payload.size, SEALED_HEAD_LIMIT))) {
    const end = piece.indexOf(NEWLINE);
    pieces.push(end < 0 ? piece : piece.subarray(0, end));
    length += end < 0 ? piece.length : end;
    if (end < 0) continue;
    const bodyStart = length + 1;
    const head = parseHead(Buffer.concat(pieces).toString('utf8'));
    // Anyone with the public key can seal: a file under another's name, or lengths that lie, is not what was held.
    if (head?.id !== id || bodyStart + head.bodyLength + head.editsLength !== payload.size) break;
    return { head, bodyStart };
  }
  throw new VaultError('VAULT_DAMAGED');
}

function parseHead(line: string): SealedHead | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Its message quotes the text; that it did not parse is all there is to say.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const head = value as Partial<SealedHead>;
  const lengths = [head.bodyLength, head.editsLength].every((n) => Number.isSafeInteger(n) && (n ?? -1) >= 0);
  return head.version === 1 && lengths && typeof head.http === 'object' && typeof head.facts === 'object'
    ? (value as SealedHead)
    : undefined;
}
