/** Writes a generated part of docs/figures.md: what stands between two marks of its name. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../docs/figures.md', import.meta.url));

/** `page` with `text` between the marks called `name`. Throws RangeError when there are not two. */
export function replacePart(page: string, name: string, text: string): string {
  const mark = `<!-- ${name} -->`;
  const parts = page.split(mark);
  if (parts.length !== 3) throw new RangeError(`the page needs two marks ${mark}`);
  return [parts[0], `\n${text.trim()}\n`, parts[2]].join(mark);
}

export function writeFigures(name: 'accuracy' | 'speed' | 'queue' | 'decode' | 'smtp' | 'gateway', text: string): void {
  writeFileSync(FILE, replacePart(readFileSync(FILE, 'utf8'), name, text));
}
