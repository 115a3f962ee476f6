/** A process that seals one message into a bucket and reads it back; the test kills it in between. Arguments: endpoint, bucket, keys folder, bytes. */
import { vaultSchema } from '../../../config/vault-schema.js';
import { openKeys } from '../../../gateway/vault/keys.js';
import { s3Client } from '../../../gateway/vault/s3-client.js';
import { s3Store } from '../../../gateway/vault/s3-store.js';
import { sealingVault } from '../../../gateway/vault/vault.js';
import { vaultReader } from '../../../gateway/vault/vault-reader.js';
import { peakMemoryBytes } from '../../kit/peak-memory.js';
import { messageId, pattern, sealedHead } from './sample.js';

const [endpoint = '', bucket = '', keysDir = '', size = '0'] = process.argv.slice(2);
const bytes = Number(size);

async function* body(): AsyncGenerator<Uint8Array> {
  const chunk = pattern(64 * 1024);
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}
async function* nothing(): AsyncGenerator<Uint8Array> {
  // No edits.
}

const config = vaultSchema.parse({ store: { s3: { bucket, endpoint } } });
if (config.store === undefined || !('s3' in config.store)) throw new TypeError('no bucket');
const { keys } = await openKeys({ keysDir, custody: 'local' });
const store = s3Store({ client: s3Client(config.store.s3, process.env), bucket, prefix: '', clock: Date });
const id = messageId(1);
await sealingVault({ store, keys, limits: { maxBytes: 2 ** 40 }, clock: Date }).seal(id, sealedHead(id, bytes, 0), body(), nothing());
let read = 0;
const opened = await vaultReader({ store, keys }).open(id);
for await (const piece of opened.body()) read += piece.length;
process.stdout.write(JSON.stringify({ read, peakBytes: peakMemoryBytes() }));
