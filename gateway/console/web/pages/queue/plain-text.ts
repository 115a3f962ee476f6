/** Texts of strangers, cut into what may be shown as it is and what must be pointed out: characters nobody sees, and letters that pretend. */

export interface Piece {
  readonly text: string;
  /** Written out instead of shown. */
  readonly odd?: 'control' | 'direction' | 'invisible';
}

const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const ODD = /⟨U\+[0-9A-F]{4,6}⟩|[\u2400-\u2421␉␊]|[^\P{Cc}\t\n\r]|[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5|[\u{e0100}-\u{e01ef}]/gu;
/** Latin beside letters that look Latin, in one word. */
const MIXED = /[A-Za-z][\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}][A-Za-z]/u;
/** `xn--` names hide letters of any script. */
const PUNYCODE = /(?:^|[@.\s/])xn--/i;
const TWO_ENDINGS = /\.(pdf|docx?|xlsx?|pptx?|txt|csv|jpe?g|png|zip|html?)\s*\.(exe|scr|com|bat|cmd|js|jse|vbs|wsf|hta|lnk|ps1|jar|msi|iso|apk|sh)\s*$/i;

export function pieces(text: string): readonly Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const { 0: sign, index } of text.matchAll(ODD)) {
    if (index > from) out.push({ text: text.slice(from, index) });
    out.push(written(sign));
    from = index + sign.length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}

function written(sign: string): Piece {
  const named = /^⟨U\+([0-9A-F]+)⟩$/.exec(sign)?.[1];
  const code = named === undefined ? (sign.codePointAt(0) ?? 0) : Number.parseInt(named, 16);
  const isPicture = code >= 0x2400 && code <= 0x2426;
  const text = isPicture ? sign : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  if (isPicture || code < 0x20 || (code >= 0x7f && code < 0xa0)) return { text, odd: 'control' };
  return { text, odd: DIRECTION.test(String.fromCodePoint(code)) ? 'direction' : 'invisible' };
}

export type NameCaution = 'control' | 'direction' | 'invisible' | 'mixed-script' | 'two-extensions';

/** What could fool somebody who reads a name, an address or a subject. */
export function cautionsOf(text: string): readonly NameCaution[] {
  const odd = new Set(pieces(text).flatMap((piece) => (piece.odd === undefined ? [] : [piece.odd])));
  return [
    ...odd,
    ...(MIXED.test(text) || PUNYCODE.test(text) ? (['mixed-script'] as const) : []),
    ...(TWO_ENDINGS.test(text.replace(/\p{Cf}/gu, '')) ? (['two-extensions'] as const) : []),
  ];
}
