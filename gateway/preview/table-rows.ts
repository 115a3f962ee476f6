/** A page of CSV or TSV as rows of cells; quoting as in RFC 4180, and what is quoted wrongly stays in its cell. */
import type { TextRun } from './segments.js';

/** Cells of one row: wider tables end in one long cell. */
const CELLS_MOST = 200;

export function delimiterOf(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  const counted = [',', '\t', ';', '|'].map((sign) => ({ sign, count: line.split(sign).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).sign;
}

export function tableRows(runs: readonly TextRun[]): readonly (readonly (readonly TextRun[])[])[] {
  const delimiter = delimiterOf(runs.map(({ text }) => text).join(''));
  const rows: TextRun[][][] = [];
  let row: TextRun[][] = [[]];
  let quoted = false;
  let text = '';
  const flush = (finding?: TextRun['finding'], hidden?: TextRun['hidden']): void => {
    if (text !== '') row.at(-1)?.push({ text, finding, hidden });
    text = '';
  };
  for (const run of runs) {
    if (run.finding !== undefined || run.hidden === true) {
      text = run.text;
      flush(run.finding, run.hidden);
      continue;
    }
    for (let at = 0; at < run.text.length; at++) {
      const sign = run.text.charAt(at);
      if (sign === '"') {
        if (quoted && run.text.charAt(at + 1) === '"') {
          text += sign;
          at++;
        } else quoted = !quoted;
      } else if (!quoted && sign === delimiter && row.length < CELLS_MOST) {
        flush();
        row.push([]);
      } else if (!quoted && sign === '\n') {
        if (text.endsWith('\r')) text = text.slice(0, -1);
        flush();
        rows.push(row);
        row = [[]];
      } else text += sign;
    }
    flush();
  }
  if (row.length > 1 || (row[0]?.length ?? 0) > 0) rows.push(row);
  return rows;
}
