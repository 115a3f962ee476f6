/** What a pattern over plain characters looks like in text as it came: a wider pattern that matches wherever the first one would. */
import { plain, standIn } from './scan/characters.js';
import type { Node, Range } from './pattern-syntax.js';

/** Units from 0 to 65535 that patterns see as another one: near kin of ASCII, common in Chinese text. */
const WIDE: readonly Range[] = [[0xff01, 0xff5e], [0x3000, 0x3000], [0xa0, 0xa0]];
const isWide = (unit: number): boolean => WIDE.some(([from, to]) => unit >= from && unit <= to);
const WIDE_CLASS = classOf(WIDE);

/** The expression for text in which no character of `oddCharacters` stands. Edges are left out: they only ever forbid. */
export function rawExpression(node: Node): string {
  switch (node.kind) {
    case 'edge':
      return '';
    case 'flags':
      return node.source;
    case 'one':
      if (node.source === '.') return '.';
      return node.ranges === undefined ? `(?:${node.source}|${WIDE_CLASS})` : classOf([...node.ranges, ...wideFormsOf(node.ranges)]);
    case 'sequence':
      return node.parts.map(rawExpression).join('');
    case 'either':
      return node.options.map(rawExpression).join('|');
    case 'group':
      return `${node.head}${rawExpression(node.of)})`;
    case 'repeat': {
      const one = rawExpression(node.of);
      return one === '' || node.of.kind === 'flags' ? one : `(?:${one}){${node.least},${node.most}}`;
    }
  }
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

let odd: string | undefined;

/** A class of all other characters that patterns see as another one, digits of other scripts above all: text that has one is read as patterns see it. */
export function oddCharacters(): string {
  if (odd !== undefined) return odd;
  const ranges: [number, number][] = [];
  // Planes 2 to 13 hold ideographs or nothing, 15 and 16 private characters.
  for (let point = 0x80; point < 0xf0000; point = point === 0x1ffff ? 0xe0000 : point + 1) {
    if (point <= 0xffff ? plain(point) === point || isWide(point) : standIn(point) === undefined) continue;
    const before = ranges.at(-1);
    if (before?.[1] === point - 1) before[1] = point;
    else ranges.push([point, point]);
  }
  return (odd = classOf(ranges));
}
