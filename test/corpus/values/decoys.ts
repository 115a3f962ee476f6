/** Numbers of other kinds, as they are met beside IDs, cards and phones. Some have by pure chance a valid shape: their label says what they are. */
import { luhnDigit } from '../../kit/numbers.js';
import type { Dice } from '../dice.js';
import { decoy, type Piece } from '../piece.js';
import { day } from '../words.js';

const compactDay = (dice: Dice): string => day(dice).replaceAll('-', '');
const compactClock = (dice: Dice): string => `${String(dice.below(24)).padStart(2, '0')}${String(dice.below(60)).padStart(2, '0')}${String(dice.below(60)).padStart(2, '0')}`;
const upper = (dice: Dice, count: number): string => Array.from({ length: count }, () => dice.pick(Array.from('ABCDEFGHJKLMNPQRTUWXY'))).join('');
/** Seconds since 1970 for days between 2018 and 2027. */
const epoch = (dice: Dice): string => String(1_514_764_800 + dice.below(283_000_000));
const group = (digits: string, size: number, by: string): string => digits.match(new RegExp(`.{1,${size}}`, 'g'))?.join(by) ?? digits;

const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const USCC_LETTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
function uscc(dice: Dice, allDigits: boolean): string {
  for (;;) {
    const body = `91${dice.pick(['110105', '310115', '440305', '330106', '510104', '320506'])}${allDigits ? dice.digits(9) : `MA${upper(dice, 1)}${dice.digits(6)}`}`;
    const sum = USCC_WEIGHTS.reduce((total, weight, at) => total + weight * USCC_LETTERS.indexOf(body.charAt(at)), 0);
    const check = USCC_LETTERS.charAt((31 - (sum % 31)) % 31);
    if (!allDigits || /\d/.test(check)) return body + check;
  }
}
const withLuhn = (body: string): string => body + luhnDigit(body);
const ean = (body: string): string => {
  const sum = Array.from(body).reduce((total, one, at) => total + Number(one) * (at % 2 === 0 ? 1 : 3), 0);
  return body + String((10 - (sum % 10)) % 10);
};

