/** How a part is shown, from what the decoders took it for and what it calls itself. */
import type { PartReceipt } from '../ports.js';

export type PartKind = 'text' | 'json' | 'form' | 'table';

export function charsetOf({ chain }: PartReceipt, sample: Uint8Array): 'utf-8' | 'gb18030' {
  const charsets = chain.filter((layer) => layer === 'utf-8' || layer === 'gb18030');
  const isBoth = charsets.includes('utf-8') && charsets.includes('gb18030');
  if (isBoth) return isUtf8Prefix(sample) ? 'utf-8' : 'gb18030';
  return charsets.includes('gb18030') ? 'gb18030' : 'utf-8';
}

function isUtf8Prefix(sample: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(sample);
  const wrong = text.indexOf('\uFFFD');
  return wrong < 0 || wrong >= text.length - 3;
}

export function partKind(part: PartReceipt, mediaType: string | undefined, start: Uint8Array): PartKind {
  const [syntax] = part.chain;
  const opens = /^\s*(\{|\[\s*["{[])/.test(Buffer.from(start.subarray(0, 64)).toString('latin1'));
  if (syntax === 'json') return 'json';
  // `curl -d` calls everything a form.
  if ((syntax === 'form' || syntax === 'unknown-text') && opens) return 'json';
  if (syntax === 'form') return 'form';
  return /^text\/(csv|tab-separated-values)$/.test(mediaType ?? '') || /\.(csv|tsv)$/.test(part.part) ? 'table' : 'text';
}
