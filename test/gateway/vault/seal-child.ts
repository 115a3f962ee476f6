/** A process that seals one message and may be killed at a named call; started by the whole tests. Arguments: folder, data folder, message number, bytes, and the call to die at (`write:3` = third write). */
import { openKeys } from '../../../gateway/vault/keys.js';
import { vaultFiles, type VaultFiles } from '../../../gateway/vault/vault-files.js';
import { peakMemoryBytes } from '../../kit/peak-memory.js';
import { folderReader, folderVault } from '../../kit/vault.js';
import { messageId, pattern, sealedHead } from './sample.js';

const [dir = '', dataDir = '', number = '1', size = '0', dieAt = ''] = process.argv.slice(2);
const bytes = Number(size);
const counts = new Map<string, number>();

function dying(): VaultFiles {
  const wrapped: [string, unknown][] = Object.entries(vaultFiles).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const here = dieAt === `${name}:${count}`;
      // Half of the deaths come while the call is running, half before it: by the parity of its place.
      if (here && count % 2 === 1) process.kill(process.pid, 'SIGKILL');
      const running = (call as (...rest: unknown[]) => Promise<unknown>)(...args);
      if (here) process.kill(process.pid, 'SIGKILL');
      return running;
    },
  ]);
  const files: unknown = Object.fromEntries(wrapped);
  return files as VaultFiles;
}
async function* body(): AsyncGenerator<Uint8Array> {
  const chunk = pattern(64 * 1024);
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}
async function* nothing(): AsyncGenerator<Uint8Array> {
  // No edits.
}

const { keys } = await openKeys({ keysDir: dataDir, custody: 'local' });
const vault = folderVault({ dir, keys, files: dying() });
const id = messageId(Number(number));
await vault.seal(id, sealedHead(id, bytes, 0), body(), nothing());
let read = 0;
if (dieAt === 'read-back') {
  const opened = await folderReader({ dir, keys }).open(id);
  for await (const piece of opened.body()) read += piece.length;
  await opened.close();
}
if (dieAt.startsWith('overwrite') || dieAt.startsWith('remove') || dieAt === 'syncFolder:3') await vault.shred(id);
process.stdout.write(JSON.stringify({ read, peakBytes: peakMemoryBytes(), calls: [...counts] }));
