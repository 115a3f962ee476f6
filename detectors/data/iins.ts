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
  // Maestro covers a tenth of all numbers: never believed without a word.
  { network: 'maestro', from: 500000, to: 509999, usual: [], rare: [16, 18, 19] },
  { network: 'maestro', from: 560000, to: 589999, usual: [], rare: [16, 18, 19] },
  { network: 'maestro', from: 630000, to: 643999, usual: [], rare: [16, 18, 19] },
  { network: 'maestro', from: 660000, to: 699999, usual: [], rare: [16, 18, 19] },
];

/** Card numbers that networks and payment services publish for tests; they get the tag `test-number`. */
export const TEST_CARDS: ReadonlySet<string> = new Set([
  '4111111111111111', '4242424242424242', '4012888888881881', '4012000033330026', '4000056655665556', '4000000000000002',
  '4000000000000077', '4222222222222', '4005519200000004', '4009348888881881', '4012000077777777', '4217651111111119', '4500600000000061',
  '5555555555554444', '5105105105105100', '5200828282828210', '2223003122003222', '2223000048400011', '5454545454545454', '5431111111111111',
  '378282246310005', '371449635398431', '378734493671000', '370000000000002', '341111111111111',
  '30569309025904', '38520000023237', '36227206271667', '3056930009020004', '36148900647913',
  '6011111111111117', '6011000990139424', '6011981111111113', '3530111333300000', '3566002020360505', '3566111111111113',
  '6200000000000005', '6200000000000047', '6205500000000000004', '6250941006528599', '6250946000000016', '6243030000000001',
  '8171999900000000021', '8171999927660000', '6799990100000000019', '2200000000000004', '2201382000000013',
]);
