/** Texts without anything to find: logs, dumps, source maps, tables of numbers, mail archives. */
import type { Dice } from '../dice.js';
import { cellOf, columnsOf } from '../fields.js';
import { joined, joinedBy, plainPiece, type Piece } from '../piece.js';
import { filled, several } from '../slots.js';
import { CHAT, LETTERS as CHINESE_LETTERS } from '../templates/chinese.js';
import { LETTERS as ENGLISH_LETTERS, MARKDOWN } from '../templates/english.js';
import { CODE, HTML, LOG, MAIL } from '../templates/machines.js';
import type { Host } from './host.js';

/** Slots that are to be found: templates with one of them are left out. */
const FOUND = /\[\[(?:id|card|phone|mobile|landline|any|id-number)!?\]\]/;
const harmless = (templates: readonly string[]): readonly string[] => templates.filter((template) => !FOUND.test(template));
const lines =
  (templates: readonly string[], between = '\n') =>
  (dice: Dice): Piece =>
    joinedBy(between, several(dice, harmless(templates), dice.between(60, 160)));

const VLQ = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
function sourceMap(dice: Dice): Piece {
  const segment = (): string => Array.from({ length: dice.pick([1, 4, 4, 4, 5, 6]) }, () => dice.pick(VLQ)).join('');
  const mappings = Array.from({ length: 400 }, () => segment() + dice.pick([',', ',', ',', ';', ';;'])).join('');
  return joined([plainPiece(`{"version":3,"sources":["webpack:///./src/${dice.hex(8)}.js"],"sourcesContent":["`), joinedBy('\\n', several(dice, harmless(CODE), 40)), plainPiece(`"],"names":[],"mappings":"${mappings}"}\n`)]);
}

function numberTable(dice: Dice): Piece {
  const separator = dice.pick([' ', '\t', ',', '  ']);
  const widths = Array.from({ length: dice.between(2, 7) }, () => dice.pick([3, 4, 4, 5, 6, 8, 10, 11, 12, 13, 15, 16, 18, 19]));
  return plainPiece(Array.from({ length: dice.between(30, 90) }, () => widths.map((width) => String(dice.between(1, 9)) + dice.digits(width - 1)).join(separator)).join('\n'));
}

/** Numbers in groups of one width, as statistics and physics tables have them. */
function evenTable(dice: Dice): Piece {
  const width = dice.pick([2, 3, 4, 4, 5]);
  const separator = dice.pick([' ', '  ', '\t', ' ']);
  return plainPiece(Array.from({ length: dice.between(30, 90) }, () => Array.from({ length: dice.between(8, 16) }, () => dice.digits(width)).join(separator)).join('\n'));
}

function floatDump(dice: Dice): Piece {
  return joinedBy('\n', Array.from({ length: dice.between(40, 120) }, () => joinedBy(dice.pick([',', ' ', '\t']), Array.from({ length: dice.between(2, 6) }, () => filled(dice, '[[float]]')))));
}

function dump(dice: Dice): Piece {
  const columns = columnsOf(dice, 4, 9, false);
  return joinedBy('\n', [plainPiece(columns.map(({ header }) => header).join(',')), ...Array.from({ length: dice.between(40, 90) }, () => joinedBy(',', columns.map((column) => cellOf(dice, column))))]);
}

function hexDump(dice: Dice): Piece {
  const line = (_: unknown, at: number): string => `${(at * 16).toString(16).padStart(8, '0')}  ${Array.from({ length: 8 }, () => dice.pick([dice.hex(4), dice.digits(4)])).join(' ')}`;
  return plainPiece(Array.from({ length: dice.between(40, 120) }, line).join('\n'));
}

