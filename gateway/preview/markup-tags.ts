/** Reads one tag, comment or declaration of HTML where it stands; what has no end is none, so that nothing behind it goes out of sight. */

export interface Tag {
  /** Lower case; none for comments and declarations. */
  readonly name?: string;
  readonly closes: boolean;
  /** Behind its last sign. */
  readonly end: number;
  /** Where the value of an attribute stands. */
  readonly value?: (attribute: string) => { readonly from: number; readonly to: number } | undefined;
}

/** A longer tag hides more than it says: its text is shown. */
const TAG_MOST = 4_096;
const NAME = /^<(\/?)([A-Za-z][A-Za-z0-9:-]{0,30})(?=[\s/>])/;

/** Reads the tags of one text; each sign is passed over a bounded number of times. */
export function tagReader(source: string): (at: number) => Tag | undefined {
  const lastEnd = source.lastIndexOf('>');
  const lastComment = source.lastIndexOf('-->');
  return (at) => {
    if (source.startsWith('<!--', at)) return lastComment < at + 4 ? undefined : { closes: false, end: source.indexOf('-->', at + 4) + 3 };
    if (lastEnd < at) return undefined;
    const begun = source.slice(at, at + TAG_MOST);
    if (/^<[!?]/.test(begun)) {
      const end = begun.indexOf('>');
      return end < 0 ? undefined : { closes: false, end: at + end + 1 };
    }
    const [, slash, name] = NAME.exec(begun) ?? [];
    if (name === undefined) return undefined;
    const length = lengthOf(begun) ?? begun.indexOf('>') + 1;
    if (length < 1) return undefined;
    const text = begun.slice(0, length);
    return { name: name.toLowerCase(), closes: slash === '/', end: at + length, value: (attribute) => valueOf(text, attribute, at) };
  };
}

/** Up to the first `>` that stands in no quotes. */
function lengthOf(text: string): number | undefined {
  let quote: string | undefined;
  for (let at = 1; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (quote !== undefined) {
      if (sign === quote) quote = undefined;
    } else if (sign === '>') return at + 1;
    // Quotes count only where a value begins.
    else if ((sign === '"' || sign === "'") && /=\s{0,8}$/.test(text.slice(Math.max(0, at - 9), at))) quote = sign;
  }
  return undefined;
}

function valueOf(tag: string, attribute: string, at: number): { readonly from: number; readonly to: number } | undefined {
  const match = new RegExp(`[\\s/"']${attribute}\\s{0,8}=\\s{0,8}("[^"]*"|'[^']*'|[^\\s>]+)`, 'i').exec(tag);
  const given = match?.[1];
  if (match === null || given === undefined) return undefined;
  const isQuoted = /^["']/.test(given);
  const from = at + match.index + match[0].length - given.length + (isQuoted ? 1 : 0);
  return { from, to: from + given.length - (isQuoted ? 2 : 0) };
}
