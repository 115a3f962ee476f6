/** Natural text that is on this machine already: package documentation and Chinese manual pages, the same files in the same order each time. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { repeated } from './seeded.js';

/** Shorter files are mostly notes of where the text is, longer ones are one package's history. */
const LEAST = 400;
const MOST = 2 ** 20;
/** Documentation that is not prose. */
const OTHER = /\.(?:html?|xml|css|js|json|svg|c|h|cc|py|pl|sh|go|rs|conf|awk|cocci|patch|diff|bib|tex|ps|eps)(?:\.gz)?$/;
/** Less would say more about the one file than about the language. */
const ENOUGH = 2 ** 16;

function files(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    const stored = readFileSync(file);
    const bytes = file.endsWith('.gz') ? gunzipSync(stored) : stored;
    if (bytes.length < LEAST || bytes.length > MOST || bytes.includes(0)) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Files by the hash of their name: a mixture of packages rather than the first of the alphabet. */
function gather(folders: readonly string[], bytes: number, keep: (text: string) => boolean, clean: (text: string) => string): Buffer | undefined {
  const order = (name: string): string => createHash('sha256').update(name).digest('hex');
  const all = folders.flatMap(files).filter((file) => !OTHER.test(file)).map((file) => [order(file), file] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const seen = new Set<string>();
  const parts: string[] = [];
  let size = 0;
  for (const [, file] of all) {
    if (size >= bytes) break;
    const text = textOf(file);
    const start = text?.slice(0, 200) ?? '';
    if (text === undefined || seen.has(start)) continue;
    seen.add(start);
    const plain = clean(text);
    if (!keep(plain)) continue;
    parts.push(`${plain}\n`);
    size += Buffer.byteLength(plain);
  }
  return size < ENOUGH ? undefined : repeated(Buffer.from(parts.join('')), bytes);
}

/** Share of the text that `pattern` matches, by characters. */
const share = (text: string, pattern: RegExp): number => (text.match(pattern)?.length ?? 0) / text.length;

export function machineEnglish(bytes: number): Buffer | undefined {
  return gather(['/usr/share/common-licenses', '/usr/share/doc'], bytes, (text) => share(text, /[^\0-\x7f]/g) < 0.02 && share(text, /[a-z ]/g) > 0.6, (text) => text);
}

export function machineChinese(bytes: number): Buffer | undefined {
  const withoutRoff = (text: string): string => text.replace(/^\.\\".*$/gm, '').replace(/^\.[A-Za-z]+ ?/gm, '').replace(/\\f[A-Z]|\\-|\\&/g, '');
  return gather(['/usr/share/man/zh_CN', '/usr/share/man/zh_TW'], bytes, (text) => share(text, /[\u4e00-\u9fff]/g) > 0.15, withoutRoff);
}
