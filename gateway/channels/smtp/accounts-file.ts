/** The file of names and password hashes that clients sign in with: lines `name:$argon2id$…`, read again when it has changed. */
import { readFile, stat } from 'node:fs/promises';

/** Thousands of accounts; what is larger is no such file. */
const FILE_LARGEST = 4 << 20;
/** No spaces, colons or control characters: the name stands in front of a colon, in logs and in records. */
export const ACCOUNT_NAME = /^[^\s:\p{C}]{1,128}$/u;
const HASH = /^\$argon2id\$[\x21-\x7e]{16,512}$/;

export class AccountsUnreadable extends Error {
  override readonly name = 'AccountsUnreadable';
  constructor(readonly code: 'ACCOUNTS_UNREADABLE' | 'ACCOUNTS_TOO_LARGE' | 'ACCOUNTS_MALFORMED', readonly line?: number) {
    super(code);
  }
}

/** Empty lines and those that begin with `#` say nothing. */
export function parseAccounts(text: string): ReadonlyMap<string, string> {
  const accounts = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const [name, hash] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
    if (!ACCOUNT_NAME.test(name) || !HASH.test(hash) || accounts.has(name)) throw new AccountsUnreadable('ACCOUNTS_MALFORMED', index + 1);
    accounts.set(name, hash);
  }
  return accounts;
}

export interface AccountsFile {
  /** Throws AccountsUnreadable: nobody signs in by a file that is not understood. */
  hashOf(name: string): Promise<string | undefined>;
}

export function accountsFile(path: string): AccountsFile {
  let known: { readonly mark: string; readonly accounts: ReadonlyMap<string, string> } | undefined;
  return {
    async hashOf(name) {
      const found = await stat(path).catch(() => {
        throw new AccountsUnreadable('ACCOUNTS_UNREADABLE');
      });
      const mark = `${found.ino}|${found.size}|${found.mtimeMs}`;
      if (known?.mark !== mark) {
        if (found.size > FILE_LARGEST) throw new AccountsUnreadable('ACCOUNTS_TOO_LARGE');
        known = { mark, accounts: parseAccounts(await readFile(path, 'utf8')) };
      }
      return known.accounts.get(name);
    },
  };
}
