/** One request on its way over a pooled connection, and its answer on the way back. */
import type { Http1Head } from '../../http1/llhttp.js';
import { WeirError } from '../../errors.js';
import type { Field, Outbound, UpstreamReply, UpstreamRequest } from '../../ports.js';
import { bodySource, type BodySource } from './body-source.js';
import { kindOf } from './field-kinds.js';
import { forwardableTrailers } from './field-rules.js';
import { isIdempotent, wholeWithHead, type PreparedHead } from './prepared-request.js';
import { replyFields } from './reply-fields.js';
import type { UpstreamPlace } from './request-fields.js';
import { awaitEmpty, sendBody } from './send-body.js';
import { isReset, upstreamError } from './upstream-errors.js';
import type { Carried, WireConnection } from './wire-connection.js';
import { WireReplyBody, type ReplySource } from './wire-reply-body.js';
import { bytesOf, fitsAtOnce, headText, takesMore, WholeBody, writeAtOnce, writeChunk, writeChunkedAtOnce, writeLastChunk } from './wire-writes.js';

/** A connection that has rested longer may have been closed meanwhile: news of it is heard before anything is written. */
const RESTED_MS = 10;
/** A connection is given up a little before its server's hint: what is sent at that moment would meet a closed one. */
const HINT_MARGIN_MS = 1_000;

/** What an exchange asks of its route's connections. */
export interface Lines {
  readonly place: UpstreamPlace;
  readonly connectMs: number;
  readonly responseMs: number;
  readonly idleMs: number;
  /** The turn of the pool's clock at which so much time has passed for certain. */
  turnAfter(milliseconds: number): number;
  enter(exchange: WireExchange): void;
}

interface Answer {
  readonly head: Http1Head;
  readonly fields: readonly Field[];
  readonly body: WireReplyBody;
  readonly early: boolean;
}

type Stage = 'waiting' | 'opening' | 'sending' | 'answering' | 'over';

export class WireExchange implements Carried, ReplySource {
  /** Turn of the pool's clock at which it is given up; 0: it is not. */
  deadline = 0;
  /** A kept connection was closed under it: it takes no other kept one. */
  isFresh = false;
  readonly expectsNoBody: boolean;
  asked = false;

  readonly #head: string;
  readonly #isIdempotent: boolean;
  readonly #via: UpstreamRequest['via'];
  readonly #signal: UpstreamRequest['signal'];
  readonly #onProgress: UpstreamRequest['onProgress'];
  /** Until the answer begins: a long one does not keep the request's body in memory. */
  #outbound: Outbound | undefined;
  #stage: Stage = 'waiting';
  #connection: WireConnection | undefined;
  #reused = false;
  #allWritten = false;
  #source: BodySource | undefined;
  #whole: WholeBody | undefined;
  #wakeSender: (() => void) | undefined;
  #onAbort: (() => void) | undefined;
  #answer: Answer | undefined;
  #isTold = false;
  #trailers: readonly Field[] = [];

  constructor(
    private readonly lines: Lines,
    request: UpstreamRequest,
    private readonly prepared: PreparedHead,
    private readonly resolve: (reply: UpstreamReply) => void,
    private readonly reject: (error: WeirError) => void,
  ) {
    this.#head = headText(request.method, prepared.path, prepared.fields);
    this.expectsNoBody = request.method === 'HEAD';
    this.#isIdempotent = isIdempotent(request.method);
    this.#outbound = request.outbound;
    this.#via = request.via;
    this.#signal = request.signal;
    this.#onProgress = request.onProgress;
  }

  begin(): void {
    if (this.#signal?.aborted === true) {
      this.failed(new WeirError('client-aborted'));
      return;
    }
    this.#listen();
    this.deadline = this.lines.turnAfter(this.lines.responseMs);
    this.lines.enter(this);
  }

  get isOver(): boolean { return this.#stage === 'over'; }

  // ---- time and the client

  /** A turn of the pool's clock. */
  turn(now: number): void {
    if (this.deadline !== 0 && now >= this.deadline) this.#end(new WeirError(this.#stage === 'opening' ? 'upstream-unreachable' : 'upstream-timeout'));
  }

  #leave(): void {
    this.#end(new WeirError('client-aborted'));
  }

  #listen(): void {
    if (this.#signal === undefined || this.#onAbort !== undefined) return;
    this.#onAbort = () => this.#leave();
    this.#signal.addEventListener('abort', this.#onAbort);
  }

