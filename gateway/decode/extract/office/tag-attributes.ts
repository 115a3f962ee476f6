/** Reads the few attributes that say where text belongs: cell places, kinds of values, positions on a page. */

/** The value of the attribute of this local name, as it stands; nothing where it is absent. */
export function attribute(tag: string, name: string): string | undefined {
  for (let at = tag.indexOf(name); at >= 0; at = tag.indexOf(name, at + name.length)) {
    const before = tag.charCodeAt(at - 1);
    if (!(before <= 0x20 || before === 0x3a)) continue;
    let to = at + name.length;
    while (tag.charCodeAt(to) <= 0x20) to++;
    if (tag.charAt(to) !== '=') continue;
    to++;
    while (tag.charCodeAt(to) <= 0x20) to++;
    const quote = tag.charAt(to);
    if (quote !== '"' && quote !== "'") continue;
    const end = tag.indexOf(quote, to + 1);
    return end < 0 ? undefined : tag.slice(to + 1, end);
  }
  return undefined;
}

/** Column number of a cell reference such as `AB12`, from 0; -1 for none. */
export function columnOf(reference: string | undefined): number {
  if (reference === undefined) return -1;
  let column = 0;
  for (let i = 0; i < reference.length && i < 4; i++) {
    const letter = reference.charCodeAt(i);
    if (letter < 0x41 || letter > 0x5a) break;
    column = column * 26 + letter - 0x40;
  }
  return column - 1;
}
