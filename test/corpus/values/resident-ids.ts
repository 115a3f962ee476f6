/** Made-up resident IDs of every kind that exists, and what looks like one and is none. */
import { idCheck } from '../../kit/numbers.js';
import type { Dice } from '../dice.js';
import { decoy, type Piece } from '../piece.js';
import type { Value } from './value.js';

/** Counties in force, from GB/T 2260. */
const COUNTIES = (
  '110101 110105 110106 110108 110112 110114 120101 120104 120116 130102 130203 130602 140105 140202 150102 150203 210102 210203 220102 220204 230102 230602 ' +
  '310101 310104 310107 310115 320102 320106 320505 320583 330106 330113 330203 330302 330782 340102 340202 350102 350203 350582 360102 360702 370102 370203 370685 ' +
  '410102 410302 411202 420102 420106 420502 430102 430103 430281 440103 440106 440305 440306 440402 440604 450102 450302 460105 460106 500103 500106 500112 ' +
  '510104 510107 510722 520102 520302 530102 530302 540102 610102 610113 610402 620102 620502 630102 640104 650102 650104 653101'
).split(' ');
/** Counties that were abolished or merged; who was born there keeps the number. */
const ABOLISHED = '110103 110104 110201 120106 120107 120108 120110 310103 310106 310119 310225 320103 320107 320202 330103 330104 362324 420117 440102 510202 513001 522101 532101 652101'.split(' ');
/** Provinces, for counties that no list has. */
const PROVINCES = '11 13 21 32 33 35 37 41 42 43 44 45 51 52 61'.split(' ');
const PERMITS = ['810000', '820000', '830000'];
/** ISO 3166 numeric codes of frequent nationalities. */
const NATIONS = ['840', '826', '392', '410', '250', '276', '643', '356', '124', '036', '702', '682'];

const KINDS = [
  ...Array<string>(14).fill('id-18'), ...Array<string>(4).fill('id-abolished'), 'id-before-1900', 'id-1900s', 'id-permit', 'id-permit', 'id-foreigner', 'id-x', 'id-x', 'id-x', 'id-x-lower', 'id-x-lower',
  'id-15', 'id-15', 'id-no-county',
];

export function residentId(dice: Dice, kind: string = dice.pick(KINDS)): Value {
  return { detector: 'cn.resident-id', digits: digitsOf(dice, kind), kind };
}

function digitsOf(dice: Dice, kind: string): string {
  switch (kind) {
    case 'id-x':
    case 'id-x-lower':
      for (;;) {
        const digits = checked(dice.pick(COUNTIES) + born(dice, 1945, 2018) + order(dice));
        if (digits.endsWith('X')) return kind === 'id-x' ? digits : digits.toLowerCase();
      }
    case 'id-digits':
      for (;;) {
        const digits = digitsOf(dice, dice.pick(['id-18', 'id-abolished']));
        if (!digits.endsWith('X')) return digits;
      }
    case 'id-abolished':
      return checked(dice.pick(ABOLISHED) + born(dice, 1930, 1990) + order(dice));
    case 'id-before-1900':
      return checked(dice.pick(COUNTIES) + born(dice, 1880, 1899) + order(dice));
    case 'id-1900s':
      return checked(dice.pick(COUNTIES) + born(dice, 1900, 1930) + order(dice));
    case 'id-permit':
      return checked(dice.pick(PERMITS) + born(dice, 1950, 2020) + order(dice));
    case 'id-foreigner':
      return checked(`9${dice.pick(PROVINCES)}${dice.pick(NATIONS)}${born(dice, 1950, 2015)}${order(dice)}`);
    case 'id-15':
      return dice.pick(dice.chance(0.3) ? ABOLISHED : COUNTIES) + born(dice, 1925, 1985).slice(2) + order(dice);
    case 'id-no-county':
      return checked(`${dice.pick(PROVINCES)}${dice.pick(['97', '98', '99'])}${dice.between(60, 98)}${born(dice, 1950, 2010)}${order(dice)}`);
    default:
      return checked(dice.pick(COUNTIES) + born(dice, 1945, 2018) + order(dice));
  }
}

/** What differs from an ID in exactly one respect. */
export function nearId(dice: Dice): Piece {
  const digits = digitsOf(dice, 'id-18');
  const body = digits.slice(0, 17);
  switch (dice.below(7)) {
    case 0:
    case 1: {
      const wrong = dice.below(10);
      return decoy('id-bad-check', body + (idCheck(body) === String(wrong) ? String((wrong + 1) % 10) : String(wrong)));
    }
    case 2: {
      const date = dice.pick([`${dice.between(1950, 2010)}1${dice.between(3, 9)}${dice.between(10, 28)}`, `${dice.between(1950, 2010)}0${dice.between(1, 9)}${dice.between(32, 99)}`, `${dice.pick([1951, 1983, 1999, 2001])}0229`, `${dice.between(1950, 2010)}0431`, `${dice.between(2050, 2099)}0101`]);
      return decoy('id-bad-date', checked(digits.slice(0, 6) + date + order(dice)));
    }
    case 3:
      return decoy('id-bad-province', checked(dice.pick(['00', '10', '16', '17', '29', '38', '47', '55', '66', '74']) + digits.slice(2, 17)));
    case 4:
      return decoy('id-short', body);
    case 5:
      return decoy('id-long', digitsOf(dice, 'id-digits') + dice.digits(1));
    default:
      return decoy('id-in-hex', `${dice.hex(3)}${dice.pick(['a', 'b', 'c', 'd', 'e', 'f'])}${digits.replace('X', '0')}${dice.pick(['a', 'b', 'c', 'd', 'e', 'f'])}${dice.hex(10)}`);
  }
}

function checked(body: string): string {
  return body + idCheck(body);
}

function born(dice: Dice, first: number, last: number): string {
  const day = new Date(Date.UTC(dice.between(first, last), dice.below(12), 1 + dice.below(28)));
  return day.toISOString().slice(0, 10).replaceAll('-', '');
}

function order(dice: Dice): string {
  return String(dice.between(1, 999)).padStart(3, '0');
}
