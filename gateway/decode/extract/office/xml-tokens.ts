/** XML read as it streams (XML 1.0 section 2): text, tags, comments. It expands nothing: a document type declaration ends the reading. */

/** Longest tag: real ones stay below a few KiB; pictures inside an attribute reach further. */
const LONGEST_TAG = 1024 * 1024;
/** Longest character reference, leading zeros included. */
const LONGEST_REFERENCE = 64;
/** Longest text that is handed over whole where somebody asks for that: a cell holds 32,767 characters. */
const LONGEST_WHOLE = 256 * 1024;

const LT = 0x3c;
const GT = 0x3e;
const AMP = 0x26;
const SEMICOLON = 0x3b;

export const OPEN = 0;
export const CLOSE = 1;
export const EMPTY = 2;

export interface XmlHandler {
  /** The next text is wanted in one piece. */
  readonly whole: boolean;
  /** `at`: the place of bytes[0] in the document. `raw`: character data in which nothing is escaped. `hasReferences`: an `&` is in it. */
  text(bytes: Buffer, from: number, to: number, at: number, raw: boolean, hasReferences: boolean): void;
  /** bytes[from..to) is the tag with its brackets; its local name stands at [nameFrom, nameTo) and has this hash. */
  tag(bytes: Buffer, from: number, to: number, at: number, kind: number, nameFrom: number, nameTo: number, hash: number): void;
  /** A comment or a processing instruction, or what follows a `malformed`; in pieces. `fixed`: nothing in it may be changed. */
  beside(bytes: Buffer, from: number, to: number, at: number, fixed: boolean): void;
  malformed(detail: string): void;
}

/** As the vocabulary hashes names. */
export function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

type State = 'text' | 'comment' | 'instruction' | 'cdata' | 'broken';
const ENDS: Readonly<Record<'comment' | 'instruction' | 'cdata', Buffer>> = { comment: Buffer.from('-->'), instruction: Buffer.from('?>'), cdata: Buffer.from(']]>') };
const CDATA = Buffer.from('<![CDATA[');
const COMMENT = Buffer.from('<!--');

export class XmlTokens {
  #carry: Buffer = Buffer.alloc(0);
  #state: State = 'text';
  /** Of an unfinished tag: how far it was looked at, and the quote that is open there. */
  #looked = 0;
  #quote = 0;

  constructor(private readonly handler: XmlHandler) {}

  /** Answers with the place before which everything was handed over. */
  write(chunk: Uint8Array, at: number, last: boolean): number {
    const carried = this.#carry.length;
    const bytes = carried === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([this.#carry, chunk]);
    const base = at - carried;
    const done = this.#read(bytes, base, last);
    this.#carry = Buffer.from(bytes.subarray(done));
    return base + done;
  }

  #read(bytes: Buffer, at: number, last: boolean): number {
    const end = bytes.length;
    let pos = 0;
    while (pos < end) {
      let next: number;
      if (this.#state === 'broken') {
        this.handler.beside(bytes, pos, end, at, true);
        next = end;
      } else if (this.#state !== 'text') next = this.#within(bytes, pos, at, last, this.#state);
      else if (bytes[pos] !== LT) next = this.#text(bytes, pos, at, last);
      else next = this.#markup(bytes, pos, at, last);
      if (next < 0) return pos;
      pos = next;
    }
    if (last && this.#state !== 'text' && this.#state !== 'broken') this.#break('xml-end');
    return pos;
  }

  #text(bytes: Buffer, from: number, at: number, last: boolean): number {
    const end = bytes.length;
    let to = from;
    let ampersand = -1;
    for (; to < end; to++) {
      const byte = bytes[to];
      if (byte === LT) break;
      if (byte === AMP) ampersand = to;
    }
    if (this.handler.whole && to - from > LONGEST_WHOLE) return this.#break('value', from);
    if (to === end && !last) {
      if (this.handler.whole) return -1;
      if (ampersand >= 0 && end - ampersand < LONGEST_REFERENCE && bytes.indexOf(SEMICOLON, ampersand) < 0) to = ampersand;
      if (to === from) return -1;
    }
    this.handler.text(bytes, from, to, at, false, ampersand >= 0);
    return to;
  }

  #markup(bytes: Buffer, from: number, at: number, last: boolean): number {
    const second = bytes[from + 1];
    if (second === undefined) return last ? this.#break('xml-end', from) : -1;
    if (second === 0x3f) {
      this.#state = 'instruction';
      return from;
    }
    if (second === 0x21) {
      if (bytes.length - from < CDATA.length && !last) return -1;
      if (bytes.subarray(from, from + CDATA.length).equals(CDATA)) {
        this.#state = 'cdata';
        return from + CDATA.length;
      }
      if (bytes.subarray(from, from + COMMENT.length).equals(COMMENT)) {
        this.#state = 'comment';
        return from + COMMENT.length;
      }
      return this.#break('dtd', from);
    }
    return this.#tag(bytes, from, at, last);
  }

  #tag(bytes: Buffer, from: number, at: number, last: boolean): number {
    const end = bytes.length;
    const closes = bytes[from + 1] === 0x2f;
    let to = from + (closes ? 2 : 1);
    let nameFrom = to;
    let hash = 0;
    for (; to < end; to++) {
      const byte = bytes[to] ?? 0;
      if (byte <= 0x20 || byte === GT || byte === 0x2f) break;
      if (byte === LT) return this.#break('xml-tag', from);
      if (byte === 0x3a) {
        nameFrom = to + 1;
        hash = 0;
      } else hash = nextHash(hash, byte);
    }
    const nameTo = to;
    let quote = 0;
    if (this.#looked > 0) {
      to = from + this.#looked;
      quote = this.#quote;
    }
    for (; to < end; to++) {
      const byte = bytes[to] ?? 0;
      if (quote !== 0) {
        if (byte === quote) quote = 0;
        // No reader accepts it, and one that guesses would see another document.
        else if (byte === LT) return this.#break('xml-tag', from);
      } else if (byte === GT) {
        this.#looked = 0;
        if (nameTo === nameFrom) return this.#break('xml-tag', from);
        this.handler.tag(bytes, from, to + 1, at, closes ? CLOSE : bytes[to - 1] === 0x2f ? EMPTY : OPEN, nameFrom, nameTo, hash);
        return to + 1;
      } else if (byte === 0x22 || byte === 0x27) quote = byte;
      else if (byte === LT) return this.#break('xml-tag', from);
    }
    if (last) return this.#break('xml-end', from);
    if (end - from > LONGEST_TAG) return this.#break('xml-tag', from);
    // Read again from here only: a tag in many small pieces is looked at once.
    this.#looked = end - from;
    this.#quote = quote;
    return -1;
  }

  /** Of a stretch that ends with a mark of its own. */
  #within(bytes: Buffer, from: number, at: number, last: boolean, state: 'comment' | 'instruction' | 'cdata'): number {
    const mark = ENDS[state];
    const found = bytes.indexOf(mark, from);
    const to = found >= 0 ? found : last ? bytes.length : Math.max(from, bytes.length - mark.length + 1);
    if (to > from) {
      if (state === 'cdata') this.handler.text(bytes, from, to, at, true, false);
      else this.handler.beside(bytes, from, to, at, state === 'instruction');
    }
    if (found >= 0) {
      if (state !== 'cdata') this.handler.beside(bytes, found, found, at, true);
      this.#state = 'text';
      return found + mark.length;
    }
    return to > from ? to : -1;
  }

  #break(detail: string, from = 0): number {
    this.#state = 'broken';
    this.#looked = 0;
    this.handler.malformed(detail);
    return from;
  }
}
