/** Numbers that a document stores as numbers: the digits people see, and a mask of the same width that is still a number (HC 8). */

const TOKEN = /^\s*([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*$/;
/** Digits that no number of ours exceeds by far: a longer expansion says nothing. */
const LONGEST = 40;

export function isNumber(text: string): boolean {
  return TOKEN.test(text);
}

/** `1.3800138E10` as people see it, `13800138000`; the text itself where it is no whole number. */
export function digitsOf(text: string): string {
  const match = TOKEN.exec(text);
  if (match === null) return text;
  const [, , whole = '', fraction = '', exponent = '0'] = match;
  const power = Number(exponent);
  if (power === 0 && fraction === '') return text.trim();
  const shift = fraction.length - power;
  const digits = whole + fraction;
  if (shift <= 0) return digits.length - shift > LONGEST ? text : trimmed(digits + '0'.repeat(-shift));
  const cut = digits.length - shift;
  return cut > 0 && /^0*$/.test(digits.slice(cut)) ? trimmed(digits.slice(0, cut)) : text;
}

function trimmed(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

/** Digits become 1 and zeros; sign, point and exponent stay, so that the width and the syntax do. */
export function oneAndZeros(text: string): string {
  const end = text.search(/[eE]/);
  const mantissa = end < 0 ? text : text.slice(0, end);
  let first = true;
  const masked = mantissa.replace(/\d/g, () => {
    const digit = first ? '1' : '0';
    first = false;
    return digit;
  });
  return masked + (end < 0 ? '' : text.slice(end));
}

/** A mask of its own, or a number that tells as little as one. */
export function isOneAndZeros(text: string): boolean {
  return oneAndZeros(text) === text;
}
