/** The three bands of confidence: what people are told, and where policies act by default. */

/** From here on policies act unless a rule says otherwise. */
export const MEDIUM_FROM = 0.7;
export const HIGH_FROM = 0.9;

export type Band = 'low' | 'medium' | 'high';

export function bandOf(confidence: number): Band {
  if (confidence >= HIGH_FROM) return 'high';
  return confidence >= MEDIUM_FROM ? 'medium' : 'low';
}
