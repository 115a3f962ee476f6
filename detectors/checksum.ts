/** The two check digits that Chinese IDs and bank cards end with. */

/** ISO/IEC 7812 (Luhn) over a string of ASCII digits, check digit last. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, twice = false; at >= 0; at--, twice = !twice) {
    const digit = digits.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return false;
    const weighted = twice ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** ISO 7064 MOD 11-2 over digits whose last character may be `X`; of any length, as codes other than IDs use it too. */
export function mod11Two(digits: string): boolean {
  const last = digits.length - 1;
  if (last < 1) return false;
  let rest = 0;
  for (let at = 0; at < last; at++) {
    const digit = digits.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return false;
    rest = ((rest + digit) * 2) % 11;
  }
  const check = (12 - rest) % 11;
  return digits.charAt(last) === (check === 10 ? 'X' : String(check));
}

/** Weights of GB 32100: powers of 3 modulo 31. */
const CREDIT_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/** Weights of GB 11714, whose nine characters every credit code holds. */
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** Both check digits of an all-digit 统一社会信用代码 (GB 32100 MOD 31, and GB 11714 MOD 11 inside it): right by chance for 1 number in 340. */
export function creditCode(digits: string): boolean {
  if (!/^\d{18}$/.test(digits)) return false;
  const weighted = (from: number, weights: readonly number[]): number =>
    weights.reduce((sum, weight, at) => sum + weight * Number(digits.charAt(from + at)), 0);
  // Check values of 10 and over are letters.
  return (31 - (weighted(0, CREDIT_WEIGHTS) % 31)) % 31 === Number(digits.charAt(17)) && (11 - (weighted(8, ORGANISATION_WEIGHTS) % 11)) % 11 === Number(digits.charAt(16));
}