/** Each is a kind of its own in the figures. */
export const DECOYS: Readonly<Record<string, (dice: Dice) => string>> = {
  order: (dice) => dice.pick([compactDay(dice) + compactClock(dice) + dice.digits(dice.pick([2, 4, 5, 6])), dice.digits(dice.pick([11, 12, 14, 15, 16, 18, 19])), `1${dice.digits(10)}`, `${dice.pick(['NO', 'SO', 'DD', 'PO-', 'D'])}${compactDay(dice)}${dice.digits(6)}`, `62${dice.digits(17)}`, `4${dice.digits(17)}`]),
  trade: (dice) => dice.pick([`42000${dice.digits(5)}${compactDay(dice)}${dice.digits(10)}`, `${compactDay(dice)}22001${dice.digits(15)}`, dice.digits(16), dice.digits(19)]),
  waybill: (dice) => dice.pick([`SF${dice.digits(13)}`, `YT${dice.digits(13)}`, `JD00${dice.digits(11)}`, `7${dice.digits(13)}`, `43${dice.digits(13)}`, `11${dice.digits(11)}`, dice.digits(12), `JT${dice.digits(13)}`, `9${dice.digits(12)}`]),
  uscc: (dice) => uscc(dice, false),
  'uscc-digits': (dice) => uscc(dice, true),
  tax: (dice) => dice.pick([`${dice.pick(['110105', '310115', '440300'])}${dice.digits(9)}`, dice.digits(15), dice.digits(20)]),
  invoice: (dice) => dice.pick([dice.digits(8), `0${dice.digits(11)}`, dice.digits(20), `1${dice.digits(9)}`, `0${dice.digits(9)}`]),
  serial: (dice) => dice.pick([`SN${dice.digits(11)}`, `${upper(dice, 4)}${dice.digits(8)}`, dice.digits(13), `${upper(dice, 2)}1${dice.pick(['3', '5', '8'])}${dice.digits(9)}`, dice.digits(16), `${dice.digits(4)}-${dice.digits(4)}-${dice.digits(4)}`]),
  'epoch-s': epoch,
  'epoch-ms': (dice) => epoch(dice) + dice.digits(3),
  'epoch-us': (dice) => epoch(dice) + dice.digits(6),
  'epoch-ns': (dice) => epoch(dice) + dice.digits(9),
  moment: (dice) => compactDay(dice) + compactClock(dice) + dice.pick(['', dice.digits(3)]),
  coordinate: (dice) => dice.pick([`${dice.between(73, 134)}.${dice.digits(dice.pick([6, 8, 11, 14]))},${dice.between(18, 53)}.${dice.digits(dice.pick([6, 8, 11, 14]))}`, `${dice.between(18, 53)}.${dice.digits(13)}, ${dice.between(73, 134)}.${dice.digits(13)}`]),
  float: (dice) => dice.pick([`${dice.chance(0.1) ? '' : '0'}.${dice.digits(dice.pick([11, 16]))}`, `${dice.below(10)}.${dice.digits(15)}`, `-${dice.between(1, 400)}.${dice.digits(13)}`, `${dice.digits(1)}.${dice.digits(11)}e-0${dice.between(1, 9)}`, `0.1${dice.pick(['3', '5', '8'])}${dice.digits(9)}`]),
  hash: (dice) => dice.hex(dice.pick([32, 40, 64, 12, 16])),
  uuid: (dice) => [8, 4, 4, 4, 12].map((size) => (dice.chance(0.05) ? dice.digits(size) : dice.hex(size))).join('-'),
  imei: (dice) => withLuhn(`${dice.pick(['86', '35', '01', '99'])}${dice.digits(12)}`),
  imsi: (dice) => `4600${dice.digits(11)}`,
  iccid: (dice) => `8986${dice.digits(16)}`,
  isbn: (dice) => {
    const digits = ean(`978${dice.digits(9)}`);
    return dice.chance(0.5) ? digits : `${digits.slice(0, 3)}-${digits.slice(3, 4)}-${digits.slice(4, 7)}-${digits.slice(7, 12)}-${digits.slice(12)}`;
  },
  ean: (dice) => ean(`69${dice.digits(10)}`),
  qq: (dice) => String(dice.between(1, 9)) + dice.digits(dice.between(7, 9)),
  'foreign-phone': (dice) =>
    dice.pick([`+1 ${dice.pick(['415', '212', '650'])} 555 ${dice.digits(4)}`, `+1${dice.between(2, 9)}${dice.digits(9)}`, `+1-${dice.between(202, 989)}-${dice.between(200, 999)}-${dice.digits(4)}`, `+44 7${dice.digits(3)} ${dice.digits(6)}`, `+44 1${dice.pick(['3', '5', '8'])}${dice.digits(2)} ${dice.digits(6)}`, `+852 ${dice.pick(['5', '6', '9'])}${dice.digits(3)} ${dice.digits(4)}`, `+886 9${dice.digits(2)} ${dice.digits(3)} ${dice.digits(3)}`, `0081-${dice.digits(2)}-${dice.digits(4)}-${dice.digits(4)}`, `+49 1${dice.between(50, 79)} ${dice.digits(8)}`, `+61 4${dice.digits(8)}`, `+7 9${dice.digits(2)} ${dice.digits(3)}-${dice.digits(2)}-${dice.digits(2)}`, `+65 ${dice.pick(['8', '9'])}${dice.digits(7)}`]),
  'service-number': (dice) => dice.pick([`400-${dice.digits(3)}-${dice.digits(4)}`, `400${dice.digits(7)}`, `955${dice.digits(2)}`, `123${dice.digits(2)}`, `800-810-${dice.digits(4)}`, '10086', '10010', `1069${dice.digits(8)}`, `1065${dice.digits(12)}`, `400 ${dice.digits(4)} ${dice.digits(3)}`, `96${dice.digits(3)}`]),
  'machine-number': (dice) => dice.pick([`10648${dice.digits(8)}`, `10647${dice.digits(8)}`, `1440${dice.digits(9)}`, `1410${dice.digits(9)}`, `10649${dice.digits(8)}`]),
  snowflake: (dice) => dice.pick([`1${dice.between(1, 9)}${dice.digits(17)}`, `${dice.between(2, 9)}${dice.digits(17)}`, `1${dice.digits(18)}`]),
  'ip-port': (dice) => Array.from({ length: dice.between(1, 3) }, () => `${dice.pick(['10', '192', '172', '139'])}.${dice.between(10, 254)}.${dice.between(10, 254)}.${dice.between(1, 254)}:${dice.between(1024, 65535)}`).join(','),
  version: (dice) => dice.pick([`v${dice.below(20)}.${dice.below(100)}.${dice.below(9999)}-${compactDay(dice)}${compactClock(dice).slice(0, 4)}`, `${dice.below(20)}.${dice.below(100)}.${dice.below(1000)}.${dice.below(99999)}`, `1.${dice.below(10)}.${dice.below(20)}-${compactDay(dice)}.${compactClock(dice)}-1`]),
  passport: (dice) => dice.pick([`E${dice.digits(8)}`, `G${dice.digits(8)}`, `EA${dice.digits(7)}`]),
  'chip-time': (dice) => `${dice.digits(10)}.${dice.digits(6)}`,
  points: (dice) => Array.from({ length: dice.between(4, 16) }, () => String(dice.below(2000))).join(dice.pick([' ', ',', ', '])),
  decimals: (dice) => Array.from({ length: dice.between(3, 8) }, () => `${dice.below(300)}.${dice.digits(dice.pick([2, 4, 6]))}`).join(dice.pick([' ', ',', '\t'])),
  groups: (dice) => group(dice.digits(dice.pick([12, 16, 20, 24])), 4, dice.pick([' ', '-'])),
  licence: (dice) => Array.from({ length: 4 }, () => dice.digits(5)).join('-'),
};

export function decoyOf(dice: Dice, kind: string): Piece {
  const write = DECOYS[kind];
  if (write === undefined) throw new RangeError(`no decoy of that name: ${kind}`);
  return decoy(kind, write(dice));
}
