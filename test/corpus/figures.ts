/** Renews the accuracy part of docs/figures.md; the speed part is the bench's own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { replacePart } from '../bench/scan/figures.js';

const PAGE = new URL('../../docs/figures.md', import.meta.url);
const EMPTY = `# Figures

How accurate detection is, and how fast. Both parts are generated; run the commands to see what your machine says.

## Accuracy: \`npm run accuracy -- --write\`

<!-- accuracy -->
<!-- accuracy -->

## Speed: \`npm run bench -- scan patterns --write\`

<!-- speed -->
<!-- speed -->
`;

export function renewFigures(text: string): void {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : EMPTY;
  writeFileSync(PAGE, replacePart(page, 'accuracy', text));
}
