/** Finds what a mistyped name was probably meant to be. */

/** More changes than this and it is another word. */
const MOST_EDITS = 2;

/** Edits between two words: insert, delete, replace, swap of neighbours. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(cell(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, cell(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, cell(i - 2, j - 2) + 1);
      row.push(best);
    }
  }
  return cell(a.length, b.length);
}

/** Spelling habits that are not mistakes of typing: `on-hold`, `on_hold` and `onhold` all mean `onHold`. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_.]/g, '');

export function closest(name: string, known: readonly string[]): string | undefined {
  const asked = plain(name);
  const same = known.find((one) => plain(one) === asked);
  if (same !== undefined) return same;
  const ranked = known
    .map((one) => ({ one, edits: distance(asked, plain(one)) }))
    .filter(({ one, edits }) => edits <= Math.min(MOST_EDITS, Math.floor(one.length / 2)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.one;
}

/** `; did you mean "x"?`, or the names there are. */
export function hint(name: string, known: readonly string[]): string {
  const meant = closest(name, known);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  return known.length === 0 ? '' : `; there are: ${known.join(', ')}`;
}
