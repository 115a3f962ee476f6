/** English business prose, made by seed: common words by their rank, with the years, amounts and versions that prose has. */
import { lines, seeded, type Seeded } from './seeded.js';

/** Roughly in the order of their frequency; `skewed` makes the distribution. */
const WORDS = (
  'the of and to in a is that for it as was with be by on not he this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no ' +
  'about out up into than them only other time new some could these two may then do first any my now such like our over man me even most made after also did many before must through years where much ' +
  'your way well down should because each just those people how too little state good very make world still own see men work long get here between both life being under never day same another know while last ' +
  'might us great old year off come since against go came right used take three report system service data file value option process message request user account number order customer project team meeting ' +
  'review release version change section following default configuration support office department contract payment delivery schedule document information management available additional required provided ' +
  'described performance security network application software interface function parameter returned specified existing current previous following therefore however although whether within without ' +
  'agreement supplier quarterly budget forecast approval responsibility communication implementation infrastructure documentation representative approximately'
).split(' ');
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

function figure(chance: Seeded): string {
  const { below } = chance;
  switch (below(9)) {
    case 0:
      return `in ${1990 + below(36)}`;
    case 1:
      return `on ${1 + below(28)} ${chance.pick(MONTHS)} ${2015 + below(11)}`;
    case 2:
      return `of $${1 + below(980)},${chance.digits(3)}.${chance.digits(2)}`;
    case 3:
      return `(see section ${1 + below(12)}.${1 + below(9)})`;
    case 4:
      return `version ${below(12)}.${below(30)}.${below(20)}`;
    case 5:
      return `at ${below(24)}:${chance.digits(1)}0`;
    case 6:
      return `${below(100)} %`;
    case 7:
      return `ref. A-${100 + below(9000)}`;
    default:
      return String(2 + below(400));
  }
}

function sentence(chance: Seeded): string {
  const words: string[] = [];
  const length = 6 + chance.below(18);
  for (let i = 0; i < length; i++) {
    const word = chance.skewed(WORDS);
    words.push(i > 2 && i < length - 2 && chance.once(9) ? `${word},` : word);
  }
  if (chance.once(4)) words.splice(3 + chance.below(length - 4), 0, figure(chance));
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${chance.once(15) ? '?' : '.'}`;
}

export function english(bytes: number, seed: number): Buffer {
  const chance = seeded(seed);
  let rest = '';
  return lines(bytes, () => {
    if (chance.once(14)) {
      const short = rest;
      rest = '';
      return `${short}\n`;
    }
    while (rest.length < 90) rest += `${rest === '' ? '' : ' '}${sentence(chance)}`;
    const cut = rest.lastIndexOf(' ', 78);
    const line = rest.slice(0, cut);
    rest = rest.slice(cut + 1);
    return line;
  });
}
