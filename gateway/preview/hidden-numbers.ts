/** Covers numbers that the scan of a text leaves alone: written in an encoding that no detector reads, or judged by what stands around them to be something else. */
import type { InspectorFactory } from '../ports.js';

/** Fewer digits in a row are nobody's number. */
const LEAST = 9;
/** Encoded text, also on several lines: nine digits need twelve characters. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*={0,2}/g;
const ESCAPED = new RegExp(`(?:(?:[\\\\]x|=|0x|[ :])?3[0-9]){${String(LEAST)},}`, 'g');
const DIGITS = new RegExp(`[0-9]{${String(LEAST)},}|(?:\\xef\\xbc[\\x90-\\x99]){${String(LEAST)},}|(?:[0-9]\\0){${String(LEAST)},}`);
/** As many digits as the shortest number has, as people group them. */
const RUN = /[0-9０-９](?:[ .·-]?[0-9０-９]){10,}[XxＸｘ]?/g;
/** Longer ones are rows of numbers: each is judged by itself. */
const RUN_MOST = 64;
const PIECE = /[0-9０-９]{11,}[XxＸｘ]?/g;

/** The same text with stars over what must not be shown, as long as it was; undefined when there is nothing. */
export type HideNumbers = (text: string) => string | undefined;

/** `inspectors` judge a number by itself: near a word that calls it something else, or glued to letters, it is still somebody's number. */
export function hideNumbers(inspectors: InspectorFactory): HideNumbers {
  const judged = (runs: readonly string[]): ReadonlySet<string> => {
    const texts = [...new Set(runs)].map((text, at) => ({ name: String(at), kind: 'field' as const, text }));
    if (texts.length === 0) return new Set();
    const { safe } = inspectors.inspectHead(texts, () => true);
    return new Set(texts.flatMap(({ name, text }) => (safe.get(name) === text ? [] : [text])));
  };
  return (text) => {
    const encoded = text.replace(BASE64, (token) => (hidesDigits(token) ? starred(token) : token)).replace(ESCAPED, (token) => starred(token));
    const runs = [...encoded.matchAll(RUN), ...encoded.matchAll(PIECE)].map(([run]) => run);
    const numbers = judged(runs.filter(({ length }) => length <= RUN_MOST));
    const hidden = (run: string): string => (numbers.has(run) ? starred(run) : run);
    const covered = numbers.size === 0 ? encoded : encoded.replace(RUN, hidden).replace(PIECE, hidden);
    return covered === text ? undefined : covered;
  };
}

/** True when a token says such digits, wherever in it an encoded text begins. */
function hidesDigits(token: string): boolean {
  const plain = token.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/');
  for (let start = 0; start < 4; start++) if (DIGITS.test(Buffer.from(plain.slice(start), 'base64').toString('latin1'))) return true;
  return false;
}

const starred = (token: string): string => token.replace(/\S/g, '*');
