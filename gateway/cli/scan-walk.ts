/** Finds the files below the given paths; what cannot be one is said, never passed over. */
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BigIntStats } from 'node:fs';

export type SkipReason = 'not-found' | 'permission' | 'special' | 'link' | 'loop' | 'read-error';
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly size: number; /** Named on the command line, not met in a folder. */ readonly given: boolean }
  | { readonly kind: 'skipped'; readonly path: string; readonly reason: SkipReason; readonly given: boolean };

/** Standard input, by the name that commands have for it. */
export const STDIN = '-';
/** Pipes that the shell has already opened for us, for example `weir scan <(command)`; any other pipe could wait forever. */
const OPEN_PIPE = /^\/(dev\/(stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/;

/** Files in the order of their names. Links are followed when named, and inside folders only with `follow`; no folder is entered twice. */
export async function* walk(paths: readonly string[], follow: boolean): AsyncGenerator<Found> {
  const entered = new Set<string>();
  for (const path of paths) {
    if (path === STDIN) yield { kind: 'file', path, size: 0, given: true };
    else yield* visit(path, true, follow, entered);
  }
}

async function* visit(path: string, given: boolean, follow: boolean, entered: Set<string>): AsyncGenerator<Found> {
  let facts: BigIntStats;
  try {
    facts = given || follow ? await stat(path, { bigint: true }) : await lstat(path, { bigint: true });
  } catch (error) {
    yield { kind: 'skipped', path, reason: reasonOf(error), given };
    return;
  }
  if (facts.isFile() || (given && facts.isFIFO() && OPEN_PIPE.test(path))) yield { kind: 'file', path, size: Number(facts.size), given };
  else if (facts.isSymbolicLink()) yield { kind: 'skipped', path, reason: 'link', given };
  else if (!facts.isDirectory()) yield { kind: 'skipped', path, reason: 'special', given };
  else yield* folder(path, `${facts.dev}:${facts.ino}`, given, follow, entered);
}

async function* folder(path: string, identity: string, given: boolean, follow: boolean, entered: Set<string>): AsyncGenerator<Found> {
  if (entered.has(identity)) {
    yield { kind: 'skipped', path, reason: 'loop', given };
    return;
  }
  entered.add(identity);
  let names: string[];
  try {
    names = (await readdir(path)).sort();
  } catch (error) {
    yield { kind: 'skipped', path, reason: reasonOf(error), given };
    return;
  }
  for (const name of names) yield* visit(join(path, name), false, follow, entered);
}

export function reasonOf(error: unknown): SkipReason {
  const { code } = Object(error) as { code?: unknown };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'not-found';
    case 'EACCES':
    case 'EPERM':
      return 'permission';
    case 'ELOOP':
      return 'loop';
    case 'ENXIO':
      return 'special';
    default:
      return 'read-error';
  }
}
