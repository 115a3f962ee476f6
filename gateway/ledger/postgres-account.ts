/** Which uid runs PostgreSQL (it refuses root), and which folders that uid can reach. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresError } from './start-errors.js';

/** `undefined`: run it as ourselves. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

/** As root: user `weir` if there is one, else nobody. Otherwise ourselves, provided the system knows us: initdb looks the uid up. */
export function postgresAccount(): Account {
  if (process.platform === 'win32' || process.getuid === undefined) return undefined;
  if (process.getuid() !== 0) {
    try {
      userInfo();
      return undefined;
    } catch {
      throw new EmbeddedPostgresError('no-account');
    }
  }
  for (const name of ['weir', 'nobody']) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new EmbeddedPostgresError('no-account');
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number.parseInt(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }), 10);
  } catch {
    return undefined;
  }
}

/** True when the account can walk down to `path` (or to where it would be made) and read what lies there. */
export function reaches(account: Account, path: string): boolean {
  const target = resolve(path);
  if (account === undefined) return !existsSync(target) || readableByUs(target);
  for (let folder = existsSync(target) ? target : dirname(target); ; folder = dirname(folder)) {
    if (existsSync(folder) && !allows(account, folder)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function readableByUs(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Search permission by mode bits; finer lists (ACLs) are not read, so the answer errs towards copying. */
function allows(account: { readonly uid: number; readonly gid: number }, folder: string): boolean {
  const { mode, uid, gid } = statSync(folder);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & 0o1) === 0o1;
}
