/** Keys in an external module: Weir's process and files never have the private half, and a module that misbehaves stops the seal. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { keyCommand } from '../../../gateway/vault/key-command.js';
import { openKeys, type KeyProvider } from '../../../gateway/vault/keys.js';
import { checkpointSigner, signatureCheck, signingPaths } from '../../../gateway/vault/signing.js';
import { folderReader, folderVault } from '../../kit/vault.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';
import { all, messageId, pattern, pieces, sealedHead } from './sample.js';

const MODULE = fileURLToPath(new URL('./key-module.mjs', import.meta.url));
const ID = messageId(1);
const commandIn = (folder: string): ReturnType<typeof keyCommand> => keyCommand([process.execPath, MODULE, folder], process.env);
const says = (script: string): ReturnType<typeof keyCommand> => keyCommand([process.execPath, '-e', script], process.env);

async function seal(dir: string, keys: KeyProvider): Promise<void> {
  const vault = folderVault({ dir, keys, clock: manualClock() });
  await vault.seal(ID, sealedHead(ID, 70_000, 0), pieces(pattern(70_000)), pieces(Buffer.alloc(0)));
}

describe('an external key module', () => {
  it('wraps and unwraps what the vault seals; only public names lie in the data folder', async () => {
    const [dataDir, folder] = [tempFolder('keys'), tempFolder('module')];
    const dir = join(dataDir, 'vault');
    const { keys, notes } = await openKeys({ keysDir: dataDir, custody: 'supplied', command: commandIn(folder) });
    await seal(dir, keys);
    const opened = await folderReader({ dir, keys }).open(ID);
    expect((await all(opened.body())).equals(pattern(70_000))).toBe(true);
    await opened.close();
    expect([readdirSync(dataDir).filter((name) => name !== 'vault'), notes]).toEqual([['review.pub'], []]);
    const { keys: other } = await openKeys({ keysDir: tempFolder('keys'), custody: 'supplied', command: commandIn(tempFolder('module')) });
    await expect(folderReader({ dir, keys: other }).open(ID)).rejects.toMatchObject({ code: 'KEY_COMMAND_FAILED' });
    const { keys: gateway } = await openKeys({ keysDir: dataDir, custody: 'absent', command: commandIn(folder) });
    await expect(folderReader({ dir, keys: gateway }).open(ID)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
  });

  it('opens nothing when one character of the header was changed', async () => {
    const [dataDir, folder] = [tempFolder('keys'), tempFolder('module')];
    const { keys } = await openKeys({ keysDir: dataDir, custody: 'supplied', command: commandIn(folder) });
    const { header } = await keys.wrap();
    for (const at of [30, 60, header.length - 10]) {
      const changed = Buffer.from(header);
      changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
      await expect(keys.unwrap(changed)).rejects.toMatchObject({ code: expect.stringMatching(/^(VAULT_DAMAGED|KEY_WRONG|KEY_COMMAND_FAILED)$/) });
    }
  });

  it.each([
    ['ends with an error', 'process.exit(3)'],
    ['says nothing', ''],
    ['says far too much', 'process.stdout.write("x".repeat(10_000_000))'],
    ['names its key with something that is no name', 'process.stdout.write("two words\\u0007")'],
  ])('that %s is refused at the start', async (_what, script) => {
    await expect(openKeys({ keysDir: tempFolder('keys'), custody: 'supplied', command: says(script) })).rejects.toMatchObject({ code: 'KEY_COMMAND_FAILED' });
  });

  it('that is not there is refused at the start', async () => {
    const command = keyCommand([join(tempFolder('module'), 'none')], process.env);
    await expect(openKeys({ keysDir: tempFolder('keys'), custody: 'supplied', command })).rejects.toMatchObject({ code: 'KEY_COMMAND_FAILED' });
  });

  it('signs checkpoints, checked with the public key that the operator puts beside them', async () => {
    const [dataDir, folder] = [tempFolder('keys'), tempFolder('module')];
    const command = commandIn(folder);
    await openKeys({ keysDir: dataDir, custody: 'supplied', command });
    expect((await (await checkpointSigner(dataDir, 'gm-1', command)).sign('heads')).key).toBe('external');
    copyFileSync(join(folder, 'sign.pub'), signingPaths(dataDir).public);
    const signature = await (await checkpointSigner(dataDir, 'gm-1', command)).sign('heads');
    expect(signatureCheck(readFileSync(join(folder, 'sign.pub'), 'utf8'))('heads', signature)).toBe('good');
    writeFileSync(join(folder, 'unused'), '');
    expect((await command.ask('mac', Buffer.from('a'))).equals(await command.ask('mac', Buffer.from('a')))).toBe(true);
  });
});
