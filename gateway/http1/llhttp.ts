/** The HTTP/1.1 parser of both directions: llhttp behind one step at a time. */
import type { Field } from '../ports/names.js';
import { fieldsOf, gathered, staysOpen, trimmed } from './cut.js';
import { INPUT_BYTES, KINDS, load, OK, PAUSED, USER, type Heard, type Llhttp } from './machine.js';
import { framingOf, headIsPlain, startIsPlain, type Framing } from './strict-head.js';

/** Bytes of a head that are copied over at once: most heads fit, and the body that follows in the same packet is not copied for nothing. */
const HEAD_WINDOW = 4096;
/** Bytes between two body bytes of a chunked body: sizes and extensions. Node's own bound. */
const CHUNK_OVERHEAD_MOST = 16_384;
/** What a head that comes in pieces is put together in at first. */
const FIRST_HELD = 1024;

/** What a step found. `more`: every byte is taken, and further ones are needed. */
export type Step = 'more' | 'head' | 'body' | 'end' | 'failed';

/** A head with its fields as they were written, and how its body is marked off. */
export interface Http1Head {
  /** Of a request; '' in an answer. */
  readonly method: string;
  readonly target: string;
  /** Of an answer; 0 in a request. */
  readonly status: number;
  readonly reason: string;
  readonly version: '1.0' | '1.1';
  readonly fields: readonly Field[];
  readonly framing: Framing;
  /** The connection may carry another message behind this one. */
  readonly keepAlive: boolean;
  /** CONNECT, an offer of another protocol, or 101: what follows may not be HTTP, so nothing behind this head is read here. */
  readonly upgrade: boolean;
}

const EMPTY = Buffer.alloc(0);

let view: Uint8Array = new Uint8Array(0);
/** llhttp calls back while it executes, and only then. */
let running: Http1Parser | undefined;

function executeFor(parser: Http1Parser, wasm: Llhttp, pointer: number, at: number, length: number): number {
  running = parser;
  try {
    return wasm.llhttp_execute(pointer, at, length);
  } finally {
    running = undefined;
  }
}

/** What a span before was of. */
const NAME = 1;
const VALUE = 2;

/**
 * One connection's messages in one direction. `next` takes bytes from a place on and stops after each thing it found, so that
 * what follows a head or a message stays with the caller; `position` says how far it came. Close it when its connection closes.
 */
export class Http1Parser implements Heard {
  /** Behind the bytes that the last step took, in the buffer it was given. */
  position = 0;
  /** Of the last step `head`. */
  head: Http1Head | undefined;
  /** Of the last step `body`: bytes of the buffer that was given, or a copy where they lay in many small chunks. */
  body: Buffer = EMPTY;
  /** Of the last step `failed`, as Node names what its parser refuses. */
  error = '';
  /** Of the message that ended. */
  trailers: readonly Field[] = [];
  /** Of answers: the next one has no body, whatever its head says (HEAD). */
  noBody = false;
  /** Within a message: an end of the connection would cut it. */
  started = false;

  readonly #machine = load(() => running);
  readonly #isRequest: boolean;
  readonly #headBytes: number;
  #pointer: number;
  #state: 'head' | 'length' | 'chunked' | 'until-close' | 'end' | 'over' = 'head';
  #paused = false;
  /** Bytes of a length that are still to come. */
  #left = 0;
  /** The head as far as it came in earlier buffers. */
  #held: Buffer = EMPTY;
  #heldLength = 0;
  #raw: Buffer = EMPTY;

  // What llhttp said of the head, in places within it.
  #base = 0;
  #targetFrom = 0;
  #targetTo = 0;
  #marks: number[] = [];
  #last = 0;
  #status = 0;
  #upgrade = false;
  #keepAlive = false;
  #headSeen = false;

  // What it said of a chunked body.
  #bodies: number[] = [];
  #bodyBytes = 0;
  /** Behind its last byte, in the same places. */
  #bodyTo = 0;
  #ended = false;
  #tail: [string, string][] = [];
  #tailAt = 0;

