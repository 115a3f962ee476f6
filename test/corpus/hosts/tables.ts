/** Tables: CSV, TSV, fixed columns, SQL dumps, JSON in its many styles. */
import type { Dice } from '../dice.js';
import { cellOf, columnsOf, type Column } from '../fields.js';
import { joined, joinedBy, plainPiece, wrapped, type Piece } from '../piece.js';
import { slot } from '../slots.js';
import type { Host } from './host.js';

const HEADERS_SHARE = 0.85;

function separated(separator: string, quoting: (dice: Dice) => 'all' | 'none' | 'text'): (dice: Dice) => Piece {
  return (dice) => {
    const columns = columnsOf(dice, 3, 8);
    const quotes = quoting(dice);
    const cell = (piece: Piece): Piece => (quotes === 'all' || piece.text.includes(separator) || (quotes === 'text' && /\D/.test(piece.text)) ? wrapped('"', piece, '"') : piece);
    const header = plainPiece(columns.map(({ header }) => (quotes === 'all' ? `"${header}"` : header)).join(separator));
    const rows = Array.from({ length: dice.between(3, 40) }, () => joinedBy(separator, columns.map((column) => cell(cellOf(dice, column)))));
    return wrapped('', joinedBy(dice.chance(0.3) ? '\r\n' : '\n', dice.chance(HEADERS_SHARE) ? [header, ...rows] : rows), '\n');
  };
}

function fixedColumns(dice: Dice): Piece {
  const columns = columnsOf(dice, 3, 6);
  const padded = (piece: Piece): Piece => wrapped('', piece, ' '.repeat(Math.max(2, 24 - piece.text.length)));
  const rows = Array.from({ length: dice.between(3, 25) }, () => joined(columns.map((column) => padded(cellOf(dice, column, 0)))));
  return joinedBy('\n', [joined(columns.map(({ header }) => padded(plainPiece(header)))), ...rows]);
}

function sqlLiteral(dice: Dice, column: Column): Piece {
  const piece = cellOf(dice, column);
  if (piece.text === '') return plainPiece('NULL');
  return column.bare && /^-?[0-9.]+$/.test(piece.text) ? piece : wrapped("'", piece, "'");
}

