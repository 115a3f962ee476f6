/** Texts of strangers for people's eyes: what they could not see, or what would turn the text around, is written out. */

const PICTURES = 0x2400;
/** Characters without a sign of their own. */
export const INVISIBLE = /[\p{Cf}\p{Co}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5|(?!\ufe0f)\p{Variation_Selector}/u;
/** But line ends and tabs. */
export const CONTROL = /[^\P{Cc}\t\n\r]/u;
const WRITTEN_OUT = new RegExp(`\\r\\n|\\r|${CONTROL.source}|${INVISIBLE.source}|[\\p{Cs}\\p{Zl}\\p{Zp}]`, 'gu');

function written(sign: string): string {
  if (sign === '\r\n' || sign === '\r') return '\n';
  const code = sign.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === 0x7f ? '\u2421' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Line ends become `\n`; tabs stay. */
export function visible(text: string): string {
  return text.replace(WRITTEN_OUT, written);
}

/** On one line: names and cells have no line ends. */
export function visibleLine(text: string): string {
  return visible(text).replace(/\n/g, '␊').replace(/\t/g, '␉');
}
