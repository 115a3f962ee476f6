/** Made-up phone numbers in every segment in force, landlines, and what looks like one and is none. */
import type { Dice } from '../dice.js';
import { decoy, type Piece } from '../piece.js';
import type { Value } from './value.js';

/** Segments in force, from MIIT's list of 2023-03; 1349, 1619, 174x are satellite. */
const SEGMENTS = (
  '130 131 132 133 134 135 136 137 138 139 145 146 147 148 149 150 151 152 153 155 156 157 158 159 162 165 166 167 170 171 172 173 175 176 177 178 ' +
  '180 181 182 183 184 185 186 187 188 189 190 191 192 193 195 196 197 198 199'
).split(' ');
const OFTEN = '130 133 135 136 137 138 139 150 151 152 155 158 159 176 177 180 181 182 185 186 187 188 189 199'.split(' ');
const SATELLITE = ['1349', '17400', '17405', '1619'];
const EIGHT = ['010', '020', '021', '022', '023', '024', '025', '027', '028', '029', '0311', '0371', '0411', '0431', '0451', '0512', '0531', '0532', '0551', '0571', '0574', '0577', '0591', '0592', '0731', '0755', '0757', '0769', '0771', '0791', '0871', '0898'];
const SEVEN = ['0310', '0335', '0353', '0375', '0391', '0415', '0434', '0458', '0464', '0543', '0554', '0562', '0578', '0593', '0634', '0662', '0715', '0734', '0745', '0763', '0776', '0797', '0812', '0839', '0855', '0874', '0912', '0937', '0955', '0993'];
/** Three digits that no operator has. */
const NOT_IN_FORCE = ['154', '160', '1610', '1615', '163', '164', '168', '169', '179', '194', '120', '127', '110', '101'];

export function mobile(dice: Dice): Value {
  const satellite = dice.chance(0.02);
  const segment = satellite ? dice.pick(SATELLITE) : dice.pick(dice.chance(0.6) ? OFTEN : SEGMENTS);
  return { detector: 'cn.phone', digits: segment + subscriber(dice, 11 - segment.length), kind: satellite ? 'phone-satellite' : 'phone-mobile' };
}

export function landline(dice: Dice): Value {
  const eight = dice.chance(0.75);
  const area = dice.pick(eight ? EIGHT : SEVEN);
  return { detector: 'cn.phone', digits: area + String(dice.between(2, 8)) + subscriber(dice, eight ? 7 : 6), kind: 'phone-landline', area: area.length };
}

export function phone(dice: Dice): Value {
  return dice.chance(0.82) ? mobile(dice) : landline(dice);
}

function subscriber(dice: Dice, count: number): string {
  for (;;) {
    const digits = dice.digits(count);
    if (!/(\d)\1{4}/.test(digits)) return digits;
  }
}

/** What differs from a mobile number in exactly one respect. */
export function nearPhone(dice: Dice): Piece {
  const { digits } = mobile(dice);
  switch (dice.below(6)) {
    case 0:
    case 1:
      return decoy('phone-no-segment', (dice.pick(NOT_IN_FORCE) + digits.slice(4) + dice.digits(1)).slice(0, 11));
    case 2:
      return decoy('phone-short', digits.slice(0, 10));
    case 3:
      return decoy('phone-long', digits + dice.digits(1));
    case 4:
      return decoy('phone-in-hex', `${dice.hex(5)}${dice.pick(['a', 'b', 'c', 'e'])}${digits}${dice.pick(['b', 'd', 'e', 'f'])}${dice.hex(14)}`);
    default:
      return decoy('phone-masked', `${digits.slice(0, 3)}****${digits.slice(7)}`);
  }
}
