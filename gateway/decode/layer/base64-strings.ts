/** Strings of base64 in text (HC 11): what one stands for is read with it. Text in it is masked over its own signs, a container is opened beside it, noise is left alone. */
import type { Dense } from '../../ports.js';
import type { CharsetName } from '../charset-name.js';
import { textCharsets } from '../charset-of.js';
import { formatOf } from '../magic.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader, PartTree } from '../part-tree.js';
import { readOnly } from '../split/read-only.js';
import { recognise, type TextSyntax } from '../syntax.js';
import { base64 } from './base64.js';
import { signEscapes } from './base64-escapes.js';
import { LEAST_RUN, beginRun, followRun, isSign, lineOfSigns, nextDense, runEnd, type Following, type Run, type Stretch } from './base64-runs.js';
import { inOrder } from './finding-order.js';
import { transformReader } from './transform.js';

/** How far into a string it is looked for signs that part words. */
const PARTS_WITHIN = 64;
/** Strings within strings that are read. */
const DEPTH = 2;
/** Signs by which is decided what a string is: enough for a head of any format. */
const SNIFFED = 2048;
/** Bytes that so many signs stand for, wherever among the first of them it begins: of a longer string no more is asked, however much of it is in sight. */
const SNIFFED_BYTES = ((SNIFFED - PARTS_WITHIN) / 4) * 3;
/** Bytes before a string in which a data: URI names its type. */
const LOOK_BACK = 160;
const DATA_URI = /data:([A-Za-z0-9.+/-]{0,80}(?:;[A-Za-z0-9-]{1,20}=[A-Za-z0-9."_-]{1,40}){0,3});base64,$/i;
/** Signs that also part words, paths and numbers: a string may begin behind one. */
const PARTS = [0x2f, 0x5f, 0x2b, 0x2d];
const DOT = 0x2e;
/** A version of UUIDs, digests, colours: no digit of any kind becomes hexadecimal digits alone. */
const HEXADECIMAL = /^[0-9a-fA-F_-]*$/;
/** Digits of a number in bytes that are no text. */
const NUMBER_IN_BYTES = /\d(?:[ -]?\d){10}/;
/** Formats whose signatures are too long to come by chance, in the millions of strings that are none. */
const BY_CONTENT: ReadonlySet<string> = new Set(['zip', 'pdf', 'ole', '7z', 'rar', 'png', 'jpeg', 'gif', 'gzip', 'xz', 'zstd', 'tnef', 'rtf', 'tar', 'webp']);

/** A reader of text that knows where long runs of signs may lie. */
export interface TextReader extends PartReader {
  readonly dense?: Dense | undefined;
}

export interface StringReaders {
  /** Text of a string, in these charsets; no line of the receipt speaks for it. */
  text(context: PartContext, how: { readonly syntax: TextSyntax; readonly charsets: readonly CharsetName[]; readonly json: boolean }): PartReader;
  /** Such text, where nothing is in it. */
  holdsNothing(tree: PartTree, how: { readonly syntax: TextSyntax; readonly charsets: readonly CharsetName[] }, bytes: Uint8Array): boolean;
  container(context: PartContext, format: string, contentType: string | undefined): PartReader;
}

type Content =
  | { readonly kind: 'text'; readonly syntax: TextSyntax; readonly charsets: readonly CharsetName[]; readonly json: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'container'; readonly format: string; readonly type: string | undefined }
  | { readonly kind: 'bytes' };

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', from, to);
}

function startsJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
}

/** What decoded bytes are; `undefined` for noise. `declared`: the type of a data: URI. */
function contentOf(bytes: Uint8Array, cut: boolean, declared: string | undefined, exact: boolean): Content | undefined {
  const format = formatOf(bytes);
  if (format !== undefined && BY_CONTENT.has(format)) return format !== 'gzip' || (bytes[2] === 8 && (bytes[3] ?? 0) < 0x20) ? { kind: 'container', format, type: declared } : undefined;
  if (declared !== undefined && declared !== '') {
    const syntax = recognise({ contentType: declared, contentEncoding: undefined }, bytes);
    if (syntax.kind === 'text') return { ...syntax, bytes };
    if (syntax.kind === 'container') return { kind: 'container', format: syntax.format, type: declared };
  }
  const charsets = textCharsets(bytes, cut);
  // Bytes that are no UTF-8 may be characters by chance: behind a sign that only may part words that is no proof.
  if (charsets !== undefined && (exact || !charsets.includes('gb18030'))) return { kind: 'text', syntax: 'unknown-text', charsets, json: startsJson(bytes), bytes };
  return exact && NUMBER_IN_BYTES.test(latin1(bytes, 0, bytes.length)) ? { kind: 'bytes' } : undefined;
}

interface Open {
  readonly reader: PartReader | undefined;
  readonly state: Following;
  readonly jwt: boolean;
}

const PAD = 0x3d;
const QUARTET = 4;
const COMMA = 0x2c;
/** A stretch of signs whose end is not in sight: it is looked at where it is long enough, and has a capital. */
interface Begun {
  /** Of its bytes, those that stand before what was carried over. */
  readonly before: number;
  /** There is one among them. */
  readonly capital: boolean;
}
const NOT_BEGUN: Begun = { before: 0, capital: false };
/** It is looked at, whatever follows. */
const SURE: Begun = { before: SNIFFED, capital: true };
/** `\\u0041`. */
const LONGEST_ESCAPE = 6;
const EMPTY = new Uint8Array(0);
/** Until there is something before: never written to. */
const NO_BEFORE = new Uint8Array(LOOK_BACK);
/** Signs by which noise is told from what may be more. */
const FIRST_LOOK = 64;
/** Places in one run that are tried. */
const MOST_OFFSETS = 6;
/** Names, paths and lines are all of small letters; base64 of that length is not, but for one in 100,000. */
const CAPITAL = /[A-Z+]/;

/** What the signs [from, to) stand for; without `last` whole quartets of it. */
function decoded(data: Uint8Array, from: number, to: number, last: boolean): Uint8Array {
  const stop = Math.min(to, data.length);
  let signs = from;
  while (signs < stop && isSign(data[signs])) signs++;
  let pads = signs;
  while (pads < stop && data[pads] === PAD) pads++;
  // Without escapes and breaks the runtime reads the same, and nobody asks where a byte came from.
  if (pads === stop) return Buffer.from(latin1(data, from, last || pads > signs ? signs : signs - ((signs - from) % QUARTET)), 'base64');
  return base64({ mail: false, escapes: signEscapes }).decode(data.subarray(from, to), last).bytes;
}

/** The first SNIFFED_BYTES of what a longer string stands for. */
function decodedBeginning(data: Uint8Array, from: number, to: number): Uint8Array {
  const least = from + (SNIFFED_BYTES / 3) * QUARTET;
  let signs = from;
  while (signs < least && isSign(data[signs])) signs++;
  return decoded(data, from, signs === least ? least : to, false).subarray(0, SNIFFED_BYTES);
}

class StringsReader implements PartReader {
  readonly #order: ReturnType<typeof inOrder>;
  readonly #context: PartContext;
  readonly #leaf: TextReader;
  #carry: Uint8Array = EMPTY;
  /** The bytes before what was carried over. */
  #before: Uint8Array = NO_BEFORE;
  /** Of the stretch that was carried over in part. */
  #begun: Begun = NOT_BEGUN;
  #open: Open | undefined;
  /** Where the last part of a web token ended. */
  #jwtEnd = -1;
  #children = 0;

  constructor(
    context: PartContext,
    leaf: (context: PartContext) => TextReader,
    private readonly readers: StringReaders,
    private readonly depth: number,
  ) {
    this.#order = inOrder(context.sink);
    this.#context = { ...context, sink: this.#order.sink };
    this.#leaf = leaf(this.#context);
  }

  write(bytes: Uint8Array, at: number, last: boolean): number {
    const settled = this.#leaf.write(bytes, at, last);
    const own = Math.min(settled, this.#strings(bytes, at, last));
    this.#order.settle(last ? Infinity : own);
    return last ? at + bytes.length : own;
  }

  #strings(bytes: Uint8Array, at: number, last: boolean): number {
    let data = bytes;
    let base = at;
    let from = 0;
    let begun: Begun | undefined;
    const carry = this.#carry;
    if (carry.length > 0) {
      const { before } = this.#begun;
      const isWord = this.#open === undefined && before + carry.length < LEAST_RUN && carry.every(isSign);
      from = isWord ? runEnd(bytes, 0) : 0;
      if (isWord && from < bytes.length && before + carry.length + from < LEAST_RUN) {
        // A word that the end of the last piece had cut: too short for anything.
        this.#remember(carry);
      } else {
        data = Buffer.concat([carry, bytes]);
        base = at - carry.length;
        from = 0;
        begun = this.#begun;
      }
      this.#carry = EMPTY;
    }
    const settled = this.#follow(data, base, from, last, data.length - bytes.length, begun);
    if (!last) this.#remember(data.subarray(0, data.length - this.#carry.length));
    return settled;
  }

  #remember(data: Uint8Array): void {
    const tail = data.subarray(Math.max(0, data.length - LOOK_BACK));
    if (this.#before === NO_BEFORE) this.#before = new Uint8Array(LOOK_BACK);
    this.#before.copyWithin(0, tail.length);
    this.#before.set(tail, LOOK_BACK - tail.length);
  }

  #textBefore(data: Uint8Array, start: number): string {
    const own = latin1(data, Math.max(0, start - LOOK_BACK), start);
    return latin1(this.#before, own.length, LOOK_BACK) + own;
  }

  /** `carried`: of the stretch that goes on at the first byte of `data`. */
  #follow(data: Uint8Array, base: number, from: number, last: boolean, shift: number, carried: Begun | undefined): number {
    let place = from;
    let begun = carried;
    let first: Stretch | undefined;
    if (this.#open?.state.alone === true) {
      const line = lineOfSigns(data, 0, last);
      if (line.open) return this.#skip(data, base);
      this.#open = undefined;
      place = line.end;
      first = { start: place, end: runEnd(data, place) };
      begun = SURE;
    } else if (this.#open !== undefined) {
      const { state } = this.#open;
      const run = followRun(data, 0, last, state);
      const settled = this.#feed(this.#open, data, 0, base, run);
      if (run.open) return settled;
      place = run.end;
      // What stands behind it in the same stretch is looked at as if all had come at once.
      first = state.left ? undefined : { start: place, end: runEnd(data, place) };
      begun = SURE;
    } else if (begun !== undefined) first = { start: 0, end: runEnd(data, 0) };
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const passed = { places: -1 };
    for (;;) {
      const stretch = first ?? nextDense(data, view, place, this.#leaf.dense, shift, passed);
      if (stretch === undefined) return base + data.length;
      const { before, capital } = first === undefined || begun === undefined ? NOT_BEGUN : begun;
      first = undefined;
      const { start, end } = stretch;
      place = start;
      if (end < data.length) {
        const size = before + end - start;
        if (size < LEAST_RUN || (size < SNIFFED && !capital && !hasCapital(data, start, end))) place = end;
      }
      while (place < end) {
        const skip = notStart(data, place);
        if (skip > 0) {
          place += skip;
          continue;
        }
        const state = beginRun();
        const run = followRun(data, place, last, state);
        if (run.open && state.signs < SNIFFED) {
          this.#carry = data.slice(place);
          this.#begun = end < data.length || before + place - start >= SNIFFED ? SURE : { before: before + place - start, capital: capital || hasCapital(data, start, place) };
          return base + place;
        }
        if (state.signs + state.pads < LEAST_RUN) {
          place = Math.max(place + 1, run.end);
          continue;
        }
        const { offset, open } = this.#decide(data, place, base, run, state);
        if (state.alone) {
          const line = lineOfSigns(data, place, last);
          if (line.open) {
            this.#open = open;
            return this.#skip(data, base);
          }
          place = line.end;
          continue;
        }
        const settled = this.#feed(open, data, place + offset, base, run);
        if (run.open) return settled;
        place = Math.max(place + 1, run.end);
      }
    }
  }

  /** Goes on in a line in which nothing is; what may be an escape that the end has cut is read again. */
  #skip(data: Uint8Array, base: number): number {
    this.#carry = data.slice(-LONGEST_ESCAPE);
    return base + data.length;
  }

  /** Hands on what a run has from `start` on, and remembers it while it goes on. */
  #feed(open: Open, data: Uint8Array, start: number, base: number, run: Run): number {
    const end = run.open ? run.at : run.end;
    const settled = open.reader?.write(data.subarray(start, end), base + start, !run.open) ?? base + end;
    this.#open = run.open ? open : undefined;
    if (run.open) this.#carry = data.slice(run.at);
    else if (open.jwt) this.#jwtEnd = base + run.end;
    return Math.min(settled, base + end);
  }

  #decide(data: Uint8Array, start: number, base: number, run: Run, state: Following): { readonly offset: number; readonly open: Open } {
    const noise = { offset: 0, open: { reader: undefined, state, jwt: false } };
    const end = run.open ? run.at : run.end;
    const text = latin1(data, start, Math.min(end, start + SNIFFED));
    // A longer one is decided by its beginning, also where all of it is in sight.
    const isWhole = !run.open && state.signs < SNIFFED;
    const isSmall = !CAPITAL.test(text);
    const isHex = HEXADECIMAL.test(text);
    state.alone = (isSmall || isHex) && lineOfSigns(data, start, true).end - start >= SNIFFED;
    // Further behind what begins with small letters alone may be a number.
    if (isHex || (isSmall && isWhole)) return noise;
    const previous = start > 0 ? data[start - 1] : this.#before[LOOK_BACK - 1];
    const declared = previous === COMMA ? DATA_URI.exec(this.#textBefore(data, start))?.[1] : undefined;
    const isNextOfJwt = previous === DOT && this.#jwtEnd === base + start - 1;
    let chance: (() => { readonly offset: number; readonly open: Open }) | undefined;
    for (const offset of offsetsIn(text, previous)) {
      if (end - start - offset < LEAST_RUN) break;
      const isShort = end - start - offset <= FIRST_LOOK;
      const head = isShort ? undefined : decoded(data, start + offset, start + offset + FIRST_LOOK, false);
      if (head !== undefined && contentOf(head, true, undefined, true) === undefined && (offset > 0 || declared === undefined)) {
        if (offset > 0 || !NUMBER_IN_BYTES.test(Buffer.from(text, 'base64').toString('latin1'))) continue;
      }
      const bytes = isWhole ? decoded(data, start + offset, end, true) : decodedBeginning(data, start + offset, end);
      const content = contentOf(bytes, !isWhole, offset === 0 ? declared : undefined, offset === 0);
      if (content === undefined) continue;
      const isChance = content.kind === 'text' && content.charsets.includes('gb18030');
      if (isChance && isSmall) continue;
      // The parts of a web token are signed together.
      const isJwt = isNextOfJwt || (isWhole && data[run.end] === DOT && isJwtHeader(bytes));
      state.alone = false;
      const decide = (): { readonly offset: number; readonly open: Open } => ({ offset, open: { reader: isWhole && this.#isEmpty(content) ? undefined : this.#readerOf(content, isJwt), state, jwt: isJwt } });
      // What is no UTF-8 may be characters by chance, when the string begins further behind.
      if (!isChance) return decide();
      chance ??= decide;
    }
    if (chance !== undefined) return chance();
    // The third part of a web token is no text, and the second may be none.
    return { ...noise, open: { ...noise.open, jwt: isNextOfJwt } };
  }

  /** All of it is there, and nothing in it: then no reader is made. */
  #isEmpty(content: Content): boolean {
    return content.kind === 'text' && this.readers.holdsNothing(this.#context.tree, content, content.bytes);
  }

  #readerOf(content: Content, isJwt: boolean): PartReader | undefined {
    const sealed = isJwt || content.kind === 'bytes';
    const context: PartContext = { ...this.#context, sink: sealed ? readOnly(this.#context.sink) : this.#context.sink, inside: this.#context.inside ?? this.#context.part };
    return transformReader(context, { coding: base64({ mail: false, escapes: signEscapes }), inner: (own) => this.#inner(own, content), silent: true });
  }

  #inner(context: PartContext, content: Content): PartReader {
    switch (content.kind) {
      case 'container':
        return this.readers.container({ ...context, part: `${context.part}/base64-${++this.#children}`, depth: context.depth + 1 }, content.format, content.type);
      case 'bytes':
        return this.readers.text(context, { syntax: 'text', charsets: ['utf-8'], json: false });
      case 'text': {
        const text = (own: PartContext): PartReader => this.readers.text(own, content);
        return this.depth + 1 < DEPTH ? new StringsReader(context, text, this.readers, this.depth + 1) : text(context);
      }
    }
  }
}

/** The same as CAPITAL, for the many runs that are nothing but names and identifiers. */
function hasCapital(data: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = data[at] ?? 0;
    if ((byte >= 0x41 && byte <= 0x5a) || byte === 0x2b) return true;
  }
  return false;
}

/** How many bytes to go on by where no string begins; 0 where one may. */
function notStart(data: Uint8Array, at: number): number {
  if (isSign(data[at])) return 0;
  const escape = signEscapes.read(data, at);
  if (escape === undefined) return data[at] === 0x5c ? 2 : 1;
  if (escape === 'more') return 0;
  return isSign(escape.value) ? 0 : escape.size;
}

/** Where in `text` a string may begin: at its start, behind what parts words, behind the rest of an escape that is no sign (`%22`, `\\n`, `\\u003e`), and behind the second byte of a character. */
function offsetsIn(text: string, before: number | undefined): readonly number[] {
  const offsets = before === 0x25 ? [0, 2] : before === 0x5c ? [0, /^u[0-9a-fA-F]{4}/.test(text) ? 5 : 1] : (before ?? 0) >= 0x80 ? [0, 1] : [0];
  for (let i = 0; i < Math.min(PARTS_WITHIN, text.length) && offsets.length < MOST_OFFSETS; i++) if (PARTS.includes(text.charCodeAt(i))) offsets.push(i + 1);
  return offsets;
}

function isJwtHeader(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  return /^\s*\{/.test(text) && text.includes('"alg"');
}

/** Reads text with `leaf`, and the strings of base64 in it. */
export function stringsReader(context: PartContext, leaf: (context: PartContext) => TextReader, readers: StringReaders): PartReader {
  return new StringsReader(context, leaf, readers, 0);
}
