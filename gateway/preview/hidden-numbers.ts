/** Covers numbers that no detector reads because they are written in an encoding: a preview must not carry them out all the same. */

/** Fewer digits in a row are nobody's number. */
const LEAST = 9;
/** Encoded text, also on several lines: nine digits need twelve characters. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*={0,2}/g;
const ESCAPED = new RegExp(`(?:(?:[\\\\]x|=|0x|[ :])?3[0-9]){${String(LEAST)},}`, 'g');
const DIGITS = new RegExp(`[0-9]{${String(LEAST)},}|(?:\\xef\\xbc[\\x90-\\x99]){${String(LEAST)},}|(?:[0-9]\\0){${String(LEAST)},}`);

/** True when a token says such digits, wherever in it an encoded text begins. */
function hidesDigits(token: string): boolean {
  const plain = token.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/');
  for (let start = 0; start < 4; start++) if (DIGITS.test(Buffer.from(plain.slice(start), 'base64').toString('latin1'))) return true;
  return false;
}

const starred = (token: string): string => token.replace(/\S/g, '*');

/** The same text, or undefined when nothing was hidden in it. The result is as long as the text. */
export function withoutHiddenNumbers(text: string): string | undefined {
  const covered = text
    .replace(BASE64, (token) => (hidesDigits(token) ? starred(token) : token))
    .replace(ESCAPED, (token) => starred(token));
  return covered === text ? undefined : covered;
}
