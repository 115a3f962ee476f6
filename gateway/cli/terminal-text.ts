/** Texts from outside made safe for a terminal, and set in columns. */

/** Controls, line ends, every mark that turns or hides text; joiners stay, which emoji and some scripts need. */
const STEERING = /\p{Cc}|(?![\u200c\u200d])\p{Cf}|[\u2028\u2029]/gu;

/** Control characters in a file name or subject could move the cursor or recolour what stands around them. */
export function plain(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** One line of JSON: the same value to a program, and nothing in it that a terminal acts on. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(STEERING, (character) => character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a text takes: Chinese characters take two. */
function width(text: string): number {
  let columns = 0;
  for (const { segment } of CHARACTERS.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Columns two blanks apart; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(plain));
  const widths = (safe[0] ?? []).map((_, column) => Math.max(...safe.map((row) => width(row[column] ?? ''))));
  return safe.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
