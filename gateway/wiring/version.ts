/** Which Weir this is, as package.json says. */
import { readFileSync } from 'node:fs';

/** package.json lies two folders up in the sources, three up in dist. */
export function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const read: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (typeof read === 'object' && read !== null && 'version' in read && typeof read.version === 'string') return read.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
