/** How long a match of an RE2 pattern can be, read off its syntax; patterns without an end are refused with a suggestion. */

export interface PatternLength {
  readonly least: number;
  readonly most: number;
}

/** Longer matches would keep more of a stream waiting than any number or name needs. */
export const LONGEST_MATCH = 256;

/** The sentence says what to write instead. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem';
}

const ANCHOR = 'anchors (^ $ \\A \\z) have no meaning in a stream; use notBefore or notAfter, or \\b';

/** Lengths in UTF-16 units. Anything that may stand for a character beyond the basic plane counts two at most. */
export function patternLength(pattern: string): PatternLength {
  let at = 0;
  const whole = alternatives(false);
  if (whole.least === 0) throw new PatternProblem('the pattern matches the empty text; make at least one part of it required');
  if (whole.most > LONGEST_MATCH) throw new PatternProblem(`a match may have at most ${LONGEST_MATCH} characters; this one may have ${whole.most}`);
  return whole;

  function alternatives(inGroup: boolean): PatternLength {
    let result = sequence();
    while (pattern[at] === '|') {
      at++;
      const other = sequence();
      result = { least: Math.min(result.least, other.least), most: Math.max(result.most, other.most) };
    }
    if (at < pattern.length && !inGroup) throw new PatternProblem('there is a ")" without its "("');
    return result;
  }

  function sequence(): PatternLength {
    let least = 0;
    let most = 0;
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const one = repeated(atom());
      least += one.least;
      most += one.most;
    }
    return { least, most };
  }

  function repeated(one: PatternLength): PatternLength {
    let length = one;
    for (;;) {
      const sign = pattern[at];
      if (sign === '*' || sign === '+') {
        const least = sign === '*' ? 0 : 1;
        throw new PatternProblem(`"${sign}" has no end; write how many there can be, for example {${least},32}`);
      }
      if (sign === '?') {
        // A second ? only asks for the shorter match.
        length = { least: 0, most: length.most };
        at++;
        continue;
      }
      const range = /^\{(\d+)(,(\d*))?\}/.exec(pattern.slice(at));
      if (range === null) return length;
      at += range[0].length;
      if (range[3] === '') throw new PatternProblem(`"${range[0]}" has no end; write how many there can be, for example {${range[1] ?? '1'},32}`);
      const from = Number(range[1]);
      const to = range[3] === undefined ? from : Number(range[3]);
      length = { least: length.least * from, most: length.most * to };
    }
  }

  function atom(): PatternLength {
    const sign = pattern[at] ?? '';
    if (sign === '(') return group();
    if (sign === '[') return set();
    if (sign === '\\') return escape();
    if (sign === '^' || sign === '$') throw new PatternProblem(ANCHOR);
    if (sign === '.') {
      at++;
      return { least: 1, most: 2 };
    }
    const units = (pattern.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    at += units;
    return { least: units, most: units };
  }

  function group(): PatternLength {
    const head = /^\((?:\?(?:P?<\w+>|[imsU]*(?:-[imsU]+)?:|[imsU]+(?:-[imsU]+)?\)))?/.exec(pattern.slice(at))?.[0] ?? '(';
    if (pattern[at + head.length] === '?' && head === '(') throw new PatternProblem('RE2 has no look-around; use notBefore or notAfter');
    at += head.length;
    // `(?i)` only sets flags.
    if (head.endsWith(')')) return { least: 0, most: 0 };
    const inner = alternatives(true);
    if (pattern[at] !== ')') throw new PatternProblem('there is a "(" without its ")"');
    at++;
    return inner;
  }

  function set(): PatternLength {
    const found = /^\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]/su.exec(pattern.slice(at));
    if (found === null) throw new PatternProblem('there is a "[" without its "]"');
    at += found[0].length;
    const narrow = !found[0].startsWith('[^') && !/\\[pPDWSx]|\[:\^|[\u{10000}-\u{10ffff}]/u.test(found[0]);
    return { least: 1, most: narrow ? 1 : 2 };
  }

  function escape(): PatternLength {
    const rest = pattern.slice(at);
    const wide = /^\\(?:[pP](?:\{[^}]*\}|.)|x\{[0-9a-fA-F]+\}|[DWS])/.exec(rest);
    if (wide !== null) {
      at += wide[0].length;
      return { least: 1, most: 2 };
    }
    if (/^\\[AzZ]/.test(rest)) throw new PatternProblem(ANCHOR);
    if (/^\\[QECk1-9]/.test(rest)) throw new PatternProblem(`"${rest.slice(0, 2)}" is not supported; write the characters themselves`);
    const none = /^\\[bB]/.exec(rest);
    const one = none ?? /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/s.exec(rest);
    if (one === null) throw new PatternProblem('the pattern ends with a lone "\\"');
    at += one[0].length;
    return none === null ? { least: 1, most: 1 } : { least: 0, most: 0 };
  }
}
