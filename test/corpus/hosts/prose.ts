/** Texts that people write, and lines that programs write: sentences one after another. */
import type { Dice } from '../dice.js';
import { joined, joinedBy, plainPiece, wrapped, type Piece } from '../piece.js';
import { several, filled } from '../slots.js';
import { CHAT, CONTRACT, LETTERS as CHINESE_LETTERS } from '../templates/chinese.js';
import { LETTERS as ENGLISH_LETTERS, MARKDOWN } from '../templates/english.js';
import { CODE, HTML, KEY_VALUES, LOG, MAIL, XML, YAML } from '../templates/machines.js';
import { MISCELLANY } from '../templates/miscellany.js';
import type { Host } from './host.js';

/** Sentences in paragraphs. */
function paragraphs(templates: readonly string[], between: string): (dice: Dice) => Piece {
  return (dice) => joinedBy('\n\n', Array.from({ length: dice.between(2, 4) }, () => joinedBy(between, several(dice, templates, dice.between(3, 7)))));
}

function lines(templates: readonly string[], least: number, most: number): (dice: Dice) => Piece {
  return (dice) => joinedBy(dice.chance(0.1) ? '\r\n' : '\n', several(dice, templates, dice.between(least, most)));
}

function chat(dice: Dice): Piece {
  const style = dice.below(3);
  const from = (): string => filled(dice, style === 0 ? '[[name]] [[stamp]]\n' : style === 1 ? '[[[clock]]] [[user]]: ' : '[[name]]：').text;
  return joinedBy('\n', Array.from({ length: dice.between(6, 18) }, () => joined([plainPiece(from()), ...several(dice, CHAT, 1)])));
}

function mail(dice: Dice): Piece {
  const head = filled(dice, `From: [[ename]] <[[mail]]>\r\nTo: [[mail]]\r\nSubject: ${dice.pick(['[[words]]', '报名信息 [[name]]', 'Re: order [[order]]', 'Fwd: [[name]] [[mobile]]'])}\r\nMessage-ID: <[[epoch-ms]].[[hash]]@mail.test>\r\nDate: [[stamp]] +0800\r\n\r\n`);
  return joined([head, joinedBy('\r\n', several(dice, MAIL, dice.between(5, 14)))]);
}

const indented = (dice: Dice, piece: Piece): Piece => wrapped(' '.repeat(2 * dice.below(4)), piece, '');

export const PROSE_HOSTS: readonly Host[] = [
  { name: 'letter-zh', extension: 'txt', write: paragraphs(CHINESE_LETTERS, '') },
  { name: 'letter-en', extension: 'txt', write: paragraphs(ENGLISH_LETTERS, ' ') },
  { name: 'letter-mixed', extension: 'txt', write: paragraphs([...CHINESE_LETTERS, ...ENGLISH_LETTERS], '\n') },
  { name: 'contract', extension: 'txt', write: lines(CONTRACT, 8, 18) },
  { name: 'chat', extension: 'txt', write: chat },
  { name: 'mail', extension: 'eml', write: mail },
  { name: 'markdown', extension: 'md', write: lines(MARKDOWN, 8, 20) },
  { name: 'log', extension: 'log', write: lines(LOG, 15, 50) },
  { name: 'key-values', extension: 'txt', write: lines(KEY_VALUES, 8, 24) },
  { name: 'code', extension: 'txt', write: (dice) => joinedBy('\n', several(dice, CODE, dice.between(10, 30)).map((line) => indented(dice, line))) },
  { name: 'html', extension: 'html', write: (dice) => wrapped('<!doctype html><html><body>\n', joinedBy(dice.pick(['\n', '']), several(dice, HTML, dice.between(8, 24))), '\n</body></html>\n') },
  { name: 'xml', extension: 'xml', write: (dice) => wrapped('<?xml version="1.0" encoding="UTF-8"?>\n<doc>\n', joinedBy(dice.pick(['\n', '', '\n  ']), several(dice, XML, dice.between(8, 24))), '\n</doc>\n') },
  { name: 'miscellany', extension: 'txt', write: lines(MISCELLANY, 8, 24) },
  { name: 'yaml', extension: 'yaml', write: lines(YAML, 8, 24) },
];
