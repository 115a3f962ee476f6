/** Opens what the vault sealed, where the review key is: every byte handed out has been authenticated, and memory stays flat. */
import type { OpenedMessage, SealedHead, VaultReader } from '../ports.js';
import { NONCE, streamOpener, type StreamOpener } from './chunk-stream.js';
import type { KeyProvider } from './keys.js';
import type { VaultStore } from './store.js';
import { objectNames, SEALED_HEAD_LIMIT } from './vault.js';
import { VaultError } from './vault-error.js';

const NEWLINE = 0x0a;
/** Version of a sealed head. */
const NEWEST = 2;
/** Chunks of 64 KiB fetched with one read: a megabyte keeps the disk busy and memory flat. */
const READ_AHEAD = 16;
/** … from a bucket, where a request costs more than a read does. */
const BUCKET_READ_AHEAD = 64;

export interface VaultReaderOptions {
  readonly store: Pick<VaultStore, 'kind' | 'load' | 'size' | 'read'>;
  readonly keys: Pick<KeyProvider, 'unwrap'>;
}

/** Beyond the port's promise, body() and edits() may be read in any order and more than once: the format allows reading from the middle. */
export function vaultReader({ store, keys }: VaultReaderOptions): VaultReader {
  return {
    async open(id, sealedAs = id): Promise<OpenedMessage> {
      const name = objectNames(id);
      const header = await store.load(name.key);
      if (header === undefined) throw new VaultError('VAULT_MISSING');
      const { suite, fileKey } = await keys.unwrap(header);
      try {
        const size = await store.size(name.body);
        if (size === undefined || size < NONCE) throw new VaultError('VAULT_DAMAGED');
        const payload = await streamOpener(
          suite.chunks(fileKey, await store.read(name.body, 0, NONCE)),
          size - NONCE,
          async (position, length) => seenAsBuffer(await store.read(name.body, NONCE + position, length)),
          store.kind === 's3' ? BUCKET_READ_AHEAD : READ_AHEAD,
        );
        const { head, bodyStart } = await readHead(payload, sealedAs);
        return message(payload, head, bodyStart);
      } finally {
        fileKey.fill(0);
      }
    },
  };
}

function message(payload: StreamOpener, head: SealedHead, bodyStart: number): OpenedMessage {
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
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}

/** The same memory: a copy of every byte would double the work of reading. */
function seenAsBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
  const lengths = [head.bodyLength, head.editsLength, head.maskedLength ?? 0].every((n) => Number.isSafeInteger(n) && (n ?? -1) >= 0);
  if (typeof head.version === 'number' && head.version > NEWEST) throw new VaultError('VAULT_VERSION');
  return (head.version === 1 || head.version === 2) && lengths && typeof head.http === 'object' && typeof head.facts === 'object'
    ? (value as SealedHead)
    : undefined;
}
