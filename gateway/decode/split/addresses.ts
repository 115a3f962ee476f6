/** Reads address lists of mail headers (RFC 5322 section 3.4) as mail readers show them: names decoded, groups opened. */
import { shownText } from './encoded-text.js';

export interface MailAddress {
  /** As shown; empty where none is given. */
  readonly name: string;
  readonly address: string;
}

/** Recipients in one field that are looked at; servers admit fewer per mail. */
const MAX_ADDRESSES = 5000;
/** Longest field that is taken apart. */
const LONGEST = 1024 * 1024;

interface Piece {
  words: string;
  angle: string | undefined;
  comment: string;
}

function finished({ words, angle, comment }: Piece): MailAddress | undefined {
  const text = words.replaceAll(/\s+/g, ' ').trim();
  if (angle !== undefined) return { name: shownText(text === '' ? comment : text).trim(), address: angle.replaceAll(/\s/g, '') };
  if (text === '') return undefined;
  // Without angle brackets the words are the address, and a comment is the name.
  return text.includes('@') || comment !== '' ? { name: shownText(comment).trim(), address: text.replaceAll(' ', '') } : { name: shownText(text).trim(), address: '' };
}

/** `value` is a field's value in Latin-1, as `readFields` gives it. */
export function addressesIn(value: string | undefined): readonly MailAddress[] {
  if (value === undefined) return [];
  const text = value.slice(0, LONGEST).replaceAll('\n', '');
  const out: MailAddress[] = [];
  let piece: Piece = { words: '', angle: undefined, comment: '' };
  let at = 0;
  const end = (): void => {
    const one = finished(piece);
    if (one) out.push(one);
    piece = { words: '', angle: undefined, comment: '' };
  };
  /** The text up to the closing mark, backslashes undone; the cursor is left behind it. */
  const enclosed = (open: string, close: string): string => {
    let inner = '';
    let depth = 1;
    for (at++; at < text.length; at++) {
      const one = text[at] ?? '';
      if (one === '\\') {
        inner += text[++at] ?? '';
        continue;
      }
      if (one === open && open !== close) depth++;
      if (one === close && --depth === 0) break;
      inner += one;
    }
    return inner;
  };
  for (; at < text.length && out.length < MAX_ADDRESSES; at++) {
    const one = text[at] ?? '';
    if (one === '"') piece.words += enclosed('"', '"');
    else if (one === '(') piece.comment += enclosed('(', ')');
    else if (one === '<') piece.angle = enclosed('<', '>');
    else if (one === ',' || one === ';') end();
    // A group's name stands for nobody.
    else if (one === ':') piece = { words: '', angle: undefined, comment: '' };
    else piece.words += one;
  }
  end();
  return out.slice(0, MAX_ADDRESSES);
}
