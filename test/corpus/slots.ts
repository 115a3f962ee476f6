/** What stands for `[[name]]` in a template: a value, a near miss, a decoy, or a word to fill with. */
import type { Dice } from './dice.js';
import { joined, plainPiece, type Piece } from './piece.js';
import { bankAccount, bankCard, nearCard } from './values/bank-cards.js';
import { DECOYS, decoyOf } from './values/decoys.js';
import { plainly, usually } from './values/forms.js';
import { landline, mobile, nearPhone, phone } from './values/phones.js';
import { nearId, residentId } from './values/resident-ids.js';
import type { Value } from './values/value.js';
import { FILLERS } from './words.js';

type Slot = (dice: Dice) => Piece;

const VALUES: Readonly<Record<string, (dice: Dice) => Value>> = { id: residentId, card: bankCard, phone, mobile, landline };

/** Two IDs for each two cards and three phones, as in forms that people fill in. */
export function anyValue(dice: Dice): Value {
  return dice.pick([residentId, residentId, bankCard, bankCard, phone, mobile, mobile])(dice);
}

/** `usually` leaves the form open; `!` behind the name means digits and nothing else. */
const SLOTS = new Map<string, Slot>([
  ...Object.entries(FILLERS).map(([name, write]): [string, Slot] => [name, (dice) => plainPiece(write(dice))]),
  ...Object.keys(DECOYS).map((kind): [string, Slot] => [kind, (dice) => decoyOf(dice, kind)]),
  ...Object.entries(VALUES).flatMap(([name, value]): [string, Slot][] => [
    [name, (dice) => usually(dice, value(dice))],
    [`${name}!`, (dice) => plainly(value(dice))],
  ]),
  ['any', (dice) => usually(dice, anyValue(dice))],
  ['any!', (dice) => plainly(anyValue(dice))],
  // A bare number has no leading zero and no X.
  ['id-number', (dice) => plainly(residentId(dice, 'id-digits'))],
  ['near-id', nearId],
  ['near-card', nearCard],
  ['near-phone', nearPhone],
  ['account', bankAccount],
  ['decoy', (dice) => decoyOf(dice, dice.pick(Object.keys(DECOYS)))],
]);

export function slot(dice: Dice, name: string): Piece {
  const write = SLOTS.get(name);
  if (write === undefined) throw new RangeError(`no slot of that name: ${name}`);
  return write(dice);
}

/** A template with its slots filled. */
export function filled(dice: Dice, template: string): Piece {
  return joined(template.split(/(\[\[[^\][]+\]\])/).map((part) => (part.startsWith('[[') ? slot(dice, part.slice(2, -2)) : plainPiece(part))));
}

/** `count` templates filled, one after another. */
export function several(dice: Dice, templates: readonly string[], count: number): Piece[] {
  return Array.from({ length: count }, () => filled(dice, dice.pick(templates)));
}
