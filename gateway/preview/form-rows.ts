/** A form's page as rows of name and value, percent escapes undone as the scanner undid them. */
import type { TextRun } from './segments.js';

/** `continued`: the page begins within a value. */
export function formRows(runs: readonly TextRun[], continued: boolean): readonly (readonly (readonly TextRun[])[])[] {
  const rows: TextRun[][][] = [];
  let row: TextRun[][] = continued ? [[], []] : [[]];
  const put = (text: string, { finding, hidden }: Omit<TextRun, 'text'>): void => void row.at(-1)?.push({ text: unescaped(text), finding, hidden });
  const open = { finding: undefined };
  const close = (): void => {
    if (row.some((cell) => cell.some(({ text }) => text !== ''))) rows.push(row);
    row = [[]];
  };
  for (const { text, finding, hidden } of runs) {
    if (finding !== undefined || hidden === true) {
      put(text, { finding, hidden });
      continue;
    }
    text.split('&').forEach((piece, at) => {
      if (at > 0) close();
      const equals = row.length === 1 ? piece.indexOf('=') : -1;
      put(equals < 0 ? piece : piece.slice(0, equals), open);
      if (equals < 0) return;
      row.push([]);
      put(piece.slice(equals + 1), open);
    });
  }
  close();
  return rows;
}

/** What does not decode stays as it stands. */
function unescaped(text: string): string {
  return text.replace(/\+/g, ' ').replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex');
    return bytes.toString('utf8');
  });
}
