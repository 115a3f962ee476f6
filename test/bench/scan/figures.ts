/** Writes a generated part of docs/figures.md: what stands between two marks of its name. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../../docs/figures.md', import.meta.url));

/** The page before anything was measured: both parts, each filled by its own command. */
const EMPTY = `# Figures

How accurate detection is, and how fast. Both parts are generated; run the commands to see what your machine says.

## Accuracy: \`npm run accuracy -- --write\`

<!-- accuracy -->
<!-- accuracy -->

## Speed: \`npm run bench -- scan patterns --write\`

<!-- speed -->
<!-- speed -->
`;

/** `page` with `text` between the marks called `name`. Throws RangeError when there are not two. */
export function replacePart(page: string, name: string, text: string): string {
  const mark = `<!-- ${name} -->`;
  const parts = page.split(mark);
  if (parts.length !== 3) throw new RangeError(`the page needs two marks ${mark}`);
  return [parts[0], `\n${text.trim()}\n`, parts[2]].join(mark);
}

export function writeFigures(name: 'speed', text: string): void {
  const page = existsSync(FILE) ? readFileSync(FILE, 'utf8') : EMPTY;
  writeFileSync(FILE, replacePart(page, name, text));
}
