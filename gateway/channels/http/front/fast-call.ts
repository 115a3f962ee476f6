/** One request on a connection of the fast front, and its answer in as few writes as it can be. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WeirError } from '../../../errors.js';
import { inBurst } from '../../../http1/bursts.js';
import type { Http1Head } from '../../../http1/llhttp.js';
import type { Field } from '../../../ports.js';
import { isBodyless } from '../write-reply.js';
import { FastBody } from './fast-body.js';
import type { AnswerHead, BodyLimits, Call, Peer } from './front.js';
import { dateLine, fieldLines, headText, joined } from './reply-text.js';

/** Bodies that are waited for and handed on whole: scanning one at once costs less than scanning it as it comes, and a larger one gains little more. No more than may wait unread anyway: the rest would never be read. */
export const WHOLE_MOST = 256 * 1024;
/** What a scanner takes at once: up to here one piece costs a copy less than it saves, a look at each side of every border and a write of its own. */
const ONE_PIECE_MOST = 64 * 1024;
/** Up to here a copy behind its head costs less than a write of its own. */
const JOINED_MOST = 16 * 1024;
const CLOSE = 'Connection: close\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const END_OF_CHUNKS = '0\r\n';

/** What a call needs of its connection. */
export interface CallConnection {
  readonly socket: Socket;
  readonly peer: Peer;
  /** `Connection: keep-alive` and what goes with it. */
  readonly keepAliveLines: string;
  /** The client sends nothing more. */
  readonly halfClosed: boolean;
  /** The answer is given out. `close`: no request follows; `unread`: and the client may still be sending. */
  finished(close: boolean, unread: boolean): void;
}

export class FastCall implements Call {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly fields: readonly Field[];
  readonly peer: Peer;
  readonly expects: 'continue' | 'unknown' | undefined;
  answered = false;
  #left = false;
  isFinished = false;
  readonly incoming: FastBody;
  trailing: readonly Field[] = [];
  readonly hasLength: boolean;

  readonly #connection: CallConnection;
  readonly #keepAlive: boolean;
  #onGone: (() => void) | undefined;
  #onDrain: (() => void) | undefined;
  /** A head that waits for the first byte behind it. */
  #head = '';
  #close = false;
  #unread = false;
  #chunked = false;
  #bodyless = false;
  #declared: number | undefined;
  #written = 0;

  constructor(connection: CallConnection, head: Http1Head) {
    this.#connection = connection;
    this.method = head.method;
    this.target = head.target;
    this.version = head.version;
    this.fields = head.fields;
    this.peer = connection.peer;
    this.#keepAlive = head.keepAlive;
    this.hasLength = head.framing.kind === 'length';
    this.expects = head.version === '1.1' ? expectation(head.fields) : undefined;
    this.incoming = new FastBody(connection.socket, () => {
      if (this.expects === 'continue' && !this.answered && !this.gone) connection.socket.write(CONTINUE, 'latin1');
    });
  }

  /** A socket is destroyed some time before it says that it is closed. */
  get gone(): boolean {
    return this.#left || this.#connection.socket.destroyed;
  }

  get complete(): boolean {
    return this.incoming.ended;
  }

  async settled(): Promise<void> {
    if (!this.complete) await new Promise((next) => setImmediate(next));
  }

  body(limits: BodyLimits): AsyncIterable<Uint8Array> {
    return this.incoming.limited(limits);
  }

  whole(): readonly Uint8Array[] | undefined {
    const whole = this.incoming.whole(WHOLE_MOST);
    return whole === undefined || whole.length < 2 || this.incoming.arrived > ONE_PIECE_MOST ? whole : [Buffer.concat(whole, this.incoming.arrived)];
  }

  trailers(): readonly Field[] {
    return this.trailing;
  }

  onGone(act: () => void): void {
    this.#onGone = act;
  }

  /** The connection's end, before the answer was whole. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.incoming.fail(new WeirError('client-aborted'));
    this.wake();
    if (!this.isFinished) this.#onGone?.();
  }

  /** The socket takes more. */
  wake(): void {
    const wake = this.#onDrain;
    this.#onDrain = undefined;
    wake?.();
  }