function mailArchive(dice: Dice): Piece {
  const one = (): Piece => joined([filled(dice, 'From [[mail]] [[stamp]]\nMessage-ID: <[[epoch-ms]].[[hash]]@mail.test>\nReferences: <[[moment]].[[big]]@mail.test>\nSubject: [[words]]\n\n'), joinedBy('\n', several(dice, harmless(MAIL), 8))]);
  return joinedBy('\n\n', Array.from({ length: dice.between(4, 10) }, one));
}

/** Weights of characters in hexadecimal, many of which happen to be decimal; strokes as runs of small digits. */
function collation(dice: Dice): Piece {
  const weight = (): string => dice.pick(['0020', '0002', dice.hex(4).toUpperCase(), dice.digits(4)]);
  const line = (): string => {
    const code = dice.hex(4).toUpperCase();
    const weights = Array.from({ length: dice.between(1, 3) }, () => `[.${weight()}.${weight()}.${weight()}.${weight()}]`).join('');
    const strokes = Array.from({ length: dice.between(4, 20) }, () => String(dice.between(1, 5))).join('');
    return dice.pick([`${code} ; ${weights} # LETTER ${code}`, `<U${code}> <U${code}>;IGNORE;IGNORE # ${strokes}`, Array.from({ length: 12 }, weight).join(' ')]);
  };
  return plainPiece(Array.from({ length: dice.between(40, 120) }, line).join('\n'));
}

/** Everyday text: few numbers, and those are small. */
function everyday(dice: Dice): Piece {
  return joinedBy('\n', several(dice, ['[[sentence]][[sentence]]', '[[esentence]] [[esentence]]', '[[sentence]]', '[[esentence]]', '[[words]] [[n]] [[words]]', '[[zhday]]，[[city]]，[[amount]]元', '[[day]] [[words]]', '[[stamp]] [[level]] [[java]]: [[words]]'], dice.between(100, 250)));
}

/** Listings of files and of versions. */
function listing(dice: Dice): Piece {
  return joinedBy(
    '\n',
    several(
      dice,
      ['-rw-r--r--  1 root  wheel  [[big]] Nov 22 [[clock]] [[moment]].log', '-rwxr-xr-x 1 [[user]] [[user]] [[big]] [[stamp]].[[epoch-ns]] +0800 [[word]].[[word]]', '[[hash]] [[stamp]] [[words]]', '[[big]]\t./[[word]]/[[hash]].dat', '[[version]] [[day]]', '[[hash]]  ./[[word]].tar.gz', 'IMG_[[moment]].jpg', '[[epoch-ms]]_[[word]].png [[n]] KB'],
      dice.between(60, 160),
    ),
  );
}

export const BENIGN_HOSTS: readonly Host[] = [
  { name: 'benign-letters', extension: 'txt', write: lines([...CHINESE_LETTERS, ...ENGLISH_LETTERS]), benign: true },
  { name: 'benign-logs', extension: 'log', write: lines(LOG), benign: true },
  { name: 'benign-code', extension: 'txt', write: lines(CODE), benign: true },
  { name: 'benign-pages', extension: 'html', write: lines([...HTML, ...MARKDOWN]), benign: true },
  { name: 'benign-chat', extension: 'txt', write: lines(CHAT), benign: true },
  { name: 'benign-dump', extension: 'csv', write: dump, benign: true },
  { name: 'benign-numbers', extension: 'txt', write: numberTable, benign: true },
  { name: 'benign-groups', extension: 'txt', write: evenTable, benign: true },
  { name: 'benign-floats', extension: 'txt', write: floatDump, benign: true },
  { name: 'benign-hex', extension: 'txt', write: hexDump, benign: true },
  { name: 'benign-source-map', extension: 'map', write: sourceMap, benign: true },
  { name: 'benign-collation', extension: 'txt', write: collation, benign: true },
  { name: 'benign-everyday', extension: 'txt', write: everyday, benign: true },
  { name: 'benign-listing', extension: 'txt', write: listing, benign: true },
  { name: 'benign-mail', extension: 'mbox', write: mailArchive, benign: true },
];