  /** Gives up, whatever it was doing. */
  #end(error: WeirError): void {
    const connection = this.#connection;
    this.failed(error);
    connection?.drop();
  }

  #over(): void {
    this.#stage = 'over';
    this.deadline = 0;
    this.#connection = undefined;
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#wakeSender?.();
  }

  // ---- the request

  opening(connection: WireConnection): void {
    this.#stage = 'opening';
    this.#connection = connection;
    this.deadline = this.lines.turnAfter(this.lines.connectMs);
  }

  connected(connection: WireConnection, reused: boolean): void {
    this.#stage = 'sending';
    this.#connection = connection;
    this.#reused = reused;
    this.deadline = 0;
    if (reused && performance.now() - connection.restingSince > RESTED_MS) {
      setImmediate(() => {
        if (this.#connection === connection) this.#send(connection);
      });
    } else this.#send(connection);
  }

  #send(connection: WireConnection): void {
    try {
      const outbound = this.#outbound;
      if (outbound === undefined) return;
      const { whole } = outbound;
      const bytes = whole === undefined ? 0 : bytesOf(whole);
      if (whole !== undefined && (fitsAtOnce(bytes) || this.prepared.framing.kind !== 'chunked')) this.#sendWhole(connection, outbound, whole, bytes);
      else this.#sendPulled(connection, outbound).catch((thrown: unknown) => this.#sendingFailed(thrown));
    } catch (thrown) {
      this.#sendingFailed(thrown);
    }
  }

  #sendingFailed(thrown: unknown): void {
    if (this.#stage === 'sending') this.#end(upstreamError(thrown, true));
  }

  #sendWhole({ socket }: WireConnection, outbound: Outbound, whole: readonly Uint8Array[], bytes: number): void {
    const { framing } = this.prepared;
    const declared = framing.kind === 'length' ? framing.length : framing.kind === 'none' ? 0 : bytes;
    if (declared !== bytes) throw new WeirError('length-mismatch');
    const trailers = framing.kind === 'chunked' ? outgoingTrailers(outbound) : [];
    this.#tell('some');
    this.asked = true;
    if (!fitsAtOnce(bytes)) {
      this.#whole = new WholeBody(whole, bytes);
      socket.write(this.#head, 'latin1');
      this.drained();
      return;
    }
    this.#tell('all');
    if (framing.kind === 'chunked') writeChunkedAtOnce(socket, this.#head, whole, trailers);
    else writeAtOnce(socket, this.#head, whole, bytes);
    this.#written();
  }

  drained(): void {
    this.#wakeSender?.();
    const socket = this.#connection?.socket;
    const whole = this.#whole;
    if (socket === undefined || whole === undefined || this.#stage !== 'sending' || this.#allWritten) return;
    while (!whole.isSent) {
      if (!takesMore(socket)) {
        this.deadline = this.lines.turnAfter(this.lines.responseMs);
        return;
      }
      if (whole.isLast) this.#tell('all');
      whole.writeBatch(socket);
    }
    this.#written();
  }

  async #sendPulled(connection: WireConnection, outbound: Outbound): Promise<void> {
    const { framing } = this.prepared;
    const source = (this.#source ??= bodySource(outbound.body));
    const stopped = (): boolean => this.#connection !== connection || this.#stage !== 'sending';
    if (wholeWithHead(framing)) await awaitEmpty(source);
    if (stopped()) return;
    this.#tell('some');
    this.asked = true;
    // The head goes out even while the body lets itself be waited for.
    connection.socket.write(this.#head, 'latin1');
    if (wholeWithHead(framing)) this.#tell('all');
    else await sendBody({ to: { write: (piece) => this.#writePiece(piece), drained: () => this.#hasDrained() }, source, framing, stopped, beforeLast: () => this.#tell('all') });
    if (stopped()) return;
    if (framing.kind === 'chunked') writeLastChunk(connection.socket, outgoingTrailers(outbound));
    this.#written();
  }

  #writePiece(piece: Uint8Array): boolean {
    const socket = this.#connection?.socket;
    if (socket === undefined) return true;
    if (this.prepared.framing.kind === 'chunked') writeChunk(socket, piece);
    else socket.write(piece);
    return takesMore(socket);
  }

  /** Resolves as well when nothing more is to be sent. */
  #hasDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.deadline = this.lines.turnAfter(this.lines.responseMs);
      this.#wakeSender = () => {
        this.#wakeSender = undefined;
        if (this.#stage === 'sending') this.deadline = 0;
        resolve();
      };
    });
  }

  #written(): void {
    this.#allWritten = true;
    this.deadline = this.lines.turnAfter(this.lines.responseMs);
  }

  #tell(sent: 'some' | 'all'): void {
    this.#onProgress?.(sent);
  }

  // ---- the answer

  answered(head: Http1Head): void {
    this.#stage = 'answering';
    this.deadline = 0;
    const early = !this.#allWritten;
    if (early) {
      // No further byte is pulled or sent; the connection ends with the answer.
      this.#source?.stop();
      this.#wakeSender?.();
    }
    this.#outbound = undefined;
    this.#whole = undefined;
    this.#answer = { head, fields: replyFields(head.fields, this.#via, this.lines.place), body: new WireReplyBody(this), early };
  }

  body(piece: Uint8Array): void {
    // Until its reader waits again nothing is late, however long it takes over this piece.
    this.deadline = 0;
    this.#answer?.body.add(piece);
  }

  ended(trailers: readonly Field[]): number {
    const answer = this.#answer;
    this.#trailers = trailers;
    answer?.body.end();
    this.#over();
    return answer === undefined || answer.early || !answer.head.keepAlive ? 0 : idleMsOf(answer.head.fields, this.lines.idleMs);
  }

  readEnded(): boolean {
    const answer = this.#answer;
    if (answer === undefined) return true;
    if (!this.#isTold) this.#hand(answer);
    return this.#stage === 'over' || answer.body.hasRoom;
  }

  #hand({ head, fields, body, early }: Answer): void {
    this.#isTold = true;
    this.resolve({ status: head.status, statusText: head.reason, fields, body, whole: body.whole, trailers: () => forwardableTrailers(this.#trailers, 'upstream-invalid'), early });
  }

  awaited(): void {
    if (this.#stage === 'answering') this.deadline = this.lines.turnAfter(this.lines.responseMs);
  }

  wanted(): void {
    this.#connection?.resume();
  }

  abandoned(): void {
    const connection = this.#connection;
    this.#over();
    connection?.drop();
  }

  failed(thrown: unknown): void {
    const stage = this.#stage;
    if (stage === 'over') return;
    const answer = this.#answer;
    if (stage === 'sending' && this.#reused && !this.isFresh && isReset(thrown) && this.#isRepeatable()) {
      this.#again();
      return;
    }
    this.#over();
    if (answer !== undefined) {
      // However its bytes were cut, a head that came is told, and its body fails.
      if (!this.#isTold) this.#hand(answer);
      answer.body.fail(upstreamError(thrown, true));
      return;
    }
    if (this.#outbound !== undefined) this.#source ??= bodySource(this.#outbound.body);
    this.#source?.stop();
    this.reject(upstreamError(thrown, stage === 'sending' || stage === 'answering'));
  }

  /** Nothing irrevocable has happened: no body byte was taken, and what went out was no whole request or one that may be repeated. */
  #isRepeatable(): boolean {
    if (!this.asked) return true;
    if (this.#isIdempotent) return this.#source?.touched !== true;
    return this.#source !== undefined && !this.#source.touched && !this.#source.ended && !wholeWithHead(this.prepared.framing);
  }

  /** A pooled connection turned out to be closed: once more, on a new one. */
  #again(): void {
    this.isFresh = true;
    this.asked = this.#allWritten = false;
    this.#connection = undefined;
    this.#whole = undefined;
    this.#wakeSender?.();
    this.#stage = 'waiting';
    this.begin();
  }
}

function outgoingTrailers(outbound: Outbound): readonly Field[] {
  return forwardableTrailers(outbound.trailers(), 'bad-request');
}

/** What servers say in Keep-Alive is nearly always the same. */
let hint = { value: '', milliseconds: 0 };

function idleMsOf(fields: readonly Field[], most: number): number {
  for (const [name, value] of fields) {
    if (name.length !== 10 || kindOf(name).reply !== 'keep-alive') continue;
    if (value !== hint.value) {
      const seconds = /(?:^|[,;\s])timeout=(\d{1,9})(?!\d)/i.exec(value)?.[1];
      const said = seconds === undefined ? Infinity : Number(seconds) * 1000;
      hint = { value, milliseconds: said - Math.min(HINT_MARGIN_MS, said / 4) };
    }
    return Math.min(most, hint.milliseconds);
  }
  return most;
}
