/** One connection to an upstream: what its parser finds in the bytes that come, told to the one exchange that it carries at a time. */
import type { OnReadOpts, Socket } from 'node:net';
import { Http1Parser, type Http1Head } from '../../http1/llhttp.js';
import type { Field } from '../../ports.js';
import { WeirError } from '../../errors.js';
import { REPLY_HEAD_BYTES } from './prepared-request.js';

/** What the system gives in one read of a fast connection. */
const READ_BYTES = 65_536;
/** A smaller piece is copied, so that it does not keep a room of this size in memory. */
const COPIED_UNDER = 16_384;
/** Servers send one or two; a flood of them would be read for as long as the request takes. */
const INTERIM_MOST = 100;
/** Every read is taken before the next one begins, so that all connections may read into the same room while answers are small. */
const SHARED_ROOM = Buffer.allocUnsafeSlow(READ_BYTES);

/** The exchange on a connection. */
export interface Carried {
  /** No body will come, whatever the answer's head says. */
  readonly expectsNoBody: boolean;
  /** A byte of it was sent: what comes may be its answer. */
  readonly asked: boolean;
  connected(connection: WireConnection, reused: boolean): void;
  answered(head: Http1Head): void;
  body(piece: Uint8Array): void;
  /** How long the connection may wait for another exchange, in milliseconds; 0: not at all. */
  ended(trailers: readonly Field[]): number;
  /** All that came in one read was told. False: no more for now. */
  readEnded(): boolean;
  drained(): void;
  failed(thrown: unknown): void;
  /** A turn of the clock of its pool. */
  turn(now: number): void;
}

export interface Keeper {
  readonly generation: number;
  /** It may carry another exchange. */
  released(connection: WireConnection, idleMs: number): void;
  gone(connection: WireConnection): void;
}

/** An answer that its parser refused. */
class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  constructor(readonly code: string) {
    super(code);
  }
}

/** How a connection ends that nobody said anything about. */
class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly code = 'ECONNRESET';
}

export class WireConnection {
  readonly socket: Socket;
  /** Of the certificates that it was opened with. */
  readonly generation: number;
  isGone = false;
  /** When it was last released, and until which turn of its pool's clock it may wait. */
  restingSince = 0;
  idleUntil = 0;
  /** It does not keep the process from ending. */
  isUnheld = false;
  carried: Carried | undefined;

  readonly #keeper: Keeper;
  readonly #parser = new Http1Parser('response', { headBytes: REPLY_HEAD_BYTES });
  #room: Buffer = SHARED_ROOM;
  #roomGiven = false;
  /** The system was told to give no more. */
  #isHeld = false;
  #isInterim = false;
  #interim = 0;
  #hasServed = false;

  constructor(keeper: Keeper, open: (onread: OnReadOpts) => Socket, opened: 'connect' | 'secureConnect', carried: Carried) {
    this.#keeper = keeper;
    this.generation = keeper.generation;
    this.carried = carried;
    this.#parser.noBody = carried.expectsNoBody;
    const socket = open({ buffer: () => this.#room, callback: (bytes) => this.#read(bytes) });
    this.socket = socket;
    socket.once(opened, () => {
      socket.setNoDelay(true);
      this.carried?.connected(this, false);
    });
    socket.on('drain', () => this.carried?.drained());
    socket.on('end', () => this.#cut());
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new ConnectionEnded()));
  }

  /** The next exchange. */
  carry(carried: Carried): void {
    this.carried = carried;
    this.#parser.noBody = carried.expectsNoBody;
    if (this.isUnheld) {
      this.isUnheld = false;
      this.socket.ref();
    }
    carried.connected(this, true);
  }

  unhold(): void {
    this.isUnheld = true;
    this.socket.unref();
  }

  /** Ends it, and tells nobody. */
  drop(): void {
    this.carried = undefined;
    if (this.isGone) return;
    this.isGone = true;
    this.socket.destroy();
    this.#parser.close();
    this.#keeper.gone(this);
  }

  fail(thrown: unknown): void {
    const { carried } = this;
    this.drop();
    carried?.failed(thrown);
  }

  /** The reader has room again. */
  resume(): void {
    this.#isHeld = false;
    if (!this.isGone) this.socket.resume();
  }

  #read(bytes: number): boolean {
    const { carried } = this;
    const room = this.#room;
    try {
      // Nobody asked for what comes on a connection at rest: the next exchange would take it for its answer.
      if (carried === undefined || (this.#hasServed && !carried.asked)) this.fail(new ConnectionEnded());
      else this.#take(bytes === room.length ? room : room.subarray(0, bytes), carried);
    } catch (thrown) {
      this.fail(thrown);
    }
    // A room that was filled promises more: from here on the pieces are handed on as they lie.
    if (this.carried !== carried) this.#room = SHARED_ROOM;
    else if (this.#roomGiven || (room === SHARED_ROOM && bytes === READ_BYTES)) this.#room = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#roomGiven = false;
    const goesOn = carried?.readEnded() ?? true;
    if (!goesOn) this.#isHeld = true;
    return goesOn;
  }

  #take(bytes: Buffer, carried: Carried): void {
    const parser = this.#parser;
    let at = 0;
    for (;;) {
      const step = parser.next(bytes, at);
      at = parser.position;
      switch (step) {
        case 'more': return;
        case 'failed':
          this.fail(new WeirError('upstream-invalid', { cause: new UnreadableAnswer(parser.error) }));
          return;
        case 'head': {
          const { head } = parser;
          if (head === undefined || head.upgrade || head.status < 100) {
            // Nobody asked for another protocol.
            this.fail(new WeirError('upstream-invalid'));
            return;
          }
          this.#isInterim = head.status < 200;
          if (!this.#isInterim) carried.answered(head);
          else if ((this.#interim += 1) > INTERIM_MOST) {
            this.fail(new WeirError('upstream-invalid'));
            return;
          }
          break;
        }
        case 'body':
          carried.body(this.#kept(parser.body, bytes));
          break;
        case 'end':
          if (this.#isInterim) {
            this.#isInterim = false;
            parser.noBody = carried.expectsNoBody;
            break;
          }
          this.#complete(carried, at === bytes.length);
          return;
      }
      if (this.isGone) return;
    }
  }

  /** `isClean`: nothing follows that nobody asked for. */
  #complete(carried: Carried, isClean: boolean): void {
    const idleMs = carried.ended(this.#parser.trailers);
    this.carried = undefined;
    this.#hasServed = true;
    this.#interim = 0;
    // Over TLS what had been deciphered still comes, and with it the end: the next exchange would never hear its answer.
    if (this.#isHeld) this.resume();
    if (isClean && idleMs > 0 && this.socket.writableLength === 0) this.#keeper.released(this, idleMs);
    else this.drop();
  }

  /** Bytes that stay as they are when the next read comes. */
  #kept(piece: Buffer, bytes: Buffer): Buffer {
    if (piece.buffer !== bytes.buffer) return piece;
    if (piece.length < COPIED_UNDER || bytes.buffer === SHARED_ROOM.buffer) return Buffer.from(piece);
    this.#roomGiven = true;
    return piece;
  }

  /** The upstream will send no more: the end of an answer that is marked off by nothing else. */
  #cut(): void {
    const { carried } = this;
    if (carried !== undefined && !this.#isInterim && this.#parser.finish() === 'end') {
      this.#complete(carried, false);
      carried.readEnded();
    } else this.fail(new ConnectionEnded());
  }
}
