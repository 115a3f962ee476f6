/** Keys in an external module, in suite gm-1's files: the module wraps each message's key, so no private key is ever in this process. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { closeHeader, EXTERNAL, gm1 } from './gm-1.js';
import type { KeyCommand } from './key-command.js';
import type { KeyProvider } from './keys.js';
import { createOnce } from './secrets.js';
import { VaultError } from './vault-error.js';

const HEADER = /^weir-gm-1\n-> external (weir-external-[A-Za-z0-9_-]{1,172})\n([A-Za-z0-9_-]+)\n--- [A-Za-z0-9_-]{43}\n$/;
const NAME = /^[\x21-\x7e]{1,128}$/;

/** Asks the command for the key's name once, so that a wrong command shows at the start. */
export async function externalKeys(command: KeyCommand, publicPath: string | undefined, canOpen: boolean): Promise<KeyProvider> {
  const name = (await command.ask('recipient', Buffer.alloc(0))).toString('latin1').trim();
  const recipient = `weir-external-${Buffer.from(name).toString('base64url')}`;
  if (!NAME.test(name) || !EXTERNAL.test(recipient)) throw new VaultError('KEY_COMMAND_FAILED');
  if (publicPath !== undefined) await createOnce(publicPath, () => `${recipient}\n`, 0o644);
  return {
    current: async () => recipient,
    canOpen,
    async wrap(given) {
      if (given !== undefined && given.suite.name !== gm1.name) throw new VaultError('SUITE_MISMATCH');
      const fileKey = given === undefined ? randomBytes(gm1.keyBytes) : Uint8Array.from(given.bytes);
      const wrapped = await command.ask('wrap', fileKey);
      const head = `weir-gm-1\n-> external ${recipient}\n${wrapped.toString('base64url')}\n---`;
      return { suite: gm1, recipient, fileKey, header: Buffer.from(closeHeader(head, fileKey)) };
    },
    async unwrap(header) {
      if (!canOpen) throw new VaultError('KEY_ABSENT');
      const text = Buffer.from(header).toString('latin1');
      const [, named, wrapped = ''] = HEADER.exec(text) ?? [];
      if (named === undefined) throw new VaultError(gm1.made(header) ? 'KEY_WRONG' : 'VAULT_DAMAGED');
      if (named !== recipient) throw new VaultError('KEY_WRONG');
      const fileKey = await command.ask('unwrap', Buffer.from(wrapped, 'base64url'));
      const whole = Buffer.from(closeHeader(text.slice(0, text.lastIndexOf(' ')), fileKey));
      if (fileKey.length !== gm1.keyBytes || !timingSafeEqual(whole, Buffer.from(text))) throw new VaultError('VAULT_DAMAGED');
      return { suite: gm1, fileKey, recipient };
    },
  };
}
