/** Markup as it is shown: character references are read, and inline tags and comments between two characters are nothing (HTML section 13.2.5). */
import { NAMED, UNCLOSED, entities } from './entities.js';
import type { EscapeLayer } from './view.js';

/** Longest run of tags and comments that is read as nothing: a style attribute fits; longer ones part what they stand between. */
const LONGEST = 512;
/** What a run of tags is read as: an ignorable character. */
const NOTHING = 0x2060;

/** Elements that do not part the words they stand in; table cells, paragraphs and XML's own elements do. */
const INLINE = new Set([
  'a', 'abbr', 'acronym', 'b', 'bdi', 'bdo', 'big', 'cite', 'code', 'data', 'del', 'dfn', 'em', 'font', 'i', 'ins', 'kbd', 'mark', 'nobr', 'q', 's',
  'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr',
  'basefont', 'blink', 'label', 'link', 'output', 'param', 'rb', 'ruby', 'slot', 'source', 'track', 'tspan', 'math', 'mi', 'mn', 'mrow', 'mtext',
]);
const LONGEST_NAME = 10;

const isLetter = (unit: number): boolean => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

/** Where the comment that begins at `at` ends; -1: it is none, or too long; `more`: not in sight yet. */
function afterComment(units: Uint16Array, at: number, length: number): number | 'more' {
  const end = Math.min(length, at + LONGEST);
  for (let i = 0; i < 4; i++) {
    if (at + i >= length) return 'more';
    if (units[at + i] !== '<!--'.charCodeAt(i)) return -1;
  }
  for (let i = at + 4; i + 2 < end; i++) if (units[i] === 0x2d && units[i + 1] === 0x2d && units[i + 2] === 0x3e) return i + 3;
  return end < at + LONGEST ? 'more' : -1;
}

function afterTag(units: Uint16Array, at: number, length: number): number | 'more' {
  if (at + 1 >= length) return 'more';
  if (units[at + 1] === 0x21) return afterComment(units, at, length);
  let i = units[at + 1] === 0x2f ? at + 2 : at + 1;
  let name = '';
  for (; i < length && isLetter(units[i] ?? 0) && name.length < LONGEST_NAME; i++) name += String.fromCharCode((units[i] ?? 0) | 0x20);
  if (i >= length) return 'more';
  const next = units[i] ?? 0;
  if (!INLINE.has(name) || !(next === 0x3e || next === 0x2f || next === 0x20 || (next >= 0x09 && next <= 0x0d))) return -1;
  let quote = 0;
  for (const end = Math.min(length, at + LONGEST); i < end; i++) {
    const unit = units[i] ?? 0;
    if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === 0x3e) return i + 1;
    else if (unit === 0x22 || unit === 0x27) quote = unit;
  }
  return i < at + LONGEST ? 'more' : -1;
}

export const markup: EscapeLayer = {
  name: 'markup',
  trigger: [0x26, 0x3c],
  reading: { markup: { names: NAMED, unclosed: UNCLOSED, inline: INLINE } },
  widest: LONGEST,
  read(units, at, length) {
    if (units[at] === 0x26) return entities.read(units, at, length);
    const end = afterTag(units, at, length);
    return end === 'more' ? end : end < 0 ? undefined : { unit: NOTHING, size: end - at };
  },
  // Only references stand for characters that a mask can cover.
  write: (unit, size, original) => entities.write(unit, size, original),
};
