/** Where backups lie: a folder or a bucket, as it is named on the command line. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, isAbsolute } from 'node:path';
import { BackupFailed } from '../backup/backup-failed.js';
import { TARGET_NAME } from '../backup/names.js';
import type { VaultStore } from '../vault/store.js';
import { CommandFailed } from './outcome.js';
import { fill } from './words.js';
import type { backupWords } from './words-backup.js';

export interface TargetOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly ca?: string;
}

const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+\/?)*))?$/;

/** `make`: a folder that is not there yet is made; nobody else may read it. */
export async function openTarget(named: string, options: TargetOptions & { readonly make: boolean }, env: NodeJS.ProcessEnv, words: ReturnType<typeof backupWords>): Promise<VaultStore> {
  const [, bucket, prefix = ''] = BUCKET.exec(named) ?? [];
  if (bucket !== undefined) {
    const [{ s3Store }, { s3Client }] = await Promise.all([import('../vault/s3-store.js'), import('../vault/s3-client.js')]);
    const endpoint = options.endpoint ?? given(env['AWS_ENDPOINT_URL_S3']) ?? given(env['AWS_ENDPOINT_URL']);
    const { ca } = options;
    const place = { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, region: options.region ?? given(env['AWS_REGION']) ?? 'us-east-1', ...(endpoint === undefined ? {} : { endpoint }), ...(ca === undefined ? {} : { ca }) };
    return s3Store({ client: s3Client(place, env), bucket: place.bucket, prefix: place.prefix, clock: Date, names: TARGET_NAME });
  }
  if (named === '' || named.includes('://')) throw new CommandFailed(fill(words.badTarget, { value: named }));
  const { folderStore } = await import('../vault/folder-store.js');
  // What is only to be read is not made: an empty folder would look like a target without backups.
  if (!options.make && !existsSync(named)) throw new BackupFailed('no-target', named);
  if (options.make) mkdirSync(named, { recursive: true, mode: 0o700 });
  return folderStore({ dir: resolve(named), make: false, clock: Date, names: TARGET_NAME });
}

/** Keys and what they open lie apart: neither within the other, also by way of a link. */
export function requireApart(keysTo: string, target: string): void {
  if (BUCKET.test(target)) return;
  const [keys, backups] = [real(resolve(keysTo)), real(resolve(target))];
  if (isWithin(keys, backups) || isWithin(backups, keys)) throw new BackupFailed('keys-in-target');
}

function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

/** Through links, as far as the path exists. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const above = dirname(path);
  return above === path ? path : join(real(above), basename(path));
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
