/** What in a text may fool the person who reads it, by name. */
import type { Caution } from '../ports.js';
import { CONTROL, INVISIBLE } from '../visible-text.js';

export { visible, visibleLine } from '../visible-text.js';

/** Reordering of right-to-left text: `gpj.exe` can be made to read `exe.jpg`. */
const DIRECTION = /\p{Bidi_Control}/u;

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
