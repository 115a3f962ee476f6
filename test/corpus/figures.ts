/** Renews one block of docs/figures.md; the other is its own command's. */
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../docs/figures.md', import.meta.url);
const EMPTY = `# Figures

Both halves are generated; each names the command that makes it.

<!-- accuracy -->
<!-- /accuracy -->

<!-- speed -->
<!-- /speed -->
`;

function pageOrEmpty(): string {
  try {
    return readFileSync(PAGE, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY;
    throw error;
  }
}

export function withBlock(page: string, block: string, text: string): string {
  const start = page.indexOf(`<!-- ${block} -->`);
  const end = page.indexOf(`<!-- /${block} -->`);
  if (start < 0 || end < start) throw new Error(`docs/figures.md has no block <!-- ${block} -->`);
  return `${page.slice(0, start)}<!-- ${block} -->\n${text.trim()}\n${page.slice(end)}`;
}

export function renewFigures(block: string, text: string): void {
  writeFileSync(PAGE, withBlock(pageOrEmpty(), block, text));
}
