/** `weir smtp-account`: what it prints is what a listener lets in by. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { passwordHashes } from '../../../gateway/accounts/password-hash.js';
import { parseAccounts } from '../../../gateway/channels/smtp/accounts-file.js';
import { tempFolder } from '../../kit/temp.js';
import { weir } from './run-weir.js';

const file = join(tempFolder('smtp-account'), 'accounts');

describe('weir smtp-account', () => {
  it('prints a line that the password opens, and says nothing of the password', async () => {
    const { code, out, err } = await weir(['smtp-account', 'li.si'], {}, 'horse battery staple\n');
    expect([code, err]).toEqual([0, 'Password: ']);
    expect(await passwordHashes().verify(parseAccounts(out).get('li.si'), 'horse battery staple')).toBe(true);
  });

  it('puts it into a file for its owner alone, in the place of the one before', async () => {
    writeFileSync(file, '# accounts\n', { mode: 0o644 });
    for (const password of ['horse battery staple', 'staple battery horse']) expect((await weir(['smtp-account', 'li.si', '--file', file], {}, `${password}\n`)).code).toBe(0);
    const made = await weir(['smtp-account', 'wang.wu', '--file', file, '--generate']);
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith('# accounts\n')).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const accounts = parseAccounts(text);
    expect([...accounts.keys()]).toEqual(['li.si', 'wang.wu']);
    expect(await passwordHashes().verify(accounts.get('li.si'), 'staple battery horse')).toBe(true);
    const shown = /shown only now: (\S+)/.exec(made.err)?.[1] ?? '';
    expect(await passwordHashes().verify(accounts.get('wang.wu'), shown)).toBe(true);
  });

  it('refuses weak passwords, odd names and files that are something else', async () => {
    expect((await weir(['smtp-account', 'li.si'], {}, 'short\n')).code).toBe(1);
    expect((await weir(['smtp-account', 'li si'], {}, 'horse battery staple\n')).code).toBe(2);
    writeFileSync(file, 'not: an account\n');
    expect((await weir(['smtp-account', 'li.si', '--file', file], {}, 'horse battery staple\n')).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('not: an account\n');
  });
});
