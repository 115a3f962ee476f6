/** What a pattern over plain characters looks like in text as it came: a wider pattern that matches wherever the first one would. */
import { plain, standIn } from './scan/characters.js';
import type { Node, Range } from './pattern-syntax.js';

/** Units from 0 to 65535 that patterns see as another one: near kin of ASCII, common in Chinese text. */
const WIDE: readonly Range[] = [[0xff01, 0xff5e], [0x3000, 0x3000], [0xa0, 0xa0]];
const isWide = (unit: number): boolean => WIDE.some(([from, to]) => unit >= from && unit <= to);
const WIDE_CLASS = classOf(WIDE);

/** How the raw text is read: as it stands, or with the escapes of JSON. */
export type RawReading = 'plain' | 'json';

/** The expression for text in which no character of `oddCharacters` stands. Edges are left out: they only ever forbid. */
export function rawExpression(node: Node, reading: RawReading): string {
  switch (node.kind) {
    case 'edge':
      return '';
    case 'flags':
      return node.source;
    case 'one':
      return reading === 'plain' ? plainForm(node) : `(?:${plainForm(node)}|${escapedForm(node.ranges)})`;
    case 'sequence':
      return node.parts.map((part) => rawExpression(part, reading)).join('');
    case 'either':
      return node.options.map((option) => rawExpression(option, reading)).join('|');
    case 'group':
      return `${node.head}${rawExpression(node.of, reading)})`;
    case 'repeat': {
      const one = rawExpression(node.of, reading);
      return one === '' || node.of.kind === 'flags' ? one : `(?:${one}){${node.least},${node.most}}`;
    }
  }
}

type One = Extract<Node, { readonly kind: 'one' }>;

function plainForm({ source, ranges }: One): string {
  if (source === '.') return '.';
  return ranges === undefined ? `(?:${source}|${WIDE_CLASS})` : classOf([...ranges, ...wideFormsOf(ranges)]);
}

const BACKSLASH = '\\x5c';
const ANY_ESCAPE = `${BACKSLASH}u[0-9a-fA-F]{4}`;
const SHORT_ESCAPE = `${BACKSLASH}[\\x22\\x5c/bfnrt]`;
/** What a short escape stands for. */
const SHORT = [0x22, 0x5c, 0x2f, 8, 9, 10, 12, 13];
/** Escapes of ASCII, of its wide forms, and of the two letters beyond that are taken for `k` and `s` where case is ignored. */
const NEAR_ASCII = `${BACKSLASH}u(?i:00[0-9a-f]{2}|ff[0-9a-f]{2}|3000|212a|017f)`;
/** More characters than this are not told one by one. */
const MOST_LISTED = 4;

function escapedForm(ranges: readonly Range[] | undefined): string {
  if (ranges === undefined) return `${ANY_ESCAPE}|${SHORT_ESCAPE}`;
  const short = ranges.some(([from, to]) => SHORT.some((unit) => unit >= from && unit <= to)) ? `|${SHORT_ESCAPE}` : '';
  const all = [...ranges, ...wideFormsOf(ranges)].flatMap(([from, to]) => Array.from({ length: Math.min(to - from, MOST_LISTED) + 1 }, (_, i) => from + i));
  const caseless = all.every((point) => point <= 0xffff && String.fromCharCode(point).toLowerCase() === String.fromCharCode(point).toUpperCase());
  if (caseless && all.length <= MOST_LISTED) return `${BACKSLASH}u(?i:${all.map((point) => point.toString(16).padStart(4, '0')).join('|')})${short}`;
  return `${ranges.every(([, to]) => to < 0x80) ? NEAR_ASCII : ANY_ESCAPE}${short}`;
}

function classOf(ranges: readonly Range[]): string {
  const point = (code: number): string => `\\x{${code.toString(16)}}`;
  return `[${ranges.map(([from, to]) => (from === to ? point(from) : `${point(from)}-${point(to)}`)).join('')}]`;
}

function wideFormsOf(ranges: readonly Range[]): Range[] {
  const has = (unit: number): boolean => ranges.some(([from, to]) => unit >= from && unit <= to);
  return WIDE.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
    .filter((unit) => has(plain(unit)))
    .map((unit): Range => [unit, unit]);
}

let odd: Readonly<Record<RawReading, string>> | undefined;

/** An expression for all other characters that patterns see as another one, digits of other scripts above all: text that has one is read as patterns see it. */
export function oddCharacters(reading: RawReading): string {
  return (odd ??= oddExpressions())[reading];
}

function oddExpressions(): Readonly<Record<RawReading, string>> {
  const ranges: [number, number][] = [];
  /** Escapes of them by all digits but the last, and of halves of pairs. */
  const begun = new Set(['d[89a-f]']);
  // Planes 2 to 13 hold ideographs or nothing, 15 and 16 private characters.
  for (let point = 0x80; point < 0xf0000; point = point === 0x1ffff ? 0xe0000 : point + 1) {
    if (point <= 0xffff ? plain(point) === point || isWide(point) : standIn(point) === undefined) continue;
    if (point <= 0xffff) begun.add((point >> 4).toString(16).padStart(3, '0'));
    const before = ranges.at(-1);
    if (before?.[1] === point - 1) before[1] = point;
    else ranges.push([point, point]);
  }
  const characters = classOf(ranges);
  return { plain: characters, json: `${characters}|${BACKSLASH}u(?i:${[...begun].join('|')})` };
}
