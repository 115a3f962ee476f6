/** Why a finding is one, in sentences: its band, what speaks for it, what against. */
import { bandOf } from '../../detectors/band.js';
import { reasonWords } from '../../detectors/reasons.js';
import type { Finding } from '../ports.js';
import { fill, type Language, type Words } from './words.js';

/** Tags that detectors give, with the key of their words. */
const TAGS: Readonly<Record<string, 'testNumber'>> = { 'test-number': 'testNumber' };

/** One line each; a code without words stands for itself, as a detector from elsewhere may give. */
export function explained({ confidence, reasons, tags }: Pick<Finding, 'confidence' | 'reasons' | 'tags'>, language: Language, words: Words): string[] {
  const sides: { readonly for: string[]; readonly against: string[] } = { for: [], against: [] };
  for (const code of reasons) {
    const known = reasonWords(code);
    sides[known?.side ?? 'for'].push(known?.[language] ?? code);
  }
  const joined = (clauses: readonly string[]): string => clauses.join(language === 'zh' ? '；' : '; ');
  const lines = [fill(words.band, { band: words[bandOf(confidence)], confidence: confidence.toFixed(2) })];
  if (sides.for.length > 0) lines.push(fill(words.speaksFor, { clauses: joined(sides.for) }));
  if (sides.against.length > 0) lines.push(fill(words.speaksAgainst, { clauses: joined(sides.against) }));
  for (const tag of tags) {
    const key = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
    lines.push(key === undefined ? fill(words.tagged, { tag }) : words[key]);
  }
  return lines;
}
