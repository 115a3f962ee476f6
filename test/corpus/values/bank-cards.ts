/** Made-up bank cards of every network met in China, published test numbers, and what looks like a card and is none. */
import { luhnDigit } from '../../kit/numbers.js';
import type { Dice } from '../dice.js';
import { decoy, type Piece } from '../piece.js';
import type { Value } from './value.js';

type Series = readonly [prefix: string, length: number];

/** Debit and credit cards that mainland banks issue; public prefixes. */
const UNIONPAY: readonly Series[] = [
  ['622202', 19], ['621226', 19], ['622848', 19], ['621700', 19], ['621661', 19], ['622262', 19], ['621483', 16], ['622588', 16], ['622575', 16], ['625958', 16], ['622155', 16], ['628288', 16],
  ['622568', 19], ['622908', 18], ['622622', 16], ['621691', 16], ['622689', 16], ['621799', 19], ['622188', 19], ['621098', 19], ['622836', 16], ['622663', 16], ['622516', 16], ['622526', 16],
  ['622700', 19], ['621785', 19], ['622760', 16], ['621558', 19], ['622208', 19], ['622258', 17], ['622285', 17], ['623058', 19], ['621626', 19], ['622609', 16], ['621286', 16], ['622309', 19],
];
/** Mainland cards that do not begin with 62. */
const OLDER: readonly Series[] = [['955880', 19], ['955881', 19], ['955882', 19], ['95595', 19], ['95599', 19], ['9559980', 19], ['436742', 19], ['456351', 19], ['601382', 19], ['603445', 19], ['940066', 17], ['940053', 18], ['603367', 18], ['690755', 18]];
const FOREIGN: Readonly<Record<string, readonly Series[]>> = {
  'card-visa': [['4392', 16], ['4563', 16], ['4380', 16], ['4123', 16], ['4514', 16], ['4895', 16]],
  'card-mastercard': [['5187', 16], ['5264', 16], ['5401', 16], ['5520', 16], ['2221', 16], ['2550', 16], ['2703', 16]],
  'card-amex': [['3712', 15], ['3770', 15], ['3440', 15], ['3796', 15]],
  'card-jcb': [['356827', 16], ['356840', 16], ['3528', 16], ['3588', 16]],
  'card-diners': [['3056', 14], ['3624', 14], ['3802', 14]],
  'card-discover': [['6011', 16], ['6450', 16], ['6510', 16]],
  'card-81': [['810045', 16], ['813612', 16], ['815201', 19], ['817199', 19]],
};
/** Published by the networks and payment services for tests. */
const TEST_NUMBERS = ['4111111111111111', '4242424242424242', '5555555555554444', '5105105105105100', '378282246310005', '371449635398431', '30569309025904', '6011111111111117', '3530111333300000', '6200000000000005', '2223003122003222', '8171999900000000021'];

const KINDS = [...Array<string>(18).fill('card-unionpay'), ...Array<string>(3).fill('card-62-other'), ...Array<string>(3).fill('card-older'), 'card-visa', 'card-visa', 'card-mastercard', 'card-mastercard', 'card-amex', 'card-jcb', 'card-diners', 'card-discover', 'card-81', 'card-test'];

export function bankCard(dice: Dice, kind: string = dice.pick(KINDS)): Value {
  return { detector: 'bank-card', digits: digitsOf(dice, kind), kind };
}

function digitsOf(dice: Dice, kind: string): string {
  if (kind === 'card-test') return dice.pick(TEST_NUMBERS);
  if (kind === 'card-62-other') return filled(dice, [`62${dice.digits(4)}`, dice.pick([16, 16, 19, 19, 17, 18])]);
  return filled(dice, dice.pick(kind === 'card-unionpay' ? UNIONPAY : kind === 'card-older' ? OLDER : (FOREIGN[kind] ?? UNIONPAY)));
}

/** Luhn right, and no run of five equal digits: those are sold, not issued. */
function filled(dice: Dice, [prefix, length]: Series): string {
  for (;;) {
    const body = prefix + dice.digits(length - prefix.length - 1);
    const digits = body + luhnDigit(body);
    if (!/(\d)\1{4}/.test(digits)) return digits;
  }
}

function withoutLuhn(dice: Dice, body: string): string {
  return body + String((Number(luhnDigit(body)) + dice.between(1, 9)) % 10);
}

/** What differs from a card in exactly one respect. */
export function nearCard(dice: Dice): Piece {
  const digits = digitsOf(dice, dice.pick(['card-unionpay', 'card-unionpay', 'card-visa', 'card-mastercard']));
  switch (dice.below(6)) {
    case 0:
    case 1:
    case 2:
      return decoy('card-bad-luhn', withoutLuhn(dice, digits.slice(0, -1)));
    case 3:
      return decoy('card-short', digits.slice(0, 12));
    case 4:
      return decoy('card-long', digits.length === 19 ? digits + dice.digits(1) : withoutLuhn(dice, digits));
    default:
      return decoy('card-in-hex', `${dice.hex(5)}${dice.pick(['a', 'b', 'd', 'e'])}${digits}${dice.pick(['a', 'c', 'd', 'f'])}${dice.hex(6)}`);
  }
}

/** An account of a bank that is no card: no issuer range, and no check digit. */
export function bankAccount(dice: Dice): Piece {
  const body = dice.pick([`0${dice.digits(14)}`, `1${dice.digits(17)}`, `32050${dice.digits(13)}`, `7${dice.digits(12)}`, `11001${dice.digits(12)}`, `8${dice.digits(9)}`]);
  return decoy('bank-account', withoutLuhn(dice, body));
}
