/** Patterns of names and addresses: `*` is any run of characters, case does not count. Linear in practice, no regular expressions. */

export type Glob = (text: string) => boolean;

export function glob(pattern: string): Glob {
  const matches = lowerGlob(pattern);
  return (text) => matches(text.toLowerCase());
}

/** For texts that are in lower case already. */
export function lowerGlob(pattern: string): Glob {
  const pieces = pattern.toLowerCase().split('*');
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  if (pieces.length === 1) return (lower) => lower === first;
  return (lower) => {
    if (lower.length < first.length + last.length || !lower.startsWith(first) || !lower.endsWith(last)) return false;
    let at = first.length;
    const end = lower.length - last.length;
    // The leftmost place for each piece leaves the most room for the next, so no backtracking is needed.
    for (const piece of middle) {
      const found = lower.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
