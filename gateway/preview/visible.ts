/** Text for people's eyes: what they could not see, or what would turn the text around, is written out; and what may fool them is named. */
import type { Caution } from '../ports.js';

const PICTURES = 0x2400;
/** Reordering of right-to-left text: `gpj.exe` can be made to read `exe.jpg`. */
const DIRECTION = /\p{Bidi_Control}/u;
const INVISIBLE = /[\p{Cf}\p{Co}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5|(?!\ufe0f)\p{Variation_Selector}/u;
const CONTROL = /[^\P{Cc}\t\n\r]/u;
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

export function textCautions(text: string): readonly Caution[] {
  const cautions: Caution[] = [];
  if (CONTROL.test(text)) cautions.push('control');
  if (DIRECTION.test(text)) cautions.push('direction');
  if (INVISIBLE.test(text.replace(/\p{Bidi_Control}|\ufeff/gu, ''))) cautions.push('invisible');
  return cautions;
}

/** Letters of scripts that look alike beside each other in one word. */
const MIXED = /[A-Za-z][\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}][A-Za-z]|[\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]/u;
/** A document's ending in front of one that runs. */
const TWO = /\.(pdf|docx?|xlsx?|pptx?|txt|csv|jpe?g|png|zip|html?)\s*\.(exe|scr|com|bat|cmd|js|jse|vbs|wsf|hta|lnk|ps1|jar|msi|iso|apk|sh)\s*$/i;

export function nameCautions(name: string): readonly Caution[] {
  const cautions: Caution[] = [...textCautions(name)];
  if (MIXED.test(name)) cautions.push('mixed-script');
  if (TWO.test(name.replace(/\p{Cf}/gu, ''))) cautions.push('two-extensions');
  return cautions;
}
