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
