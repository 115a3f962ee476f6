/** Indents JSON as it comes, without parsing: a text that is no JSON only looks odd, and a gigabyte needs no memory. */
import type { JsonPlace } from '../ports.js';

/** Deeper levels stand in one column: an endless row of brackets must not become an endless page. */
const DEEPEST = 16;
const STEP = '  ';

export interface JsonIndent {
  /** Follows bytes or characters that are not shown. */
  skip(codes: Uint8Array): void;
  /** The next characters, indented. */
  write(text: string): string;
  /** The same place in the text, to go on from more than once. */
  fork(): JsonIndent;
  readonly place: JsonPlace;
}

type Place = JsonPlace;

export function jsonIndent(from: Place = { depth: 0, inString: false, escaped: false, justOpened: false, word: 'none' }): JsonIndent {
  let { depth, inString, escaped, justOpened, word } = from;

  const line = (): string => `\n${STEP.repeat(Math.min(depth, DEEPEST))}`;
  function step(code: number): { before: string; kept: boolean; after: string } {
    if (inString) {
      if (escaped) escaped = false;
      else if (code === 0x5c) escaped = true;
      else if (code === 0x22) inString = false;
      return PLAIN;
    }
    switch (code) {
      case 0x20: case 0x09: case 0x0a: case 0x0d:
        if (word === 'begun') word = 'parted';
        return DROPPED;
      case 0x7b: case 0x5b: {
        word = 'none';
        const before = justOpened ? line() : '';
        depth++;
        justOpened = true;
        return before === '' ? PLAIN : { before, kept: true, after: '' };
      }
      case 0x7d: case 0x5d: {
        word = 'none';
        depth = Math.max(0, depth - 1);
        const before = justOpened ? '' : line();
        justOpened = false;
        return { before, kept: true, after: depth === 0 ? '\n' : '' };
      }
      case 0x2c:
        word = 'none';
        justOpened = false;
        return { before: '', kept: true, after: line() };
      case 0x3a:
        word = 'none';
        return AFTER_NAME;
      default: {
        if (code === 0x22) inString = true;
        // Not JSON: what was written apart is not shown as one.
        const isParted = word === 'parted';
        word = 'begun';
        if (!justOpened) return isParted ? PARTED : PLAIN;
        justOpened = false;
        return { before: line(), kept: true, after: '' };
      }
    }
  }
  return {
    skip(codes) {
      for (const code of codes) step(code);
    },
    write(text) {
      let out = '';
      for (const sign of text) {
        const { before, kept, after } = step(sign.codePointAt(0) ?? 0);
        out += before + (kept ? sign : '') + after;
      }
      return out;
    },
    fork: () => jsonIndent({ depth, inString, escaped, justOpened, word }),
    get place() {
      return { depth, inString, escaped, justOpened, word };
    },
  };
}

const PLAIN = { before: '', kept: true, after: '' } as const;
const PARTED = { before: ' ', kept: true, after: '' } as const;
const DROPPED = { before: '', kept: false, after: '' } as const;
const AFTER_NAME = { before: '', kept: true, after: ' ' } as const;