  writeHead(head: AnswerHead, close: boolean): void {
    if (this.gone) throw new WeirError('client-aborted');
    if (this.answered) throw new WeirError('internal');
    this.#bodyless = isBodyless(this.method, head.status);
    this.#declared = undefined;
    let declared: string | undefined;
    for (const [name, value] of head.fields) if (name.length === 14 && name.toLowerCase() === 'content-length') declared = value;
    if (declared !== undefined) {
      if (!/^\d{1,15}$/.test(declared)) throw new WeirError('upstream-invalid');
      this.#declared = Number(declared);
    }
    const unframed = this.#declared === undefined && !this.#bodyless;
    this.#chunked = unframed && this.version === '1.1';
    // Without a length, an answer to HTTP/1.0 ends with its connection.
    const text = headText(head.status, head.reason, head.fields, this.#lines(close || (unframed && !this.#chunked)));
    this.#head = text;
    this.answered = true;
  }

  /** The fields that are about the connection; decides whether it ends behind this answer. */
  #lines(close: boolean): string {
    this.#unread = !this.complete;
    this.#close = close || this.#unread || !this.#keepAlive || this.#connection.halfClosed;
    return `${this.#close ? CLOSE : this.#connection.keepAliveLines}${this.#chunked ? CHUNKED : ''}`;
  }

  flush(): void {
    if (this.#head === '' || this.gone) return;
    this.#connection.socket.write(this.#head, 'latin1');
    this.#head = '';
  }

  write(chunk: Uint8Array): boolean {
    if (this.gone) throw new WeirError('client-aborted');
    if (!this.answered || this.isFinished || this.#bodyless || this.#written + chunk.length > (this.#declared ?? Number.MAX_SAFE_INTEGER)) throw new WeirError('internal');
    // A chunk of nothing would be the last one.
    if (chunk.length === 0) return true;
    this.#written += chunk.length;
    const { socket } = this.#connection;
    const before = this.#chunked ? `${this.#head}${chunk.length.toString(16)}\r\n` : this.#head;
    const behind = this.#chunked ? '\r\n' : '';
    this.#head = '';
    if (before === '') return socket.write(chunk);
    inBurst(socket);
    if (chunk.length <= JOINED_MOST) return socket.write(joined(before, chunk, behind));
    socket.write(before, 'latin1');
    const ready = socket.write(chunk);
    return behind === '' ? ready : socket.write(behind, 'latin1');
  }

  drained(stallMs: number): Promise<void> {
    const { socket } = this.#connection;
    if (this.gone) return Promise.reject(new WeirError('client-aborted'));
    if (!socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(), stallMs);
      this.#onDrain = () => {
        clearTimeout(timer);
        if (this.gone) reject(new WeirError('client-aborted'));
        else resolve();
      };
    });
  }

  end(trailers: readonly Field[]): void {
    if (this.gone || this.isFinished) return;
    if (!this.#bodyless && this.#declared !== undefined && this.#declared !== this.#written) throw new WeirError('internal');
    const last = this.#chunked ? `${this.#head}${END_OF_CHUNKS}${fieldLines(trailers)}\r\n` : this.#head;
    this.#head = '';
    if (last !== '') {
      inBurst(this.#connection.socket);
      this.#connection.socket.write(last, 'latin1');
    }
    this.#finish();
  }

  answer(head: AnswerHead, bytes: Buffer, close: boolean): boolean {
    if (this.answered || this.gone) {
      this.#connection.socket.destroy();
      return false;
    }
    this.answered = true;
    const text = headText(head.status, head.reason, head.fields, `${dateLine(Date.now())}${this.#lines(close)}`);
    this.#connection.socket.write(this.method === 'HEAD' ? joined(text, EMPTY) : joined(text, bytes));
    this.#finish();
    return true;
  }

  #finish(): void {
    this.isFinished = true;
    this.incoming.discard();
    this.#connection.finished(this.#close, this.#unread);
  }

  breakOff(): void {
    const { socket } = this.#connection;
    // A body that ends with its connection looks whole after a FIN; a reset does not.
    // One that is being ended already cannot be reset any more: trying to would leave it open.
    if (!(socket instanceof TLSSocket) && !this.#chunked && !this.gone && !socket.writableEnded) socket.resetAndDestroy();
    socket.destroy();
  }
}

const EMPTY = Buffer.alloc(0);

function expectation(fields: readonly Field[]): FastCall['expects'] {
  for (const [name, value] of fields) {
    if (name.length === 6 && name.toLowerCase() === 'expect') return /(?:^|\W)100-continue(?:$|\W)/i.test(value) ? 'continue' : 'unknown';
  }
  return undefined;
}
