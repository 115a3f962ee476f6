/** Takes over what processes beside this one left in journals of their own: there may be fewer of them now, or none. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const PART = /^p\d+$/;

/** Call while no other process of the node runs. Names tell time and process apart, so that they do not meet. */
export function takeOverJournals(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const part of readdirSync(dir).filter((name) => PART.test(name))) {
    const left = readdirSync(join(dir, part));
    for (const name of left.filter((one) => !existsSync(join(dir, one)))) renameSync(join(dir, part, name), join(dir, name));
    if (readdirSync(join(dir, part)).length === 0) rmdirSync(join(dir, part));
  }
}
