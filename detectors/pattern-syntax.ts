/** Reads an RE2 expression into a tree, so that it can be asked what every match must have. Only what a finite pattern may contain. */

/** Code points, first and last, in order of writing. */
export type Range = readonly [from: number, to: number];

export type Node =
  /** One character; `ranges` is undefined where they are not known one by one (`.`, `[^…]`, `\p{…}`). */
  | { readonly kind: 'one'; readonly source: string; readonly ranges: readonly Range[] | undefined }
  /** `\b` and its like, and flags such as `(?i)`. */
  | { readonly kind: 'flags' | 'edge'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'either'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'group'; readonly head: string; readonly of: Node };

class Unreadable extends Error {}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];

/** `undefined` where it contains something that is not known here: then nothing may be concluded from it. */
export function patternTree(pattern: string): Node | undefined {
  try {
    const reader = new Reader(pattern);
    const tree = reader.alternatives();
    return reader.ended ? tree : undefined;
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined;
    throw thrown;
  }
}

class Reader {
  #at = 0;
  constructor(private readonly pattern: string) {}

  get ended(): boolean {
    return this.#at >= this.pattern.length;
  }

  alternatives(): Node {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'either', options };
  }

  #take(sign: string): boolean {
    if (!this.pattern.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.pattern.slice(this.#at));
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (!this.ended && this.pattern[this.#at] !== '|' && this.pattern[this.#at] !== ')') parts.push(this.#repeated(this.#atom()));
    return { kind: 'sequence', parts };
  }

  #repeated(of: Node): Node {
    const range = this.#match(/^(?:\?|\{(\d+)(?:(,)(\d+))?\})/);
    if (range === undefined) return of;
    // A second ? only asks for the shorter match; more signs than that are for RE2 to judge.
    this.#take('?');
    if (/^[?*+]|^\{\d+(?:,\d*)?\}/.test(this.pattern.slice(this.#at))) throw new Unreadable();
    if (range[0] === '?') return { kind: 'repeat', of, least: 0, most: 1 };
    const least = Number(range[1]);
    return { kind: 'repeat', of, least, most: range[3] === undefined ? least : Number(range[3]) };
  }

  #atom(): Node {
    const begun = this.#at;
    if (this.#take('(')) return this.#group();
    if (this.#take('[')) return this.#set(begun);
    if (this.#take('.')) return { kind: 'one', source: '.', ranges: undefined };
    if (this.#match(/^\\[bB]/)) return { kind: 'edge', source: this.pattern.slice(begun, this.#at) };
    const ranges = this.#character();
    return { kind: 'one', source: this.pattern.slice(begun, this.#at), ranges };
  }

  #group(): Node {
    const flags = this.#match(/^\?[imsU]*(?:-[imsU]+)?\)/);
    if (flags !== undefined) return { kind: 'flags', source: `(${flags[0]}` };
    const head = this.#match(/^\?(?:P?<\w+>|[imsU]*(?:-[imsU]+)?:)/);
    const of = this.alternatives();
    if (!this.#take(')')) throw new Unreadable();
    // Names may not occur twice in a set of expressions, and nobody asks for them.
    return { kind: 'group', head: head === undefined || head[0].endsWith('>') ? '(?:' : `(${head[0]}`, of };
  }

  /** One character or a class of characters, outside or inside brackets; undefined where they are not listed. */
  #character(): readonly Range[] | undefined {
    if (!this.#take('\\')) {
      const point = this.pattern.codePointAt(this.#at);
      if (point === undefined) throw new Unreadable();
      this.#at += point > 0xffff ? 2 : 1;
      return [[point, point]];
    }
    if (this.#match(/^(?:[DWSs]|[pP](?:\{[^}]*\}|[A-Z]))/)) return undefined;
    if (this.#take('d')) return DIGITS;
    if (this.#take('w')) return WORD;
    const code = this.#match(/^(?:x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/);
    if (code !== undefined) {
      const point = parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16);
      return [[point, point]];
    }
    const other = this.#match(/^[^A-Za-z0-9]|^[aftnrv]/u)?.[0];
    const point = other === undefined ? undefined : (CONTROLS[other] ?? other.codePointAt(0));
    if (point === undefined) throw new Unreadable();
    return [[point, point]];
  }

  #set(begun: number): Node {
    const negated = this.#take('^');
    const ranges: Range[] = [];
    let listed = !negated;
    for (let first = true; first || !this.#take(']'); first = false) {
      if (this.ended) throw new Unreadable();
      const named = this.#match(/^\[:(\^?\w+):\]/);
      if (named !== undefined) {
        if (named[1] === 'digit') ranges.push(...DIGITS);
        else listed = false;
        continue;
      }
      const low = this.#character();
      if (low === undefined) {
        listed = false;
        continue;
      }
      const from = low[0];
      const single = low.length === 1 && from !== undefined && from[0] === from[1];
      if (!single || this.pattern[this.#at] !== '-' || this.pattern[this.#at + 1] === ']') {
        ranges.push(...low);
        continue;
      }
      this.#at++;
      const to = this.#character()?.[0];
      if (to === undefined) throw new Unreadable();
      ranges.push([from[0], to[1]]);
    }
    return { kind: 'one', source: this.pattern.slice(begun, this.#at), ranges: listed ? ranges : undefined };
  }
}
