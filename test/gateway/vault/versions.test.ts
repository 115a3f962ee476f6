/** Heads of every version that was ever written are read; one of a version to come is refused by name, not called damage. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { SealedHead } from '../../../gateway/ports.js';
import { openKeys } from '../../../gateway/vault/keys.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';
import { folderReader, folderVault } from '../../kit/vault.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const { keys } = await openKeys({ keysDir: tempFolder('keys'), custody: 'local' });

async function opened(change: (head: SealedHead) => object): Promise<{ version: number; maskedLength: number | undefined; edits: number }> {
  const dir = join(tempFolder('vault'), 'vault');
  const id = messageId(1);
  const vault = folderVault({ dir, keys, maxBytes: 2 ** 40, clock: manualClock() });
  await vault.seal(id, change(sealedHead(id, 20, 12)) as SealedHead, pieces(pattern(20)), pieces(pattern(12)));
  const message = await folderReader({ dir, keys }).open(id);
  return { version: message.head.version, maskedLength: message.head.maskedLength, edits: (await all(message.edits())).length };
}

describe('a sealed head', () => {
  it('of version 1 and of version 2 is read', async () => {
    expect(await opened((head) => head)).toEqual({ version: 1, maskedLength: undefined, edits: 12 });
    expect(await opened((head) => ({ ...head, version: 2, maskedLength: 31 }))).toEqual({ version: 2, maskedLength: 31, edits: 12 });
  });

  it('of a version to come is refused with a code of its own', async () => {
    await expect(opened((head) => ({ ...head, version: 3 }))).rejects.toMatchObject({ code: 'VAULT_VERSION' });
  });

  it('of a version that never was, or with a length that is none, is damage', async () => {
    for (const more of [{ version: 0 }, { version: '1' }, { version: 1.5 }, { version: 2, maskedLength: -1 }, { version: 2, maskedLength: '9' }]) {
      await expect(opened((head) => ({ ...head, ...more }))).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
    }
  });
});
