/** The difference of two texts, line by line: what a reviewer of a change wants to see. */

export type DiffLine = { readonly kind: 'same' | 'add' | 'del'; readonly text: string } | { readonly kind: 'skip'; readonly count: number };

/** A table of this many cells is quick; longer texts are compared as wholes (everything out, everything in). */
const CELLS_MOST = 4_000_000;

export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const a = before.replace(/\n$/, '').split('\n');
  const b = after.replace(/\n$/, '').split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }));
  return [...same(a.slice(0, head)), ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)), ...same(a.slice(a.length - tail))];
}

/** Longest common subsequence, by the table. */
function middle(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const all = (kind: 'add' | 'del', lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind, text }));
  if (a.length === 0 || b.length === 0 || a.length * b.length > CELLS_MOST) return [...all('del', a), ...all('add', b)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [old = '', fresh = ''] = [a[i], b[j]];
    if (i < a.length && j < b.length && old === fresh) {
      lines.push({ kind: 'same', text: old });
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'del', text: old });
      i += 1;
    } else {
      lines.push({ kind: 'add', text: fresh });
      j += 1;
    }
  }
  return lines;
}

/** Long stretches without change are folded away; `around` lines of them stay beside a change. */
export function folded(lines: readonly DiffLine[], around = 3): readonly DiffLine[] {
  const near = lines.map(() => false);
  lines.forEach((line, index) => {
    if (line.kind !== 'same') near.fill(true, Math.max(0, index - around), Math.min(lines.length, index + around + 1));
  });
  const result: DiffLine[] = [];
  let skipped = 0;
  lines.forEach((line, index) => {
    if (near[index] === true) {
      if (skipped > 0) result.push({ kind: 'skip', count: skipped });
      skipped = 0;
      result.push(line);
    } else skipped += 1;
  });
  if (skipped > 0) result.push({ kind: 'skip', count: skipped });
  return result;
}