  constructor(kind: keyof typeof KINDS, limits: { readonly headBytes: number }) {
    this.#isRequest = kind === 'request';
    this.#headBytes = limits.headBytes;
    this.#pointer = this.#machine.wasm.llhttp_alloc(KINDS[kind]);
    if (this.#pointer === 0) throw new Error('no memory for the parser');
  }

  close(): void {
    this.#state = 'over';
    if (this.#pointer !== 0) this.#machine.wasm.llhttp_free(this.#pointer);
    this.#pointer = 0;
  }

  /** The bytes of the last head as they came, until the next step. */
  rawHead(): Buffer {
    return this.#raw;
  }

  /** The connection ended: `end` where that ends the message, `more` where nothing was under way, else `failed`. */
  finish(): Step {
    if (this.#state === 'until-close') {
      this.#begin();
      return 'end';
    }
    if (!this.started) return 'more';
    return this.#fail('HPE_INVALID_EOF_STATE');
  }

  /** Every call takes up where the one before stopped; `bytes` from `at` on must be what follows. */
  next(bytes: Buffer, at: number): Step {
    this.position = at;
    switch (this.#state) {
      case 'head': return at < bytes.length ? this.#readHead(bytes, at) : 'more';
      case 'length': {
        const to = Math.min(bytes.length, at + this.#left);
        if (to === at) return 'more';
        this.#left -= to - at;
        this.position = to;
        this.body = at === 0 && to === bytes.length ? bytes : bytes.subarray(at, to);
        if (this.#left === 0) this.#state = 'end';
        return 'body';
      }
      case 'until-close':
        if (at >= bytes.length) return 'more';
        this.position = bytes.length;
        this.body = at === 0 ? bytes : bytes.subarray(at);
        return 'body';
      case 'chunked': return this.#readChunks(bytes, at);
      case 'end':
        this.#begin();
        return 'end';
      case 'over': return this.#fail(this.error === '' ? 'HPE_CLOSED_CONNECTION' : this.error);
    }
  }

  #begin(): void {
    if (this.#paused) this.#forget();
    this.#state = 'head';
    this.started = false;
    this.noBody = false;
    this.#heldLength = 0;
    // One long head does not keep its room for as long as its connection lasts.
    if (this.#held.length > HEAD_WINDOW) this.#held = EMPTY;
  }

  #fail(error: string): Step {
    this.#state = 'over';
    this.error = error;
    return 'failed';
  }

  /** Gives llhttp a window of bytes; answers with its code, and `position` behind what it took. */
  #execute(bytes: Buffer, at: number, to: number): number {
    const { wasm, input } = this.#machine;
    if (view.buffer !== wasm.memory.buffer) view = new Uint8Array(wasm.memory.buffer);
    bytes.copy(view, input, at, to);
    if (this.#paused) {
      wasm.llhttp_resume(this.#pointer);
      this.#paused = false;
    }
    const code = executeFor(this, wasm, this.#pointer, input, to - at);
    if (code === OK) this.position = to;
    else {
      this.position = at + wasm.llhttp_get_error_pos(this.#pointer) - input;
      this.#paused = code === PAUSED;
    }
    return code;
  }

  #readHead(bytes: Buffer, from: number): Step {
    let at = from;
    if (!this.started) {
      this.started = true;
      this.#marks.length = 0;
      this.#targetFrom = this.#targetTo = this.#last = 0;
      this.#headSeen = false;
      this.trailers = [];
    }
    while (at < bytes.length) {
      const to = Math.min(bytes.length, at + HEAD_WINDOW);
      this.#base = this.#heldLength + (at - from);
      const code = this.#execute(bytes, at, to);
      at = this.position;
      if (code !== OK && code !== PAUSED) return this.#fail(this.#machine.errors[code] ?? 'HPE_INTERNAL');
      if (this.#heldLength + (at - from) > this.#headBytes) return this.#fail('HPE_HEADER_OVERFLOW');
      if (this.#headSeen) return this.#finishHead(bytes, from, at);
    }
    this.#hold(bytes, from, at);
    return 'more';
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    const needed = this.#heldLength + (to - from);
    if (this.#held.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_HELD, needed * 2));
      this.#held.copy(larger, 0, 0, this.#heldLength);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldLength, from, to);
    this.#heldLength = needed;
  }

  #finishHead(bytes: Buffer, from: number, to: number): Step {
    if (this.#heldLength === 0) this.#raw = bytes.subarray(from, to);
    else {
      this.#hold(bytes, from, to);
      this.#raw = this.#held.subarray(0, this.#heldLength);
      // The next head is put together elsewhere: this one may still be read.
      this.#held = EMPTY;
    }
    this.#heldLength = 0;
    const text = this.#raw.toString('latin1');
    const fields = fieldsOf(text, this.#marks);
    const { wasm, methods } = this.#machine;
    const minor = wasm.llhttp_get_http_minor(this.#pointer);
    if (fields === undefined || wasm.llhttp_get_http_major(this.#pointer) !== 1 || minor > 1) return this.#fail('HPE_INVALID_VERSION');
    const version = minor === 1 ? '1.1' : '1.0';
    const target = text.slice(this.#targetFrom, this.#targetTo);
    if (!headIsPlain(text, this.#isRequest ? target : '') || !(this.#isRequest ? startIsPlain(text, this.#targetFrom, this.#targetTo) : text.startsWith('HTTP/'))) return this.#fail('HPE_INVALID_HEADER_TOKEN');
    const framing = framingOf(fields, version, this.#isRequest ? undefined : { status: this.#status, noBody: this.noBody });
    if (framing === undefined) return this.#fail('HPE_INVALID_TRANSFER_ENCODING');
    this.head = {
      method: this.#isRequest ? (methods[wasm.llhttp_get_method(this.#pointer)] ?? '') : '',
      target: this.#isRequest ? target : '',
      status: this.#status,
      reason: this.#isRequest ? '' : target,
      version,
      fields,
      framing,
      keepAlive: framing.kind !== 'until-close' && (this.#keepAlive || (!this.#isRequest && framing.kind === 'none' && staysOpen(fields, version))),
      upgrade: this.#upgrade,
    };
    this.#follow(framing);
    return 'head';
  }

  #follow(framing: Framing): void {
    switch (framing.kind) {
      case 'none': this.#state = 'end'; break;
      case 'length':
        this.#left = framing.length;
        this.#state = framing.length === 0 ? 'end' : 'length';
        break;
      case 'until-close': this.#state = 'until-close'; break;
      case 'chunked':
        this.#state = 'chunked';
        this.#ended = false;
        this.#tail = [];
        this.#tailAt = this.#bodyTo = this.#last = 0;
        break;
    }
    if (this.#upgrade) this.#state = 'over';
    // Only chunked bodies go on in llhttp: bytes of a known length are counted here and never copied.
    if (this.#state !== 'chunked') this.#forget();
  }

  #forget(): void {
    this.#machine.wasm.llhttp_reset(this.#pointer);
    this.#paused = false;
  }

  #readChunks(bytes: Buffer, from: number): Step {
    for (let at = from; at < bytes.length;) {
      const to = Math.min(bytes.length, at + INPUT_BYTES);
      this.#bodies.length = 0;
      this.#bodyBytes = 0;
      this.#base = this.#tailAt;
      const code = this.#execute(bytes, at, to);
      this.#tailAt += this.position - at;
      if (code !== OK && code !== PAUSED) {
        this.#fail(code === USER ? 'HPE_CHUNK_EXTENSIONS_OVERFLOW' : (this.#machine.errors[code] ?? 'HPE_INTERNAL'));
        // What came before it broke still counts: the next step says that it did.
        return this.#bodyBytes > 0 ? this.#tellBody(bytes, at) : 'failed';
      }
      if (this.#tailAt - this.#bodyTo > (this.#tail.length > 0 ? this.#headBytes : CHUNK_OVERHEAD_MOST)) return this.#fail(this.#tail.length > 0 ? 'HPE_HEADER_OVERFLOW' : 'HPE_CHUNK_EXTENSIONS_OVERFLOW');
      if (this.#ended) {
        this.#state = 'end';
        this.trailers = this.#tail.map(([name, value]): Field => [name, trimmed(value)]);
      }
      if (this.#bodyBytes > 0) return this.#tellBody(bytes, at);
      if (this.#ended) {
        this.#begin();
        return 'end';
      }
      at = this.position;
    }
    return 'more';
  }

  #tellBody(bytes: Buffer, at: number): Step {
    const from = at + (this.#bodies[0] ?? 0);
    this.body = this.#bodies.length === 2 ? bytes.subarray(from, from + this.#bodyBytes) : gathered(bytes, at, this.#bodies, this.#bodyBytes);
    return 'body';
  }

  // What llhttp calls while it executes. A span goes on in the next buffer where one ended within it.

  onTarget(at: number, length: number): number {
    const from = this.#base + at - this.#machine.input;
    if (this.#targetTo === 0) this.#targetFrom = from;
    this.#targetTo = from + length;
    return OK;
  }

  onName(at: number, length: number): number {
    const from = this.#base + at - this.#machine.input;
    if (this.#state === 'chunked') {
      const text = this.#text(at, length);
      const open = this.#tail.at(-1);
      if (this.#last === NAME && open !== undefined) open[0] += text;
      else this.#tail.push([text, '']);
    } else {
      const marks = this.#marks;
      const { length: size } = marks;
      if (this.#last === NAME && marks[size - 3] === from) marks[size - 3] = from + length;
      else marks.push(from, from + length, from + length, from + length);
    }
    this.#last = NAME;
    return OK;
  }

  onValue(at: number, length: number): number {
    const from = this.#base + at - this.#machine.input;
    if (this.#state === 'chunked') {
      const open = this.#tail.at(-1);
      if (open !== undefined) open[1] += this.#text(at, length);
    } else {
      const marks = this.#marks;
      const { length: size } = marks;
      if (this.#last !== VALUE) marks[size - 2] = from;
      marks[size - 1] = from + length;
    }
    this.#last = VALUE;
    return OK;
  }

  onHead(status: number, upgrade: boolean, keepAlive: boolean): number {
    this.#status = this.#isRequest ? 0 : status;
    this.#upgrade = upgrade || (!this.#isRequest && status === 101);
    this.#keepAlive = keepAlive;
    this.#headSeen = true;
    return PAUSED;
  }

  onBody(at: number, length: number): number {
    const from = this.#base + at - this.#machine.input;
    if (from - this.#bodyTo > CHUNK_OVERHEAD_MOST) return USER;
    this.#bodies.push(at - this.#machine.input, length);
    this.#bodyBytes += length;
    this.#bodyTo = from + length;
    return OK;
  }

  onEnd(): number {
    this.#ended = true;
    return PAUSED;
  }

  #text(at: number, length: number): string {
    return Buffer.from(view.buffer, at, length).toString('latin1');
  }
}
