/** Issuer ranges by first six digits and length: ISO/IEC 7812 networks as their operators publish them (seen 2026-11 in credit-card-type, commons-validator and UnionPay's notices). */

export interface IssuerRange {
  readonly network: string;
  /** First six digits, both ends included. */
  readonly from: number;
  readonly to: number;
  /** Lengths in everyday use: a number alone is believed. */
  readonly usual: readonly number[];
  /** Lengths that exist but are so rare that a word has to stand near. */
  readonly rare: readonly number[];
}

export const ISSUER_RANGES: readonly IssuerRange[] = [
  { network: 'unionpay', from: 620000, to: 629999, usual: [16, 17, 18, 19], rare: [13, 14, 15] },
  { network: 'unionpay', from: 810000, to: 817199, usual: [16, 17, 18, 19], rare: [] },
  // Visa numbers of 13 digits are no longer issued and those of 19 are few, while order numbers of that shape are common.
  { network: 'visa', from: 400000, to: 499999, usual: [16], rare: [13, 19] },
  { network: 'mastercard', from: 510000, to: 559999, usual: [16], rare: [] },
  { network: 'mastercard', from: 222100, to: 272099, usual: [16], rare: [] },
  { network: 'amex', from: 340000, to: 349999, usual: [15], rare: [] },
  { network: 'amex', from: 370000, to: 379999, usual: [15], rare: [] },
  { network: 'diners', from: 300000, to: 305999, usual: [14], rare: [16, 17, 18, 19] },
  { network: 'diners', from: 309500, to: 309599, usual: [14], rare: [16, 17, 18, 19] },
  { network: 'diners', from: 360000, to: 369999, usual: [14], rare: [15, 16, 17, 18, 19] },
  { network: 'diners', from: 380000, to: 399999, usual: [14], rare: [16, 17, 18, 19] },
  { network: 'discover', from: 601100, to: 601199, usual: [16], rare: [17, 18, 19] },
  { network: 'discover', from: 644000, to: 659999, usual: [16], rare: [17, 18, 19] },
  { network: 'jcb', from: 352800, to: 358999, usual: [16], rare: [17, 18, 19] },
  { network: 'mir', from: 220000, to: 220499, usual: [16], rare: [17, 18, 19] },
  // Cards of the Agricultural Bank of China from before 62 was assigned; three digits tell them from few other numbers.
  { network: 'unionpay', from: 103000, to: 103999, usual: [], rare: [19] },
  // Banks of mainland cities and provinces from before 62: prefixes scattered over these ranges, of which no list is whole.
  { network: 'unionpay', from: 940000, to: 940099, usual: [16, 17, 18, 19], rare: [] },
  { network: 'unionpay', from: 955000, to: 955999, usual: [16, 19], rare: [15, 17, 18] },
  { network: 'unionpay', from: 968800, to: 968899, usual: [16], rare: [] },
  { network: 'unionpay', from: 984300, to: 984399, usual: [16], rare: [] },
  { network: 'unionpay', from: 998800, to: 998899, usual: [16], rare: [] },
  { network: 'troy', from: 979200, to: 979299, usual: [], rare: [16] },
  { network: 'humo', from: 986000, to: 986099, usual: [], rare: [16] },
  { network: 'uzcard', from: 860000, to: 860099, usual: [], rare: [16] },
  // Maestro covers a tenth of all numbers: never believed without a word.
  { network: 'maestro', from: 500000, to: 509999, usual: [], rare: [16, 18, 19] },
  { network: 'maestro', from: 560000, to: 589999, usual: [], rare: [16, 18, 19] },
  { network: 'maestro', from: 630000, to: 643999, usual: [], rare: [16, 18, 19] },
  { network: 'maestro', from: 660000, to: 699999, usual: [], rare: [16, 18, 19] },
];
