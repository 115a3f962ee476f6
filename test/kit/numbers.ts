/** A seeded source of made-up numbers for tests: valid IDs, cards and phones, and near misses. It shares no code with the detectors, so that it checks them. */

/** County codes that exist in GB/T 2260, one for each of a few provinces and both residence-permit regions. */
const COUNTIES = ['110105', '120101', '130102', '210102', '310104', '320102', '330106', '440305', '510104', '610113', '650102', '810000', '830000'];
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = '10X98765432';

/** First digits and whole length of cards in circulation. */
const CARD_SHAPES: readonly (readonly [prefix: string, length: number])[] = [
  ['622202', 19], ['621700', 19], ['622848', 19], ['621226', 19],
  ['622588', 16], ['625958', 16], ['4367', 16], ['5187', 16], ['356827', 16], ['371244', 15],
];
const MOBILE_PREFIXES = ['130', '133', '138', '139', '150', '155', '159', '166', '173', '176', '178', '180', '186', '188', '189', '191', '195', '199'];

export interface NumberSource {
  /** 18 characters, checksum right, a real county, born 1940 to 2015. */
  residentId(): string;
  /** Luhn right, first digits and length of cards in circulation. */
  bankCard(): string;
  /** A mobile number of 11 digits. */
  phone(): string;
  /** A resident ID whose check character alone is wrong. */
  nearMissId(): string;
  /** A card whose Luhn digit alone is wrong. */
  nearMissCard(): string;
}

export function numberSource(seed: number): NumberSource {
  const below = randomBelow(seed);
  const digits = (count: number): string => Array.from({ length: count }, () => below(10)).join('');
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[below(list.length)];
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  };

  const idBody = (): string => {
    const born = new Date(Date.UTC(1940, 0, 1 + below(27_700)));
    const order = String(1 + below(999)).padStart(3, '0');
    return pick(COUNTIES) + born.toISOString().slice(0, 10).replaceAll('-', '') + order;
  };
  // Drawn again while a digit repeats four times: no card in circulation looks like that.
  const cardBody = (): string => {
    const [prefix, length] = pick(CARD_SHAPES);
    for (;;) {
      const body = prefix + digits(length - prefix.length - 1);
      if (!/(\d)\1{3}/.test(body + luhnDigit(body))) return body;
    }
  };

  return {
    residentId: () => {
      const body = idBody();
      return body + idCheck(body);
    },
    bankCard: () => {
      const body = cardBody();
      return body + luhnDigit(body);
    },
    phone: () => {
      for (;;) {
        const number = pick(MOBILE_PREFIXES) + digits(8);
        if (!/(\d)\1{4}/.test(number)) return number;
      }
    },
    nearMissId: () => {
      const body = idBody();
      const wrong = (ID_CHECKS.indexOf(idCheck(body)) + 1 + below(10)) % 11;
      return body + ID_CHECKS.charAt(wrong);
    },
    nearMissCard: () => {
      const body = cardBody();
      return body + String((Number(luhnDigit(body)) + 1 + below(9)) % 10);
    },
  };
}

/** Mulberry32: small, seeded, the same on every machine. */
export function randomBelow(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** ISO 7064 MOD 11-2 over 17 digits. */
export function idCheck(body: string): string {
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(body.charAt(index)), 0);
  return ID_CHECKS.charAt(sum % 11);
}

/** The digit that makes `body` plus itself pass Luhn. */
export function luhnDigit(body: string): string {
  let sum = 0;
  for (let index = body.length - 1, twice = true; index >= 0; index -= 1, twice = !twice) {
    const digit = Number(body.charAt(index)) * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return String((10 - (sum % 10)) % 10);
}
