/** Cutting a message to what the far side takes: whole items only; the caller says how many are left out. */

/** The fullest of `render(0)` to `render(count)` that is within the limit. `render` grows with its number, and with none it always fits, by the bounds of the other texts. */
export function fit<T>(count: number, maxBytes: number, size: (made: T) => number, render: (shown: number) => T): T {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (size(render(middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return render(low);
}

/** How many of a list stay unsaid when only the first are shown. */
export function leftOutOf(list: readonly unknown[], shown: number, before: number | undefined): number {
  return list.length - shown + (before ?? 0);
}
