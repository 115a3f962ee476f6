/** How a text is shown, from what the decoders took it for, what it calls itself, and how it begins. */
import type { LookedPage, View } from '../ports.js';

export type PartKind = LookedPage['kind'];
export type WidthAt = NonNullable<View['widthAt']>;

/** Of the charsets that a text is read in, the one that people see it in. */
export function charsetFor(views: readonly View[], sample: Uint8Array): string {
  const charsets = [...new Set(views.map(({ charset }) => charset))];
  const other = charsets.find((charset) => charset !== 'utf-8');
  return other === undefined || (charsets.includes('utf-8') && isUtf8Prefix(sample)) ? 'utf-8' : other;
}

export function widthOf(views: readonly View[], charset: string): WidthAt | undefined {
  return views.find((view) => view.charset === charset)?.widthAt;
}

function isUtf8Prefix(sample: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(sample);
  const wrong = text.indexOf('\uFFFD');
  return wrong < 0 || wrong >= text.length - 3;
}

/** `shown`: as its leaf says. */
export function kindOf(shown: string, part: string, mediaType: string | undefined, start: Uint8Array): PartKind {
  const opens = /^\s*(\{|\[\s*["{[])/.test(Buffer.from(start.subarray(0, 64)).toString('latin1'));
  if (shown === 'json') return 'json';
  // `curl -d` calls everything a form.
  if ((shown === 'form' || shown === 'unknown-text') && opens) return 'json';
  if (shown === 'form') return 'form';
  return /^text\/(csv|tab-separated-values)$/.test(mediaType ?? '') || /\.(csv|tsv)$/.test(part) ? 'table' : 'text';
}