function sql(dice: Dice): Piece {
  const columns = columnsOf(dice, 4, 9);
  const table = dice.pick(['t_user', 'customer', '`member_info`', 'pay_order', 'public.staff', 'crm_contact']);
  const tuple = (): Piece => wrapped('(', joinedBy(dice.pick([', ', ',']), columns.map((column) => sqlLiteral(dice, column))), ')');
  const names = dice.chance(0.6) ? ` (${columns.map(({ header }) => (dice.chance(0.5) ? `\`${header}\`` : header)).join(', ')})` : '';
  const start = `INSERT INTO ${table}${names} VALUES `;
  const statements = dice.chance(0.5)
    ? [wrapped(start, joinedBy(',\n', Array.from({ length: dice.between(3, 30) }, tuple)), ';')]
    : Array.from({ length: dice.between(3, 20) }, () => wrapped(start, tuple(), ';'));
  const updates = columns.slice(0, 2).map((column) => wrapped(`UPDATE ${table} SET ${column.header} = `, sqlLiteral(dice, column), ` WHERE id = ${dice.digits(3)};`));
  return joinedBy('\n', [plainPiece(`-- dump of ${table}`), ...statements, ...(dice.chance(0.3) ? updates : [])]);
}

function jsonValue(dice: Dice, column: Column): Piece {
  const piece = cellOf(dice, column);
  if (piece.text === '') return plainPiece('null');
  return column.bare && /^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(piece.text) ? piece : wrapped('"', piece, '"');
}

function jsonObject(dice: Dice, columns: readonly Column[], indent: string): Piece {
  const colon = indent === '' ? dice.pick([':', ': ']) : ': ';
  const line = indent === '' ? '' : `\n${indent}  `;
  const members = columns.map((column) => wrapped(`"${column.header}"${colon}`, jsonValue(dice, column), ''));
  return wrapped(`{${line}`, joinedBy(indent === '' ? ',' : `,${line}`, members), indent === '' ? '}' : `\n${indent}}`);
}

function jsonArray(dice: Dice): Piece {
  const columns = columnsOf(dice, 3, 8);
  const indent = dice.chance(0.5) ? '    ' : '';
  return wrapped('{"code":0,"data":{"list":[', joinedBy(indent === '' ? ',' : `,\n${indent}`, Array.from({ length: dice.between(2, 20) }, () => jsonObject(dice, columns, indent))), ']}}\n');
}

function nestedJson(dice: Dice): Piece {
  const inner = jsonObject(dice, columnsOf(dice, 2, 4), '');
  const list = wrapped(`"${dice.pick(['phones', 'mobiles', 'cards', 'values', 'items', 'ids'])}":[`, joinedBy(', ', several(dice)), ']');
  const outer = jsonObject(dice, columnsOf(dice, 2, 5), '');
  return joined([plainPiece('{"request":{"body":'), inner, plainPiece(','), list, plainPiece('},"response":'), outer, plainPiece('}\n')]);
}

/** Values or decoys of one kind, quoted. */
function several(dice: Dice): Piece[] {
  const kind = dice.pick(['mobile!', 'id!', 'card!', 'any!', 'snowflake', 'order', 'hash', 'trade']);
  return Array.from({ length: dice.between(1, 12) }, () => wrapped('"', slot(dice, kind), '"'));
}

function jsonLines(dice: Dice): Piece {
  const columns = columnsOf(dice, 3, 8);
  return wrapped('', joinedBy('\n', Array.from({ length: dice.between(3, 25) }, () => jsonObject(dice, columns, ''))), '\n');
}

/** JSON as a string within JSON, as logs and message queues hold it. */
function escapedJson(dice: Dice): Piece {
  const columns = columnsOf(dice, 3, 6);
  const member = (column: Column): Piece => wrapped(`\\"${column.header}\\":\\"`, cellOf(dice, column), '\\"');
  return joinedBy('\n', Array.from({ length: dice.between(2, 10) }, () => wrapped('{"payload":"{', joinedBy(',', columns.map(member)), '}"}')));
}

function bareNumbers(dice: Dice): Piece {
  const kinds = ['mobile!', 'id-number', 'card!', 'epoch-ms', 'snowflake', 'big', 'epoch-ns', 'amount'];
  const keys: Readonly<Record<string, readonly string[]>> = { 'mobile!': ['phone', 'mobile', 'tel', 'v', 'a'], 'id-number': ['idNo', 'idCard', 'v', 'b'], 'card!': ['cardNo', 'bankCard', 'v', 'c'], 'epoch-ms': ['ts', 'time', 'v'], snowflake: ['id', 'uid', 'v'], big: ['n', 'count'], 'epoch-ns': ['ns', 'v'], amount: ['sum', 'price'] };
  const object = (): Piece => {
    const chosen = Array.from({ length: dice.between(1, 4) }, () => dice.pick(kinds));
    return wrapped('{', joinedBy(',', chosen.map((kind, at) => wrapped(`"${dice.pick(keys[kind] ?? ['v'])}${at === 0 ? '' : String(at)}":`, slot(dice, kind), ''))), '}');
  };
  return wrapped('[', joinedBy(',\n', Array.from({ length: dice.between(3, 20) }, object)), ']\n');
}

export const TABLE_HOSTS: readonly Host[] = [
  { name: 'csv', extension: 'csv', write: separated(',', (dice) => dice.pick(['none', 'none', 'text'])) },
  { name: 'csv-quoted', extension: 'csv', write: separated(',', () => 'all') },
  { name: 'csv-semicolon', extension: 'csv', write: separated(';', (dice) => dice.pick(['none', 'all'])) },
  { name: 'tsv', extension: 'tsv', write: separated('\t', () => 'none') },
  { name: 'fixed-columns', extension: 'txt', write: fixedColumns },
  { name: 'sql', extension: 'sql', write: sql },
  { name: 'json', extension: 'json', write: jsonArray },
  { name: 'json-nested', extension: 'json', write: nestedJson },
  { name: 'json-lines', extension: 'jsonl', write: jsonLines },
  { name: 'json-escaped', extension: 'jsonl', write: escapedJson },
  { name: 'json-bare', extension: 'json', write: bareNumbers },
];
